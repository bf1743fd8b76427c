/* Verify: every dataset of a file can be read and has the bytes that were written. */
#include "oddlot/store/audit.h"

#include "oddlot/store/dataset.h"
#include "store/walk_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* Bytes read at a time. */
static const int64_t block_bytes = (int64_t)16 << 20;

/* As rows were summed when they were written, in blocks of `most`. */
static odd_status sum_rows(const odd_dataset *d, char *block, int64_t most, int64_t row_bytes,
                           uint64_t *sum)
{
    const odd_shape *shape = odd_dataset_shape(d);
    int64_t rows = shape->rank > 0 ? shape->shape[0] : 1;
    odd_status st = ODD_OK;
    *sum = 0;
    for (int64_t row = 0; row < rows && st == ODD_OK; row += most) {
        int64_t count = rows - row < most ? rows - row : most;
        st = odd_dataset_read(d, row, count, shape->type, block);
        if (st == ODD_OK) *sum += odd_checksum_rows(row, count, (size_t)row_bytes, block);
    }
    return st;
}

static odd_status read_all(const odd_dataset *d, uint64_t *sum)
{
    int64_t row_bytes;
    odd_shape row = *odd_dataset_shape(d);
    if (row.rank > 0) row.shape[0] = 1;
    odd_status st = odd_shape_bytes(&row, &row_bytes);
    if (st != ODD_OK || row_bytes == 0) return st;
    int64_t most = row_bytes < block_bytes ? block_bytes / row_bytes : 1;
    char *block = odd_alloc(most, (size_t)row_bytes);
    if (!block) return ODD_NOMEM;
    st = sum_rows(d, block, most, row_bytes, sum);
    odd_free(block);
    return st;
}

/* Datasets without a checksum (rows left out on purpose) are only read. */
static odd_status compare(const odd_file *file, const char *name, uint64_t sum)
{
    char is[ODD_CHECKSUM_TEXT], *should;
    odd_status st = odd_file_get_text(file, name, "checksum", &should);
    if (st != ODD_OK) return st == ODD_FORMAT ? ODD_OK : st;
    bool same = strcmp(should, odd_checksum_text(sum, is)) == 0;
    odd_free(should);
    if (same) return ODD_OK;
    return odd_fail(ODD_PROBLEM, "dataset '%s' of '%s' is damaged: its checksum is wrong", name,
                    file->path);
}

static odd_status verify_dataset(const odd_file *file, const char *name, void *context)
{
    odd_dataset *d;
    uint64_t sum = 0;
    (void)context;
    odd_status st;
    ODD_TRY(odd_dataset_open(file, name, &d));
    ODD_TRY(read_all(d, &sum));
    ODD_TRY(compare(file, name, sum));
done:
    odd_dataset_close(&d);
    return st;
}

static odd_status verify_fingerprint(const odd_file *file)
{
    char *fingerprint;
    odd_status st = odd_file_get_text(file, "/", "fingerprint", &fingerprint);
    if (st != ODD_OK) return st;
    bool there = *fingerprint != '\0';
    odd_free(fingerprint);
    return there ? ODD_OK : odd_fail(ODD_PROBLEM, "'%s' has no fingerprint", file->path);
}

odd_status odd_file_verify(const char *path)
{
    odd_file *file;
    odd_status st;
    ODD_TRY(odd_file_open_here(path, false, &file));
    ODD_TRY(verify_fingerprint(file));
    ODD_TRY(odd_walk_datasets(file, "/", verify_dataset, NULL));
done:
    odd_file_close(&file);
    /* A file that is there and cannot be read is what we were asked to find. */
    return st == ODD_FORMAT ? ODD_PROBLEM : st;
}

/* Checksums of datasets that do not depend on who wrote which rows, nor in what order: the sum,
 * modulo 2^64, of one digest a row, keyed by the row's global number. */
#include "store/file_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

odd_status odd_tally_add(odd_file *file, const char *dataset, int64_t rows, int *tally)
{
    odd_file_tally *more = realloc(file->tally, ((size_t)file->tallies + 1) * sizeof *more);
    if (more) file->tally = more;
    char *name = strdup(dataset);
    if (!more || !name) {
        free(name);
        return odd_fail(ODD_NOMEM, "cannot allocate the tally of '%s'", dataset);
    }
    *tally = file->tallies++;
    file->tally[*tally] = (odd_file_tally){.dataset = name, .rows_whole = rows};
    return ODD_OK;
}

uint64_t odd_checksum_rows(int64_t row0, int64_t count, size_t width, const void *rows)
{
    const unsigned char *row = rows;
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; i++, row += width)
        sum += odd_hash_add((odd_hash){(uint64_t)(row0 + i), 0}, row, width).low;
    return sum;
}

void odd_tally_rows(odd_file *file, int tally, int64_t row0, int64_t count, size_t width,
                    const void *rows)
{
    file->tally[tally].rows += count;
    file->tally[tally].sum += odd_checksum_rows(row0, count, width, rows);
}

const char *odd_checksum_text(uint64_t sum, char buffer[static ODD_CHECKSUM_TEXT])
{
    snprintf(buffer, ODD_CHECKSUM_TEXT, "%016" PRIx64, sum);
    return buffer;
}

/* Rows that were left out or written twice cannot be told from damage: no checksum then. */
static odd_status publish_one(odd_file *file, const odd_file_tally *tally)
{
    char text[ODD_CHECKSUM_TEXT];
    int64_t both[] = {tally->rows, (int64_t)tally->sum};
    odd_sum_i64(file->comm, both, 2);
    if (both[0] != tally->rows_whole) return ODD_OK;
    return odd_file_set_text(file, tally->dataset, "checksum",
                             odd_checksum_text((uint64_t)both[1], text));
}

odd_status odd_tally_publish(odd_file *file)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < file->tallies && st == ODD_OK; i++)
        st = publish_one(file, &file->tally[i]);
    return st;
}

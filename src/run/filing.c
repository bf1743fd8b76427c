/* Filing: what each image is filed under, by the labels of the catalogue or the folders that images
 * lie in. */
#include "oddlot/run/filing.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

#include <string.h>

/* -- by folders -- */

/* "a/b/" of a/b/1.jpg. */
static odd_status set_folder(const char *name, odd_text *folder)
{
    const char *slash = strrchr(name, '/');
    folder->length = 0;
    odd_text_bytes(folder, name, slash ? (size_t)(slash + 1 - name) : 0);
    return odd_text_status(folder);
}

/* Neighbours are mostly in one folder. @local */
static odd_status add_folders(odd_image_facts *facts, int64_t first, int64_t count, odd_labels *out)
{
    odd_text folder = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(odd_labels_new(count, out));
    for (int64_t i = first; i < first + count; i++) {
        const char *name;
        ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_NAME, i, &name));
        ODD_TRY(set_folder(name, &folder));
        ODD_TRY(odd_labels_add(out, odd_text_string(&folder)));
    }
done:
    odd_text_free(&folder);
    return st;
}

/* How much of two folders is the same, whole names of folders. */
static size_t common_bytes(const char *a, const char *b)
{
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    while (same > 0 && a[same - 1] != '/')
        same--;
    return same;
}

/* What all images begin with: "train/" of those in train/a/ and train/b/. Sorted, what the first
 * and the last have in common all have. Is some image in no folder, nothing. @collective */
static size_t common_of_all(MPI_Comm comm, const odd_labels *folders)
{
    int64_t loose = 0;
    for (int64_t i = 0; i < folders->rows; i++)
        loose = loose || folders->of[i] < 0;
    odd_max_i64(comm, &loose, 1);
    if (loose || folders->count == 0) return 0;
    return common_bytes(folders->name[0], folders->name[folders->count - 1]);
}

/* What is left of folders without what all have in common and the slash behind them, by its number;
 * sorted anew, as "a-b" comes behind "a", but "a-b/" before "a/". @local */
static odd_status shorten_all(const odd_labels *folders, size_t common, odd_labels *out)
{
    odd_text left = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(odd_labels_new(folders->count, out));
    for (int64_t k = 0; k < folders->count; k++) {
        const char *folder = folders->name[k] + common;
        const size_t length = strlen(folder);
        left.length = 0;
        odd_text_bytes(&left, folder, length > 0 ? length - 1 : 0);
        ODD_TRY(odd_text_status(&left));
        ODD_TRY(odd_labels_add(out, odd_text_string(&left)));
    }
    ODD_TRY(odd_labels_settle(MPI_COMM_SELF, out));
done:
    odd_text_free(&left);
    return st;
}

/* Rows of folders become rows of what is left of these. */
static void rename_rows(odd_labels *folders, odd_labels *left)
{
    for (int64_t i = 0; i < folders->rows; i++)
        if (folders->of[i] >= 0) folders->of[i] = left->of[folders->of[i]];
    odd_free(left->of);
    left->of = folders->of;
    left->rows = folders->rows;
    folders->of = NULL;
}

/* @collective */
static odd_status read_folders(MPI_Comm comm, odd_image_facts *facts, int64_t first, int64_t count,
                               odd_labels *out)
{
    odd_labels folders = {0};
    odd_status st;
    ODD_TRY_ALL(comm, add_folders(facts, first, count, &folders));
    ODD_TRY(odd_labels_settle(comm, &folders));
    const size_t common = common_of_all(comm, &folders);
    ODD_TRY_ALL(comm, shorten_all(&folders, common, out));
    rename_rows(&folders, out);
done:
    odd_labels_free(&folders);
    return st;
}

/* -- either -- */

const char *const odd_filing_sources[] = {"auto", "labels", "folders", NULL};

odd_status odd_filing_read(MPI_Comm comm, odd_image_facts *facts, int64_t first, int64_t count,
                           const char *from, odd_filing *out)
{
    odd_status st = ODD_OK;
    *out = (odd_filing){.folders = strcmp(from, "folders") == 0};
    if (!out->folders) ODD_TRY(odd_labels_read(comm, facts, first, count, &out->labels));
    if (strcmp(from, "auto") == 0) out->folders = out->labels.count == 0;
    if (!out->folders) goto done;
    odd_labels_free(&out->labels);
    ODD_TRY(read_folders(comm, facts, first, count, &out->labels));
done:
    if (st != ODD_OK) odd_filing_free(out);
    return st;
}

odd_status odd_filing_read_all(MPI_Comm comm, odd_image_facts *facts, const char *from,
                               odd_filing *out)
{
    const odd_partition part = odd_partition_rows(comm, odd_image_facts_images(facts));
    odd_status st;
    ODD_TRY(odd_filing_read(comm, facts, part.row0, part.n_local, from, out));
    ODD_TRY(odd_labels_share(comm, &out->labels));
done:
    if (st != ODD_OK) odd_filing_free(out);
    return st;
}

void odd_filing_free(odd_filing *filing)
{
    odd_labels_free(&filing->labels);
    *filing = (odd_filing){0};
}

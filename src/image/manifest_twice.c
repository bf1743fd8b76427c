/* Manifest, rows that are there twice: by file, which is a name in a folder however it is spelled,
 * and by all that they say of it. */
#include "image/manifest_internal.h"

#include "oddlot/base/log.h"

#include <stdlib.h>
#include <string.h>

static odd_status no_memory(void)
{
    return odd_fail(ODD_NOMEM, "cannot allocate the rows of a manifest");
}

/* Which folder it is; one that is not there is what it is called. */
static odd_status digest_folder(odd_manifest_rows *rows, const char *path, size_t length)
{
    struct stat info;
    if (rows->folder && strncmp(rows->folder, path, length) == 0 && rows->folder[length] == '\0')
        return ODD_OK;
    free(rows->folder);
    rows->folder = strndup(path, length);
    if (!rows->folder) return no_memory();
    odd_hash h = odd_hash_add_text(ODD_HASH_START, rows->folder);
    if (stat(length > 0 ? rows->folder : ".", &info) == 0) {
        const uint64_t identity[] = {info.st_dev, info.st_ino};
        h = odd_hash_add(ODD_HASH_START, identity, sizeof identity);
    }
    rows->folder_digest = h.low;
    return ODD_OK;
}

static odd_status digest_of(odd_manifest_rows *rows, const char *path, odd_hash *file)
{
    /* The folder by what it is, the name as it stands: no file needs to be looked at. */
    const char *slash = strrchr(path, '/');
    odd_status st = digest_folder(rows, path, slash ? (size_t)(slash - path) + 1 : 0);
    *file = odd_hash_add(ODD_HASH_START, &rows->folder_digest, sizeof rows->folder_digest);
    *file = odd_hash_add_text(*file, slash ? slash + 1 : path);
    return st;
}

odd_status odd_manifest_rows_add(odd_manifest_rows *rows, const char *path, odd_hash fields,
                                 int64_t manifest, int64_t line)
{
    odd_hash file;
    odd_status st = digest_of(rows, path, &file);
    if (st != ODD_OK) return st;
    if (rows->count == rows->room) {
        int64_t room = rows->room > 0 ? 2 * rows->room : 256;
        odd_manifest_row *more = realloc(rows->row, (size_t)room * sizeof *more);
        if (!more) return no_memory();
        rows->row = more;
        rows->room = room;
    }
    rows->row[rows->count] =
        (odd_manifest_row){.content = odd_hash_add(file, &fields, sizeof fields),
                           .file = file.low,
                           .manifest = manifest,
                           .line = line,
                           .item = rows->count};
    rows->count++;
    return ODD_OK;
}

void odd_manifest_rows_free(odd_manifest_rows *rows)
{
    free(rows->row);
    free(rows->folder);
    *rows = (odd_manifest_rows){NULL, 0, 0, NULL, 0};
}

/* ---- the search ---- */

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* By file, then by what is said of it, then in the order of the manifests. */
static int compare_rows(const void *left, const void *right)
{
    const odd_manifest_row *a = left, *b = right;
    int order = compare_u64(a->file, b->file);
    if (order == 0) order = compare_u64(a->content.low, b->content.low);
    if (order == 0) order = compare_u64(a->content.high, b->content.high);
    return order != 0 ? order : (a->item > b->item) - (a->item < b->item);
}

static bool same_content(const odd_manifest_row *a, const odd_manifest_row *b)
{
    return a->file == b->file && a->content.low == b->content.low &&
           a->content.high == b->content.high;
}

/* Pairs of rows that follow each other once sorted, and of them the one that comes first in the
 * manifests. */
typedef struct {
    int64_t count;
    const odd_manifest_row *first, *again;
} pairs;

static void note_pair(pairs *p, const odd_manifest_row *first, const odd_manifest_row *again)
{
    if (again->item < first->item) {
        const odd_manifest_row *kept = first;
        first = again;
        again = kept;
    }
    /* Sorted by digests, the first pair to be met is any; people want the first of the file. */
    if (p->count++ > 0 && again->item > p->again->item) return;
    p->first = first;
    p->again = again;
}

static odd_status fail_listed_twice(const pairs *p, const odd_list *manifest,
                                    const odd_catalogue *c)
{
    return odd_fail(ODD_FORMAT,
                    "%s:%lld: '%s' is listed twice: this row says what the one of %s:%lld says; "
                    "take one out, or tell them apart in a column (such rows in all: %lld)",
                    manifest->item[p->again->manifest], (long long)p->again->line,
                    odd_catalogue_text(c, c->item[p->again->item].name),
                    manifest->item[p->first->manifest], (long long)p->first->line,
                    (long long)p->count);
}

odd_status odd_manifest_rows_check(odd_manifest_rows *rows, const odd_list *manifest,
                                   const odd_catalogue *c)
{
    pairs same = {0}, shared = {0};
    if (rows->count > 1) qsort(rows->row, (size_t)rows->count, sizeof *rows->row, compare_rows);
    for (int64_t i = 1; i < rows->count; i++) {
        const odd_manifest_row *first = &rows->row[i - 1], *again = &rows->row[i];
        if (same_content(first, again))
            note_pair(&same, first, again);
        else if (first->file == again->file)
            note_pair(&shared, first, again);
    }
    if (same.count > 0) return fail_listed_twice(&same, manifest, c);
    if (shared.count > 0)
        odd_log(
            ODD_LOG_INFO,
            "catalogue: rows that name the file of another row: %lld, such as those of %s:%lld and "
            "%s:%lld; each is an image of its own",
            (long long)shared.count, manifest->item[shared.first->manifest],
            (long long)shared.first->line, manifest->item[shared.again->manifest],
            (long long)shared.again->line);
    return ODD_OK;
}

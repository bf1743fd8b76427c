/* Manifest, rows that are there twice: by file, which is a name in a folder however it is spelled,
 * and by all that they say of it. */
#include "image/manifest_internal.h"
#include "oddlot/image/twice.h"

#include "oddlot/base/log.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows are noted ---- */

static odd_status no_memory(void)
{
    return odd_fail(ODD_NOMEM, "cannot allocate the rows of a manifest");
}

/* Which folder it is, by its path without links: numbers of devices may differ from machine to
 * machine. One that is not there is what it is called. */
static odd_status digest_folder(odd_folder_seen *seen, const char *path, size_t length)
{
    if (seen->path && strncmp(seen->path, path, length) == 0 && seen->path[length] == '\0')
        return ODD_OK;
    free(seen->path);
    seen->path = strndup(path, length);
    if (!seen->path) return no_memory();
    char *real = realpath(length > 0 ? seen->path : ".", NULL);
    seen->digest = odd_hash_add_text(ODD_HASH_START, real ? real : seen->path).low;
    free(real);
    return ODD_OK;
}

static odd_status digest_of(odd_folder_seen *seen, const char *path, odd_hash *file)
{
    /* The folder by what it is, the name as it stands: no file needs to be looked at. */
    const char *slash = strrchr(path, '/');
    odd_status st = digest_folder(seen, path, slash ? (size_t)(slash - path) + 1 : 0);
    *file = odd_hash_add(ODD_HASH_START, &seen->digest, sizeof seen->digest);
    *file = odd_hash_add_text(*file, slash ? slash + 1 : path);
    return st;
}

static odd_status make_room(odd_catalogue *c)
{
    if (c->rows < c->row_room) return ODD_OK;
    const int64_t room = c->row_room > 0 ? 2 * c->row_room : 256;
    odd_catalogue_row *more = realloc(c->row, (size_t)room * sizeof *more);
    if (!more) return no_memory();
    c->row = more;
    c->row_room = room;
    return ODD_OK;
}

odd_status odd_manifest_note(odd_catalogue *c, odd_folder_seen *seen, const char *path,
                             odd_hash fields, int64_t list, int64_t line)
{
    odd_hash file;
    odd_status st;
    ODD_TRY(digest_of(seen, path, &file));
    ODD_TRY(make_room(c));
    c->row[c->rows++] = (odd_catalogue_row){.content = odd_hash_add(file, &fields, sizeof fields),
                                            .file = file.low,
                                            .list = list,
                                            .line = line,
                                            .item = c->count - 1};
done:
    return st;
}

/* ---- the search ---- */

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* By file, then by what is said of it, then in the order of the manifests. */
static int compare_rows(const void *left, const void *right)
{
    const odd_catalogue_row *a = left, *b = right;
    int order = compare_u64(a->file, b->file);
    if (order == 0) order = compare_u64(a->content.low, b->content.low);
    if (order == 0) order = compare_u64(a->content.high, b->content.high);
    return order != 0 ? order : (a->item > b->item) - (a->item < b->item);
}

static bool same_content(const odd_catalogue_row *a, const odd_catalogue_row *b)
{
    return a->file == b->file && a->content.low == b->content.low &&
           a->content.high == b->content.high;
}

/* Sorted by digests, the first pair to be met is any; people want the first of the file. */
static void note_pairs(odd_row_pairs *p, int64_t count, const odd_catalogue_row *first,
                       const odd_catalogue_row *again)
{
    const bool earlier = p->count == 0 || again->item < p->again.item;
    p->count += count;
    if (!earlier) return;
    p->first = *first;
    p->again = *again;
}

/* Which of them comes first in the catalogue. */
static void note_pair(odd_row_pairs *p, const odd_catalogue_row *a, const odd_catalogue_row *b)
{
    note_pairs(p, 1, a->item < b->item ? a : b, a->item < b->item ? b : a);
}

void odd_rows_find_twice(int64_t count, odd_catalogue_row row[], odd_rows_twice *out)
{
    if (count > 1) qsort(row, (size_t)count, sizeof *row, compare_rows);
    for (int64_t i = 1; i < count; i++) {
        if (same_content(&row[i - 1], &row[i]))
            note_pair(&out->same, &row[i - 1], &row[i]);
        else if (row[i - 1].file == row[i].file)
            note_pair(&out->shared, &row[i - 1], &row[i]);
    }
}

void odd_rows_join_twice(const odd_rows_twice *part, odd_rows_twice *all)
{
    const odd_row_pairs *same = &part->same, *shared = &part->shared;
    if (same->count > 0) note_pairs(&all->same, same->count, &same->first, &same->again);
    if (shared->count > 0) note_pairs(&all->shared, shared->count, &shared->first, &shared->again);
}

odd_status odd_rows_fail_twice(const odd_rows_twice *twice, const odd_list *list, const char *name)
{
    const odd_row_pairs *p = &twice->same;
    return odd_fail(ODD_FORMAT,
                    "%s:%lld: '%s' is listed twice: this row says what the one of %s:%lld says; "
                    "take one out, or tell them apart in a column (such rows in all: %lld)",
                    list->item[p->again.list], (long long)p->again.line, name,
                    list->item[p->first.list], (long long)p->first.line, (long long)p->count);
}

void odd_rows_tell_shared(const odd_rows_twice *twice, const odd_list *list)
{
    const odd_row_pairs *p = &twice->shared;
    if (p->count == 0) return;
    odd_log(ODD_LOG_INFO,
            "catalogue: rows that name the file of another row: %lld, such as those of %s:%lld and "
            "%s:%lld; each is an image of its own",
            (long long)p->count, list->item[p->first.list], (long long)p->first.line,
            list->item[p->again.list], (long long)p->again.line);
}

/* Shard output: known by the same marks as in a folder. */
#include "image/shard_output_internal.h"

#include "image/shard_members_internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_lock(const char *member)
{
    return strcmp(odd_path_name(member), ODD_RUN_LOCK) == 0;
}

bool odd_output_suspected(const char *member, int64_t size)
{
    return size > 0 && (is_lock(member) || strcmp(odd_path_name(member), ODD_REPORT_PAGE) == 0);
}

/* `path` is given. */
static odd_status add_folder(odd_shard_output *o, char *path)
{
    if (o->count == o->room) {
        int64_t room = o->room > 0 ? 2 * o->room : 8;
        char **more = realloc(o->folder, (size_t)room * sizeof *more);
        if (!more) {
            free(path);
            return odd_fail(ODD_NOMEM, "cannot allocate the folders of a shard");
        }
        o->folder = more;
        o->room = room;
    }
    o->folder[o->count++] = path;
    return ODD_OK;
}

/* The mark stands in a file of the folder, so the folder above that file is what we wrote. */
odd_status odd_output_look(odd_shard_output *o, const char *member, const void *head, size_t size)
{
    char *path;
    bool marked = is_lock(member) ? odd_run_mark_in(head, size) : odd_report_mark_in(head, size);
    if (!marked) return ODD_OK;
    odd_status st = odd_member_path(member, &path);
    if (st != ODD_OK || !path) return st;
    char *slash = strrchr(path, '/');
    *(slash ? slash : path) = '\0'; /* "": the shard is all of it */
    return add_folder(o, path);
}

static int compare_folders(const void *left, const void *right)
{
    char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

void odd_output_sort(odd_shard_output *o)
{
    int64_t kept = 0;
    if (o->count > 1) qsort(o->folder, (size_t)o->count, sizeof *o->folder, compare_folders);
    for (int64_t i = 0; i < o->count; i++)
        if (kept > 0 && strcmp(o->folder[i], o->folder[kept - 1]) == 0)
            free(o->folder[i]);
        else
            o->folder[kept++] = o->folder[i];
    o->count = kept;
}

static bool is_output(const odd_shard_output *o, const char *path)
{
    return bsearch(&path, o->folder, (size_t)o->count, sizeof *o->folder, compare_folders) != NULL;
}

/* Is a folder above the path one of them? The path is changed in between. */
static bool is_below(const odd_shard_output *o, char *path)
{
    bool below = *path != '\0' && is_output(o, "");
    for (char *slash = path; !below && (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        below = is_output(o, path);
    }
    return below;
}

odd_status odd_output_holds(const odd_shard_output *o, const char *member, bool *holds)
{
    char *path;
    *holds = false;
    if (o->count == 0) return ODD_OK;
    odd_status st = odd_member_path(member, &path);
    *holds = path && is_below(o, path);
    free(path);
    return st;
}

/* A report in a run is counted with the run. */
odd_status odd_output_count(const odd_shard_output *o, const char *shard, odd_passed *passed)
{
    odd_text name = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < o->count && st == ODD_OK; i++) {
        bool inner;
        st = odd_output_holds(o, o->folder[i], &inner);
        if (st != ODD_OK || inner) continue;
        odd_text_free(&name);
        odd_text_format(&name, "%s/%s", shard, o->folder[i]);
        st = odd_text_status(&name);
        if (st == ODD_OK) st = odd_passed_add(&passed->runs, name.s);
    }
    odd_text_free(&name);
    return st;
}

void odd_output_free(odd_shard_output *o)
{
    for (int64_t i = 0; i < o->count; i++)
        free(o->folder[i]);
    free(o->folder);
    *o = (odd_shard_output){NULL, 0, 0};
}

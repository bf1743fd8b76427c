/* Shard members: the paths of members, and the list of those that are no items. */
#include "image/shard_members_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static odd_status no_memory(void)
{
    return odd_fail(ODD_NOMEM, "cannot allocate the links of a shard");
}

/* ---- paths ---- */

/* A path that is being made, in memory with room for it. */
struct path {
    char *s;
    size_t length;
};

static bool pop_part(struct path *path)
{
    if (path->length == 0) return false;
    while (path->length > 0 && path->s[--path->length] != '/')
        ;
    return true;
}

/* Append the parts of a path; false where ".." leads out. */
static bool append_parts(struct path *path, const char *given, size_t length)
{
    for (size_t size; length > 0; given += size, length -= size) {
        const char *slash = memchr(given, '/', length);
        size = slash ? (size_t)(slash - given) : length;
        bool up = size == 2 && memcmp(given, "..", 2) == 0;
        bool here = size == 0 || (size == 1 && *given == '.');
        if (up && !pop_part(path)) return false;
        if (!up && !here) {
            if (path->length > 0) path->s[path->length++] = '/';
            memcpy(path->s + path->length, given, size);
            path->length += size;
        }
        size += slash != NULL;
    }
    return true;
}

odd_status odd_member_path(const char *given, char **out)
{
    const size_t length = strlen(given);
    struct path path = {malloc(length + 1), 0};
    *out = NULL;
    if (!path.s) return no_memory();
    if (length < PATH_MAX && append_parts(&path, given, length) && path.length > 0) {
        path.s[path.length] = '\0';
        *out = path.s;
    } else {
        free(path.s);
    }
    return ODD_OK;
}

/* ---- the list ---- */

/* NULL: no memory. */
static odd_member *add_member(odd_members *m, const char *name)
{
    char *path = NULL;
    if (m->count == m->room) {
        int64_t room = m->room > 0 ? 2 * m->room : 16;
        odd_member *more = realloc(m->member, (size_t)room * sizeof *more);
        if (!more) return NULL;
        m->member = more;
        m->room = room;
    }
    if (odd_member_path(name, &path) == ODD_OK && !path) path = strdup(name);
    if (!path) return NULL;
    odd_member *added = &m->member[m->count++];
    *added = (odd_member){.name = path, .before = m->out->count, .item = -1};
    return added;
}

odd_status odd_members_add_file(odd_members *m, const char *name, int64_t offset, int64_t size)
{
    odd_member *file = add_member(m, name);
    if (!file) return no_memory();
    file->offset = offset;
    file->size = size;
    return ODD_OK;
}

odd_status odd_members_add_link(odd_members *m, const char *name, const char *target, bool hard,
                                bool listed, bool tentative)
{
    odd_member *link = add_member(m, name);
    if (!link) return no_memory();
    link->before -= listed;
    link->item = listed ? m->out->count - 1 : -1;
    link->hard = hard;
    link->tentative = tentative;
    link->given = strdup(target);
    if (!link->given) return no_memory();
    return hard ? odd_member_path(target, &link->target) : ODD_OK;
}

void odd_members_free(odd_members *m)
{
    for (int64_t i = 0; i < m->count; i++) {
        free(m->member[i].name);
        free(m->member[i].target);
        free(m->member[i].given);
    }
    free(m->member);
    m->member = NULL;
    m->count = m->room = 0;
}

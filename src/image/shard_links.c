/* Shard links: each is followed as it would be in the unpacked shard, but never out of it. */
#include "image/shard_members_internal.h"

#include "oddlot/base/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MOST_HOPS 40 /* as the kernel's */

/* What a path can be: a member, or an item that is no link (member NULL). */
typedef struct {
    char *name;
    bool owned; /* the name */
    int64_t at; /* number of the item, or of the first item behind the member */
    const odd_member *member;
} entry;

/* All of a shard, by name, and those of one name in its order. */
typedef struct {
    entry *entry;
    int64_t count;
} directory;

static int compare_entries(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    if (order != 0) return order;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    if (!a->member || !b->member) return (a->member == NULL) - (b->member == NULL);
    return (a->member > b->member) - (a->member < b->member);
}

static void directory_free(directory *d)
{
    for (int64_t i = 0; i < d->count; i++)
        if (d->entry[i].owned) free(d->entry[i].name);
    odd_free(d->entry);
}

static odd_status add_items(const odd_members *m, const bool *link, directory *d)
{
    const odd_catalogue *c = m->out;
    for (int64_t i = m->first; i < c->count; i++) {
        char *name;
        if (link[i - m->first]) continue;
        const char *shown = odd_catalogue_text(c, c->item[i].name) + m->prefix;
        odd_status st = odd_member_path(NULL, shown, &name);
        if (st != ODD_OK) return st;
        if (name) d->entry[d->count++] = (entry){.name = name, .owned = true, .at = i};
    }
    return ODD_OK;
}

static odd_status directory_new(const odd_members *m, directory *d)
{
    const int64_t items = m->out->count - m->first;
    bool *link = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(link, items));
    ODD_TRY(ODD_NEW(d->entry, items + m->count));
    for (int64_t i = 0; i < m->count; i++) {
        const odd_member *member = &m->member[i];
        if (member->item >= 0) link[member->item - m->first] = true;
        d->entry[d->count++] =
            (entry){.name = member->name, .at = member->before, .member = member};
    }
    ODD_TRY(add_items(m, link, d));
    qsort(d->entry, (size_t)d->count, sizeof *d->entry, compare_entries);
done:
    odd_free(link);
    return st;
}

/* The last one of this name, and, for a hard link, before it: what unpacking would find. */
static const entry *look_up(const directory *d, char *name, const odd_member *hard)
{
    const entry key = {.name = name, .at = hard ? hard->before : INT64_MAX, .member = hard};
    int64_t low = 0, high = d->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (compare_entries(&d->entry[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && strcmp(d->entry[low - 1].name, name) == 0 ? &d->entry[low - 1] : NULL;
}

static char *joined(const char *a, const char *b)
{
    char *out = malloc(strlen(a) + strlen(b) + 1);
    return out ? strcat(strcpy(out, a), b) : NULL;
}

/* Where a part of the path is a link to a folder, the path without it; else *further NULL. */
static odd_status pass_folder(const directory *d, char *path, char **further)
{
    *further = NULL;
    for (char *slash = path; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        const entry *e = look_up(d, path, NULL);
        *slash = '/';
        if (!e || !e->member || !e->member->target) continue;
        if (strlen(e->member->target) + strlen(slash) >= PATH_MAX) return ODD_OK;
        *further = joined(e->member->target, slash);
        return *further ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a path");
    }
    return ODD_OK;
}

static bool is_link(const entry *e)
{
    return e->member && e->member->given;
}

/* One link further; `e` is the link that the path is, NULL: it is in a folder that is one. *path
 * NULL: it leads nowhere. */
static odd_status go_on(const directory *d, const entry *e, const odd_member **link, char **path)
{
    char *further = NULL;
    odd_status st = ODD_OK;
    if (!e) {
        st = pass_folder(d, *path, &further);
    } else {
        *link = e->member;
        if (e->member->target && !(further = strdup(e->member->target)))
            st = odd_fail(ODD_NOMEM, "cannot allocate a path");
    }
    free(*path);
    *path = further;
    return st;
}

/* *found NULL, with *why (static), where the link leads to no file of the shard. */
static odd_status follow(const directory *d, const odd_member *link, const entry **found,
                         const char **why)
{
    char *path = link->target ? strdup(link->target) : NULL;
    odd_status st = link->target && !path ? ODD_NOMEM : ODD_OK;
    *found = NULL;
    *why = link->hard ? "which is not before it in the shard" : "which is not in the shard";
    for (int hop = 0; path && st == ODD_OK; hop++) {
        const entry *e = look_up(d, path, link->hard ? link : NULL);
        if (e && !is_link(e)) *found = e;
        if (hop == MOST_HOPS) *why = "which leads in a circle";
        if (*found || hop == MOST_HOPS) break;
        st = go_on(d, e, &link, &path);
    }
    free(path);
    return st;
}

static odd_status blame(odd_catalogue *c, const odd_member *link, const char *why)
{
    odd_text reason = ODD_TEXT_EMPTY;
    odd_text_format(&reason, "%s to '%.100s', %s", link->hard ? "hard link" : "link", link->given,
                    why);
    odd_status st = odd_text_status(&reason);
    if (st == ODD_OK) st = odd_item_blame(c, &c->item[link->item], ODD_IMAGE_MISSING, reason.s);
    odd_text_free(&reason);
    return st;
}

static odd_status settle(const odd_members *m, const odd_member *link, const entry *found,
                         const char *why)
{
    odd_catalogue *c = m->out;
    odd_item *item = &c->item[link->item];
    if (found && !found->member) {
        const odd_item *target = &c->item[found->at];
        item->offset = target->offset;
        item->size = target->size;
        item->problem = target->problem;
        item->reason = target->reason;
    } else if (link->tentative) {
        item->size = ODD_ITEM_DROPPED;
    } else if (found) {
        item->offset = found->member->offset;
        item->size = found->member->size;
    } else {
        return blame(c, link, why);
    }
    return ODD_OK;
}

odd_status odd_members_resolve(odd_members *m)
{
    directory d = {NULL, 0};
    int64_t links = 0;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < m->count; i++)
        links += m->member[i].item >= 0;
    if (links == 0) return ODD_OK;
    ODD_TRY(directory_new(m, &d));
    for (int64_t i = 0; i < m->count; i++) {
        const entry *found;
        const char *why;
        if (m->member[i].item < 0) continue;
        ODD_TRY(follow(&d, &m->member[i], &found, &why));
        ODD_TRY(settle(m, &m->member[i], found, why));
    }
done:
    directory_free(&d);
    return st;
}

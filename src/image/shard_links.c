/* Shard links: each is followed as it would be in the unpacked shard, but never out of it. */
#include "image/shard_members_internal.h"

#include "oddlot/base/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MOST_HOPS  40   /* as the kernel's */
#define MOST_PARTS 1024 /* that are walked for one link */

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
        odd_status st = odd_member_path(shown, &name);
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
static const entry *find_entry(const directory *d, char *name, const odd_member *hard)
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

static bool is_link(const entry *e)
{
    return e->member && e->member->given;
}

/* The member, or item, that hard links lead back to; NULL: there is none. */
static const entry *behind_hard_links(const directory *d, const entry *e)
{
    while (e && e->member && e->member->hard)
        e = e->member->target ? find_entry(d, e->member->target, e->member) : NULL;
    return e;
}

/* A path that is walked part by part, as the kernel does it. */
typedef struct {
    char done[PATH_MAX]; /* without links; "": the top of the shard */
    char rest[PATH_MAX];
    int hops, parts;
} walk;

/* Go on with what a link says; a hop too many, or a path too long, is a way out. */
static bool enter_link(walk *w, const char *given)
{
    const size_t length = strlen(given), rest = strlen(w->rest);
    if (*given == '/' || w->hops++ == MOST_HOPS || length + rest + 2 > sizeof w->rest) return false;
    memmove(w->rest + length + 1, w->rest, rest + 1);
    memcpy(w->rest, given, length);
    w->rest[length] = '/';
    return true;
}

static bool go_up(walk *w)
{
    char *slash = strrchr(w->done, '/');
    if (*w->done == '\0') return false;
    *(slash ? slash : w->done) = '\0';
    return true;
}

/* Take the first part of the rest; false where that leads out of the shard. */
static bool take_step(const directory *d, walk *w)
{
    const size_t size = strcspn(w->rest, "/"), done = strlen(w->done);
    char part[PATH_MAX];
    const char *rest = w->rest + size + (w->rest[size] == '/');
    memcpy(part, w->rest, size);
    part[size] = '\0';
    memmove(w->rest, rest, strlen(rest) + 1);
    if (w->parts++ == MOST_PARTS) return false;
    if (size == 0 || strcmp(part, ".") == 0) return true;
    if (strcmp(part, "..") == 0) return go_up(w);
    if (done + size + 2 > sizeof w->done) return false;
    if (done > 0) strcat(w->done, "/");
    strcat(w->done, part);
    const entry *e = behind_hard_links(d, find_entry(d, w->done, NULL));
    if (!e || !is_link(e)) return true;
    w->done[done] = '\0'; /* a link starts where it stands, also under the name of a hard one */
    return enter_link(w, e->member->given);
}

static bool walk_path(const directory *d, walk *w)
{
    bool inside = true;
    while (inside && *w->rest)
        inside = take_step(d, w);
    return inside;
}

/* *why (static): where the link leads to no file of the shard, which is NULL then. */
static const entry *follow_link(const directory *d, const odd_member *link, const char **why)
{
    walk w = {.hops = 0};
    const char *given = link->given;
    *why = link->hard ? "which is not before it in the shard" : "which is not in the shard";
    if (link->hard) {
        const entry *e = link->target ? find_entry(d, link->target, link) : NULL;
        e = behind_hard_links(d, e);
        if (!e || !is_link(e)) return e;
        given = e->member->given;
    }
    const char *slash = strrchr(link->name, '/');
    const size_t above = slash ? (size_t)(slash - link->name) : 0;
    if (above >= sizeof w.rest) return NULL;
    memcpy(w.rest, link->name, above);
    bool inside = walk_path(d, &w) && enter_link(&w, given) && walk_path(d, &w);
    if (w.hops > MOST_HOPS) *why = "which leads in a circle";
    const entry *e = inside ? behind_hard_links(d, find_entry(d, w.done, NULL)) : NULL;
    return e && !is_link(e) ? e : NULL;
}

static odd_status note_bad_link(odd_catalogue *c, const odd_member *link, const char *why)
{
    odd_text reason = ODD_TEXT_EMPTY;
    odd_text_format(&reason, "%s to '%.100s', %s", link->hard ? "hard link" : "link", link->given,
                    why);
    odd_status st = odd_text_status(&reason);
    if (st == ODD_OK) st = odd_item_blame(c, &c->item[link->item], ODD_IMAGE_MISSING, reason.s);
    odd_text_free(&reason);
    return st;
}

static odd_status resolve_link(const odd_members *m, const odd_member *link, const entry *found,
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
        return note_bad_link(c, link, why);
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
        const char *why;
        if (m->member[i].item < 0) continue;
        const entry *found = follow_link(&d, &m->member[i], &why);
        ODD_TRY(resolve_link(m, &m->member[i], found, why));
    }
done:
    directory_free(&d);
    return st;
}

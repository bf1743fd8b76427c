/* Shard: find out once, by libarchive, where each image of a tar file lies. */
#include "image/catalogue_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TAR_BLOCK  512
#define READ_BYTES 65536 /* at once while indexing; what is longer is skipped by seeking */

/* A hard link stands for the bytes of a member before it. */
struct link {
    int64_t item;
    char *target; /* name of its item */
};

/* The shard that is being indexed. */
struct shard {
    const odd_catalogue_options *options;
    odd_catalogue *out;
    const char *path;
    const char *name; /* before the '/' of the names of its items */
    int64_t size, time;
    int64_t first;   /* number of its first item */
    int64_t files;   /* regular members seen, images or not */
    int64_t damaged; /* headers that were passed over */
    int64_t checked; /* item whose end is still to be checked, -1: none */
    int64_t end;     /* where the header after it must be */
    bool cut;
    struct link *link;
    int64_t links, link_room;
};

static const char *without_here(const char *member)
{
    while (strncmp(member, "./", 2) == 0)
        member += 2;
    return member;
}

static odd_status item_name(const struct shard *s, const char *member, odd_text *name)
{
    odd_text_format(name, "%s/%s", s->name, without_here(member));
    return odd_text_status(name);
}

/* The folder that a member is in, by its last part; none at the top. */
static odd_status set_label(struct shard *s, const char *member, odd_item *item)
{
    const char *slash = strrchr(member, '/');
    if (!slash || strcmp(s->options->label_from, "folder") != 0) return ODD_OK;
    char *folder = strndup(member, (size_t)(slash - member));
    if (!folder) return odd_fail(ODD_NOMEM, "cannot allocate a path");
    odd_status st = odd_catalogue_string(s->out, odd_path_name(folder), &item->label);
    free(folder);
    return st;
}

static odd_status keep_link(struct shard *s, const char *member)
{
    odd_text target = ODD_TEXT_EMPTY;
    odd_status st = item_name(s, member, &target);
    if (st != ODD_OK) return st;
    if (s->links == s->link_room) {
        int64_t room = s->link_room > 0 ? 2 * s->link_room : 16;
        struct link *link = realloc(s->link, (size_t)room * sizeof *link);
        if (!link) {
            odd_text_free(&target);
            return odd_fail(ODD_NOMEM, "cannot allocate the hard links of '%s'", s->path);
        }
        s->link = link;
        s->link_room = room;
    }
    s->link[s->links++] = (struct link){s->out->count - 1, target.s};
    return ODD_OK;
}

/* The data begins where libarchive stands after it read the header (all header blocks of a member:
 * long names, pax). How the data ends is checked when the next header comes. */
static odd_status place_member(struct shard *s, struct archive *a, struct archive_entry *entry,
                               odd_item *item)
{
    item->offset = archive_filter_bytes(a, 0);
    item->size = archive_entry_size(entry);
    if (archive_entry_sparse_count(entry) > 0)
        return odd_item_blame(s->out, item, ODD_IMAGE_UNKNOWN, "stored as a sparse file");
    if (item->size < 0 || item->offset > s->size || item->size > s->size - item->offset) {
        s->cut = true;
        if (item->size < 0) item->size = -1;
        return odd_item_blame(s->out, item, ODD_IMAGE_TRUNCATED, "the shard ends inside it");
    }
    s->checked = s->out->count - 1;
    s->end = item->offset + (item->size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    return ODD_OK;
}

static odd_status add_member(struct shard *s, struct archive *a, struct archive_entry *entry,
                             const char *member)
{
    const char *target = archive_entry_hardlink(entry);
    odd_text name = ODD_TEXT_EMPTY;
    odd_item *item;
    odd_status st;
    ODD_TRY(item_name(s, member, &name));
    ODD_TRY(odd_catalogue_add(s->out, odd_text_string(&name), s->path, &item));
    item->time = s->time;
    ODD_TRY(set_label(s, member, item));
    ODD_TRY(target ? keep_link(s, target) : place_member(s, a, entry, item));
done:
    odd_text_free(&name);
    return st;
}

static odd_status take_member(struct shard *s, struct archive *a, struct archive_entry *entry)
{
    const char *member = archive_entry_pathname(entry);
    bool link = archive_entry_hardlink(entry) != NULL;
    if (!link && archive_entry_filetype(entry) != AE_IFREG) return ODD_OK;
    s->files++;
    if (!member) member = "(name that cannot be read)";
    return odd_extension_wanted(s->options, member) ? add_member(s, a, entry, member) : ODD_OK;
}

/* A member whose data does not end where its size says is not stored as it is. */
static odd_status check_last(struct shard *s, struct archive *a)
{
    int64_t i = s->checked;
    s->checked = -1;
    if (i < 0 || archive_read_header_position(a) == s->end) return ODD_OK;
    return odd_item_blame(s->out, &s->out->item[i], ODD_IMAGE_UNKNOWN, "not stored in one piece");
}

/* The next member that is whole enough to have a name. *entry NULL: no more. */
static odd_status next_member(struct shard *s, struct archive *a, struct archive_entry **entry)
{
    for (;;) {
        int r = archive_read_next_header(a, entry);
        odd_status st = r == ARCHIVE_FATAL ? ODD_OK : check_last(s, a);
        if (st != ODD_OK) return st;
        if (r == ARCHIVE_OK || r == ARCHIVE_WARN) return ODD_OK;
        *entry = NULL;
        if (r != ARCHIVE_RETRY) s->cut = r != ARCHIVE_EOF;
        if (r != ARCHIVE_RETRY) return ODD_OK;
        s->damaged++;
    }
}

/* True if the archive ended without the blocks of zeros that close it. */
static bool is_open_ended(const struct shard *s, struct archive *a)
{
    return !s->cut && archive_read_header_position(a) >= s->size;
}

static odd_status tell_damage(const struct shard *s, struct archive *a)
{
    const char *why = archive_error_string(a);
    if (s->files == 0 && (s->cut || s->damaged > 0))
        return odd_fail(ODD_FORMAT, "'%s' is not a tar file: %s", s->path, why ? why : "damaged");
    if (s->cut)
        odd_log(ODD_LOG_WARN, "'%s' is cut off: images after %lld of its files are lost", s->path,
                (long long)s->files);
    if (s->damaged > 0)
        odd_log(ODD_LOG_WARN, "'%s' is damaged: %lld headers could not be read, images may be lost",
                s->path, (long long)s->damaged);
    if (is_open_ended(s, a))
        odd_log(ODD_LOG_WARN, "'%s' has no end mark: it may be cut off", s->path);
    return ODD_OK;
}

static odd_status index_members(struct shard *s, struct archive *a)
{
    struct archive_entry *entry;
    odd_status st;
    do {
        ODD_TRY(next_member(s, a, &entry));
        if (entry) ODD_TRY(take_member(s, a, entry));
    } while (entry && !s->cut);
    ODD_TRY(tell_damage(s, a));
done:
    return st;
}

/* Compressed shards are recognized only to say what to do with them. */
static odd_status open_archive(struct shard *s, int fd, struct archive *a)
{
    archive_read_support_format_tar(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_lz4(a);
    archive_read_support_filter_compress(a);
    if (archive_read_open_fd(a, fd, READ_BYTES) != ARCHIVE_OK)
        return odd_fail(ODD_FORMAT, "'%s' is not a tar file: %s", s->path, archive_error_string(a));
    if (archive_filter_code(a, 0) != ARCHIVE_FILTER_NONE)
        return odd_fail(ODD_FORMAT,
                        "'%s' is compressed (%s): decompress it, so that all ranks can read from "
                        "the middle of it",
                        s->path, archive_filter_name(a, 0));
    return ODD_OK;
}

/* What a search for the target of a hard link needs to know. */
struct search {
    const odd_catalogue *catalogue;
    const char *target;
};

static int compare_numbers(const void *left, const void *right, void *catalogue)
{
    const odd_catalogue *c = catalogue;
    const int64_t *a = left, *b = right;
    int order =
        strcmp(odd_catalogue_text(c, c->item[*a].name), odd_catalogue_text(c, c->item[*b].name));
    return order != 0 ? order : (*a > *b) - (*a < *b);
}

static int compare_target(const void *key, const void *number)
{
    const struct search *search = key;
    const odd_catalogue *c = search->catalogue;
    return strcmp(search->target, odd_catalogue_text(c, c->item[*(const int64_t *)number].name));
}

static odd_status resolve_link(struct shard *s, const struct link *link, const int64_t *number,
                               size_t count)
{
    const struct search search = {s->out, link->target};
    const int64_t *found = bsearch(&search, number, count, sizeof *number, compare_target);
    odd_item *item = &s->out->item[link->item];
    if (!found || *found >= link->item)
        return odd_item_blame(s->out, item, ODD_IMAGE_MISSING,
                              "hard link to a file that is not before it in the shard");
    const odd_item *target = &s->out->item[*found];
    item->offset = target->offset;
    item->size = target->size;
    item->problem = target->problem;
    item->reason = target->reason;
    return ODD_OK;
}

static odd_status resolve_links(struct shard *s)
{
    int64_t count = s->out->count - s->first;
    int64_t *number = NULL;
    odd_status st = ODD_OK;
    if (s->links == 0) return ODD_OK;
    ODD_TRY(ODD_NEW(number, count));
    for (int64_t i = 0; i < count; i++)
        number[i] = s->first + i;
    qsort_r(number, (size_t)count, sizeof *number, compare_numbers, s->out);
    for (int64_t i = 0; i < s->links; i++)
        ODD_TRY(resolve_link(s, &s->link[i], number, (size_t)count));
done:
    odd_free(number);
    return st;
}

odd_status odd_shard_index(const odd_catalogue_options *options, const char *path, const char *name,
                           odd_catalogue *out, int64_t *files)
{
    struct shard s = {.options = options,
                      .out = out,
                      .path = path,
                      .name = name,
                      .first = out->count,
                      .checked = -1};
    struct stat info;
    const char *why;
    struct archive *a = NULL;
    odd_status st;
    int fd = odd_regular_open(path, &info, &why);
    ODD_TRY(fd >= 0 ? ODD_OK : odd_fail(ODD_IO, "cannot open shard '%s': %s", path, why));
    s.size = info.st_size;
    s.time = odd_modified(&info);
    a = archive_read_new();
    ODD_TRY(a ? ODD_OK : odd_fail(ODD_NOMEM, "cannot make a tar reader"));
    ODD_TRY(open_archive(&s, fd, a));
    ODD_TRY(index_members(&s, a));
    ODD_TRY(resolve_links(&s));
    *files += s.files;
done:
    for (int64_t i = 0; i < s.links; i++)
        free(s.link[i].target);
    free(s.link);
    archive_read_free(a);
    if (fd >= 0) close(fd);
    return st;
}

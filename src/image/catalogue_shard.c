/* Shard: find out once, by libarchive, where each image of a tar file lies. Like `tar -i` it goes
 * on after an end mark, as shards are joined by `cat`. */
#include "image/shard_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 65536 /* at once while indexing; what is longer is skipped by seeking */

/* A member whose data does not end where its size says is not stored as it is. */
static odd_status check_last(odd_tar_shard *s, struct archive *a)
{
    int64_t i = s->checked;
    s->checked = -1;
    if (i < 0 || archive_read_header_position(a) == s->end) return ODD_OK;
    return odd_item_blame(s->out, &s->out->item[i], ODD_IMAGE_UNKNOWN, "not stored in one piece");
}

/* Did the search for a header, which failed, begin in zeros? They are an end mark. */
static bool is_after_end(const odd_tar_shard *s, struct archive *a, int64_t begin)
{
    static const char zeros[ODD_TAR_BLOCK];
    char block[ODD_TAR_BLOCK];
    if (s->ended) return true;
    if (archive_filter_bytes(a, 0) <= begin) return false; /* it failed before */
    return pread(s->fd, block, sizeof block, begin) == sizeof block &&
           memcmp(block, zeros, sizeof block) == 0;
}

/* What is no header: a block, or less than one at the end of the shard, where libarchive tells no
 * more where it began. */
static void note_bad_block(odd_tar_shard *s, struct archive *a, int result)
{
    const bool last = result == ARCHIVE_FATAL;
    const int64_t now = archive_filter_bytes(a, 0);
    s->ended = is_after_end(s, a, last ? s->next : archive_read_header_position(a));
    if (s->ended)
        s->strange += last ? s->size - now : ODD_TAR_BLOCK;
    else if (last)
        s->cut = true;
    else
        s->damaged++;
    s->next = now;
}

/* Where the search for the header behind this one begins. */
static void note_good_header(odd_tar_shard *s, struct archive *a, struct archive_entry *entry)
{
    const int64_t now = archive_filter_bytes(a, 0), size = archive_entry_size(entry);
    const bool sound = size >= 0 && now <= s->size && size <= s->size - now;
    s->next = sound ? now + (size + ODD_TAR_BLOCK - 1) / ODD_TAR_BLOCK * ODD_TAR_BLOCK : s->size;
    s->ended = false;
}

/* The next member that is whole enough to have a name. *entry NULL: no more. */
static odd_status next_member(odd_tar_shard *s, struct archive *a, struct archive_entry **entry)
{
    for (;;) {
        int r = archive_read_next_header(a, entry);
        odd_status st = r == ARCHIVE_FATAL ? ODD_OK : check_last(s, a);
        if (st != ODD_OK) return st;
        if (r == ARCHIVE_OK || r == ARCHIVE_WARN) {
            note_good_header(s, a, *entry);
            return ODD_OK;
        }
        *entry = NULL;
        if (r == ARCHIVE_EOF) return ODD_OK;
        note_bad_block(s, a, r);
        if (r != ARCHIVE_RETRY) return ODD_OK;
    }
}

/* True if the archive ended without the blocks of zeros that close it. */
static bool is_open_ended(const odd_tar_shard *s, struct archive *a)
{
    return !s->cut && !s->ended && archive_read_header_position(a) >= s->size;
}

static odd_status report_damage(const odd_tar_shard *s, struct archive *a)
{
    const char *why = archive_error_string(a);
    odd_status st = ODD_OK;
    if (s->files == 0 && (s->cut || s->damaged > 0 || s->strange > 0))
        return odd_fail(ODD_FORMAT, "'%s' is not a tar file: %s", s->path, why ? why : "damaged");
    if (s->cut)
        ODD_TRY(odd_passed_note(s->passed,
                                "'%s' is cut off: images after %lld of its files are lost", s->path,
                                (long long)s->files));
    if (s->damaged > 0)
        ODD_TRY(odd_passed_note(
            s->passed, "'%s' is damaged: %lld headers could not be read, images may be lost",
            s->path, (long long)s->damaged));
    if (s->strange > 0)
        ODD_TRY(odd_passed_note(
            s->passed,
            "'%s' has %lld bytes after its end mark that are no part of a tar file: they are "
            "passed over",
            s->path, (long long)s->strange));
    if (is_open_ended(s, a))
        ODD_TRY(odd_passed_note(s->passed, "'%s' has no end mark: it may be cut off", s->path));
done:
    return st;
}

static odd_status index_members(odd_tar_shard *s, struct archive *a)
{
    struct archive_entry *entry;
    odd_status st;
    do {
        ODD_TRY(next_member(s, a, &entry));
        if (entry) ODD_TRY(odd_shard_member(s, a, entry));
    } while (entry && !s->cut);
    ODD_TRY(report_damage(s, a));
done:
    return st;
}

/* Compressed shards are recognized only to say what to do with them. */
static odd_status open_archive(odd_tar_shard *s, struct archive *a)
{
    archive_read_support_format_tar(a);
    archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_lz4(a);
    archive_read_support_filter_compress(a);
    if (archive_read_open_fd(a, s->fd, READ_BYTES) != ARCHIVE_OK)
        return odd_fail(ODD_FORMAT, "'%s' is not a tar file: %s", s->path, archive_error_string(a));
    if (archive_filter_code(a, 0) != ARCHIVE_FILTER_NONE)
        return odd_fail(ODD_FORMAT,
                        "'%s' is compressed (%s): decompress it, so that all ranks can read from "
                        "the middle of it",
                        s->path, archive_filter_name(a, 0));
    return ODD_OK;
}

/* ---- when all members are known ---- */

/* Items that are no images after all go. */
static odd_status drop_items(odd_tar_shard *s)
{
    odd_catalogue *c = s->out;
    int64_t kept = s->first;
    for (int64_t i = s->first; i < c->count; i++) {
        const char *name = odd_catalogue_text(c, c->item[i].name);
        bool written = false;
        odd_status st = odd_output_holds(&s->output, name + s->members.prefix, &written);
        if (st != ODD_OK) return st;
        if (c->item[i].size == ODD_ITEM_DROPPED)
            odd_passed_ending(s->passed, odd_path_name(name));
        else if (!written)
            c->item[kept++] = c->item[i];
    }
    c->count = kept;
    return ODD_OK;
}

static int compare_digests(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Two images of one name are two images, but readers of a list of names must know. */
static odd_status note_twins(const odd_tar_shard *s)
{
    const odd_catalogue *c = s->out;
    const int64_t count = c->count - s->first;
    int64_t twins = 0;
    uint64_t *digest;
    odd_status st = ODD_NEW(digest, count);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < count; i++)
        digest[i] =
            odd_hash_add_text(ODD_HASH_START, odd_catalogue_text(c, c->item[s->first + i].name))
                .low;
    qsort(digest, (size_t)count, sizeof *digest, compare_digests);
    for (int64_t i = 1; i < count; i++)
        twins += digest[i] == digest[i - 1];
    if (twins > 0)
        st = odd_passed_note(
            s->passed,
            "'%s' holds %lld images under names that it has already: each has a row of its own",
            s->path, (long long)twins);
    odd_free(digest);
    return st;
}

static odd_status index_shard(odd_tar_shard *s, struct archive *a)
{
    odd_status st;
    ODD_TRY(open_archive(s, a));
    ODD_TRY(index_members(s, a));
    ODD_TRY(odd_members_resolve(&s->members));
    odd_output_sort(&s->output);
    ODD_TRY(drop_items(s));
    ODD_TRY(note_twins(s));
    ODD_TRY(odd_output_count(&s->output, s->name, s->passed));
    s->passed->files += s->files;
done:
    return st;
}

odd_status odd_shard_index(const odd_catalogue_options *options, const char *path, const char *name,
                           odd_catalogue *out, odd_passed *passed)
{
    odd_tar_shard s = {.options = options,
                       .out = out,
                       .passed = passed,
                       .path = path,
                       .name = name,
                       .first = out->count,
                       .checked = -1,
                       .members = {.out = out, .first = out->count, .prefix = strlen(name) + 1}};
    struct stat info;
    const char *why;
    struct archive *a = NULL;
    odd_status st;
    s.fd = odd_regular_open(path, &info, &why);
    ODD_TRY(s.fd >= 0 ? ODD_OK : odd_fail(ODD_IO, "cannot open shard '%s': %s", path, why));
    s.size = info.st_size;
    s.time = odd_modified(&info);
    a = archive_read_new();
    ODD_TRY(a ? ODD_OK : odd_fail(ODD_NOMEM, "cannot make a tar reader"));
    ODD_TRY(index_shard(&s, a));
done:
    odd_members_free(&s.members);
    odd_output_free(&s.output);
    archive_read_free(a);
    if (s.fd >= 0) close(s.fd);
    return st;
}

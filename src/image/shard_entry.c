/* Shard entry: what one member of a tar file is for a catalogue. */
#include "image/shard_internal.h"

#include "image/decode_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *without_here(const char *member)
{
    while (strncmp(member, "./", 2) == 0)
        member += 2;
    return member;
}

/* The folder that a member is in, by its last part; none at the top. */
static odd_status set_label(odd_tar_shard *s, const char *member, odd_item *item)
{
    const char *slash = strrchr(member, '/');
    if (!slash || strcmp(s->options->label_from, "folder") != 0) return ODD_OK;
    char *folder = strndup(member, (size_t)(slash - member));
    if (!folder) return odd_fail(ODD_NOMEM, "cannot allocate a path");
    odd_status st = odd_catalogue_string(s->out, odd_path_name(folder), &item->label);
    free(folder);
    return st;
}

static odd_status add_item(odd_tar_shard *s, const char *member, odd_item **item)
{
    odd_text name = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_format(&name, "%s/%s", s->name, without_here(member));
    ODD_TRY(odd_text_status(&name));
    ODD_TRY(odd_catalogue_add(s->out, odd_text_string(&name), s->path, item));
    (*item)->time = s->time;
    ODD_TRY(set_label(s, member, *item));
done:
    odd_text_free(&name);
    return st;
}

/* The data begins where libarchive stands after it read the header (all header blocks of a member:
 * long names, pax). How the data ends is checked when the next header comes. */
static odd_status add_image(odd_tar_shard *s, struct archive_entry *entry, const char *member,
                            int64_t offset)
{
    odd_item *item;
    odd_status st = add_item(s, member, &item);
    if (st != ODD_OK) return st;
    item->offset = offset;
    item->size = archive_entry_size(entry);
    if (archive_entry_sparse_count(entry) > 0)
        return odd_item_blame(s->out, item, ODD_IMAGE_UNKNOWN, "stored as a sparse file");
    if (item->size < 0 || item->offset > s->size || item->size > s->size - item->offset) {
        s->cut = true;
        if (item->size < 0) item->size = -1;
        return odd_item_blame(s->out, item, ODD_IMAGE_TRUNCATED, "the shard ends inside it");
    }
    s->checked = s->out->count - 1;
    s->end = item->offset + (item->size + ODD_TAR_BLOCK - 1) / ODD_TAR_BLOCK * ODD_TAR_BLOCK;
    return ODD_OK;
}

/* A link may lead to it. */
static odd_status pass_file(odd_tar_shard *s, struct archive_entry *entry, const char *member,
                            int64_t offset)
{
    const int64_t size = archive_entry_size(entry);
    const bool whole = size >= 0 && offset <= s->size && size <= s->size - offset;
    odd_passed_ending(s->passed, odd_path_name(member));
    if (!whole || archive_entry_sparse_count(entry) > 0) return ODD_OK;
    return odd_members_add_file(&s->members, member, offset, size);
}

static odd_status take_file(odd_tar_shard *s, struct archive *a, struct archive_entry *entry,
                            const char *member)
{
    const int64_t offset = archive_filter_bytes(a, 0);
    const bool suspect = odd_output_suspected(member, archive_entry_size(entry));
    bool wanted = odd_name_wanted(s->options, member);
    s->files++;
    if (suspect || (!wanted && odd_content_wanted(s->options))) {
        uint8_t head[ODD_OUTPUT_HEAD];
        const la_ssize_t n = archive_read_data(a, head, sizeof head);
        odd_status st = ODD_OK;
        if (suspect && n > 0) st = odd_output_look(&s->output, member, head, (size_t)n);
        if (st != ODD_OK) return st;
        if (odd_content_wanted(s->options))
            wanted = wanted || (n > 0 && odd_begins_as_image(head, (size_t)n));
    }
    return wanted ? add_image(s, entry, member, offset) : pass_file(s, entry, member, offset);
}

static odd_status take_link(odd_tar_shard *s, const char *member, const char *target, bool hard)
{
    const bool wanted = odd_name_wanted(s->options, member);
    const bool listed = wanted || odd_content_wanted(s->options);
    odd_item *item;
    odd_status st = ODD_OK;
    s->files++;
    if (listed) ODD_TRY(add_item(s, member, &item));
    if (!listed) odd_passed_ending(s->passed, odd_path_name(member));
    ODD_TRY(odd_members_add_link(&s->members, member, target, hard, listed, !wanted));
done:
    return st;
}

/* A device, say, that is named like an image; of all files it is none. */
static odd_status take_other(odd_tar_shard *s, const char *member)
{
    odd_item *item;
    if (s->options->extensions.count == 0 || !odd_name_wanted(s->options, member)) return ODD_OK;
    odd_status st = add_item(s, member, &item);
    if (st != ODD_OK) return st;
    return odd_item_blame(s->out, item, ODD_IMAGE_MISSING, "not a regular file");
}

/* True if a part of the path is what file managers keep for themselves. */
static bool is_kept(const char *member)
{
    char part[256];
    for (size_t size; *member; member += size + (member[size] == '/')) {
        size = strcspn(member, "/");
        if (size == 0 || size >= sizeof part) continue;
        memcpy(part, member, size);
        part[size] = '\0';
        if (odd_is_keepsake(part)) return true;
    }
    return false;
}

odd_status odd_shard_member(odd_tar_shard *s, struct archive *a, struct archive_entry *entry)
{
    const char *member = archive_entry_pathname(entry), *hard = archive_entry_hardlink(entry);
    const char *soft = archive_entry_symlink(entry);
    const unsigned type = archive_entry_filetype(entry);
    if (!member) member = "(name that cannot be read)";
    if (is_kept(member)) return odd_passed_add(&s->passed->kept, member);
    if (hard) return take_link(s, member, hard, true);
    if (type == AE_IFLNK) return take_link(s, member, soft ? soft : "", false);
    if (type == AE_IFREG) return take_file(s, a, entry, member);
    return type == AE_IFDIR ? ODD_OK : take_other(s, member);
}

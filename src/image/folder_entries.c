/* Folder entries: which of them are images, which are folders or links to them, and which cannot be
 * read and become items with a problem, so that nothing is lost. */
#include "image/folder_entries_internal.h"

#include "image/decode_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static odd_status add_item(odd_walk *w, odd_item **item)
{
    odd_status st = odd_catalogue_add(w->out, odd_walk_name(w), odd_text_string(&w->path), item);
    if (st != ODD_OK) return st;
    (*item)->label = w->label;
    w->root[w->here.root].items++;
    return ODD_OK;
}

odd_status odd_walk_problem(odd_walk *w, const char *reason)
{
    odd_item *item;
    odd_status st = add_item(w, &item);
    return st == ODD_OK ? odd_item_blame(w->out, item, ODD_IMAGE_MISSING, reason) : st;
}

static odd_status add_image(odd_walk *w, const struct stat *info)
{
    odd_item *item;
    odd_status st = add_item(w, &item);
    if (st != ODD_OK) return st;
    item->size = info->st_size;
    item->time = odd_modified(info);
    return ODD_OK;
}

/* True if the file begins as an image does; one that cannot be looked into is none. */
static bool holds_image(const odd_walk *w)
{
    uint8_t head[ODD_HEAD_SIZE];
    struct stat info;
    const char *why;
    int fd = odd_regular_open(odd_text_string(&w->path), &info, &why);
    if (fd < 0) return false;
    ssize_t n = pread(fd, head, sizeof head, 0);
    close(fd);
    return n > 0 && odd_begins_as_image(head, (size_t)n);
}

static odd_status take_file(odd_walk *w, const char *name, const struct stat *info, bool wanted)
{
    w->passed->files++;
    if (wanted || (odd_content_wanted(w->options) && holds_image(w))) return add_image(w, info);
    odd_passed_ending(w->passed, name);
    return ODD_OK;
}

static unsigned char type_of(const odd_walk *w, const struct dirent *entry)
{
    struct stat info;
    if (entry->d_type != DT_UNKNOWN) return entry->d_type;
    int st = fstatat(w->folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW);
    return st == 0 ? (unsigned char)IFTODT(info.st_mode) : DT_REG; /* then blamed by stat */
}

/* A link could hide a folder of images, so one that leads nowhere is an item, whatever its name. */
static odd_status take_target(odd_walk *w, const char *name, bool link, bool wanted)
{
    struct stat info;
    if (fstatat(w->folder, name, &info, 0) != 0) {
        bool dangling = link && errno == ENOENT;
        return odd_walk_problem(w, dangling ? "link to a file that is missing"
                                            : strerrordesc_np(errno));
    }
    if (S_ISDIR(info.st_mode)) return odd_walk_folder(w, link);
    if (S_ISREG(info.st_mode)) return take_file(w, name, &info, wanted);
    bool all = w->options->extensions.count == 0;
    return wanted && !all ? odd_walk_problem(w, "not a regular file") : ODD_OK;
}

/* Files that are passed over for their names alone cost no further look. */
static odd_status take_kind(odd_walk *w, const struct dirent *entry)
{
    const unsigned char type = type_of(w, entry);
    const bool wanted = odd_name_wanted(w->options, entry->d_name);
    if (odd_is_keepsake(entry->d_name)) return odd_passed_add(&w->passed->kept, odd_walk_name(w));
    if (type == DT_DIR) return odd_walk_folder(w, false);
    if (wanted || type == DT_LNK || (type == DT_REG && odd_content_wanted(w->options)))
        return take_target(w, entry->d_name, type == DT_LNK, wanted);
    return type == DT_REG ? take_file(w, entry->d_name, NULL, false) : ODD_OK;
}

static odd_status take_entry(odd_walk *w, const struct dirent *entry)
{
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) return ODD_OK;
    size_t length = w->path.length;
    odd_text_add(&w->path, entry->d_name);
    odd_status st = odd_text_status(&w->path);
    if (st != ODD_OK) return st;
    st = take_kind(w, entry);
    w->path.length = length;
    w->path.s[length] = '\0';
    return st;
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* In order of name, so that the same link of several is followed on every file system. */
odd_status odd_walk_entries(odd_walk *w, odd_status (*refuse)(odd_walk *w, const char *why))
{
    struct dirent **entry;
    int count = scandirat(w->folder, ".", &entry, NULL, compare_entries);
    odd_status st = ODD_OK;
    if (count < 0) return refuse(w, strerrordesc_np(errno));
    if (w->path.s[w->path.length - 1] != '/') odd_text_add(&w->path, "/");
    for (int i = 0; i < count; i++) {
        if (st == ODD_OK) st = take_entry(w, entry[i]);
        free(entry[i]);
    }
    free(entry);
    return st;
}

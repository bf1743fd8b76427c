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
    return odd_passed_found(w->passed, w->options->path.count, w->here.root);
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

/* An entry by its name, and what it is said to be. */
typedef struct {
    char *name;
    unsigned char type;
} named;

static unsigned char type_of(const odd_walk *w, const named *entry)
{
    struct stat info;
    if (entry->type != DT_UNKNOWN) return entry->type;
    int st = fstatat(w->folder, entry->name, &info, AT_SYMLINK_NOFOLLOW);
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
    if (S_ISDIR(info.st_mode)) return ODD_OK; /* it has a line of its own */
    if (S_ISREG(info.st_mode)) return take_file(w, name, &info, wanted);
    bool all = w->options->extensions.count == 0;
    return wanted && !all ? odd_walk_problem(w, "not a regular file") : ODD_OK;
}

/* Files that are passed over for their names alone cost no further look. */
static odd_status take_kind(odd_walk *w, const named *entry)
{
    const unsigned char type = type_of(w, entry);
    const bool wanted = odd_name_wanted(w->options, entry->name);
    if (odd_is_keepsake(entry->name)) return odd_passed_add(&w->passed->kept, odd_walk_name(w));
    if (type == DT_DIR) return ODD_OK;
    if (wanted || type == DT_LNK || (type == DT_REG && odd_content_wanted(w->options)))
        return take_target(w, entry->name, type == DT_LNK, wanted);
    return type == DT_REG ? take_file(w, entry->name, NULL, false) : ODD_OK;
}

/* Where folders are looked for. */
static odd_status take_folder(odd_walk *w, const named *entry)
{
    return odd_walk_folder(w, entry->type == DT_LNK);
}

static odd_status take_entry(odd_walk *w, const named *entry,
                             odd_status (*take)(odd_walk *w, const named *entry))
{
    size_t length = w->path.length;
    odd_text_add(&w->path, entry->name);
    odd_status st = odd_text_status(&w->path);
    if (st != ODD_OK) return st;
    st = take(w, entry);
    w->path.length = length;
    w->path.s[length] = '\0';
    return st;
}

/* ---- all entries of a folder ---- */

/* Those that are to be taken. */
typedef struct {
    named *entry;
    int64_t count, room;
} entries;

static void entries_free(entries *e)
{
    for (int64_t i = 0; i < e->count; i++)
        free(e->entry[i].name);
    free(e->entry);
}

static odd_status keep_entry(entries *e, const char *name, unsigned char type)
{
    if (e->count == e->room) {
        const int64_t room = e->room > 0 ? 2 * e->room : 64;
        named *more = realloc(e->entry, (size_t)room * sizeof *more);
        if (!more) return odd_fail(ODD_NOMEM, "cannot allocate the entries of a folder");
        e->entry = more;
        e->room = room;
    }
    char *copy = strdup(name);
    if (!copy) return odd_fail(ODD_NOMEM, "cannot allocate a name");
    e->entry[e->count++] = (named){copy, type};
    return ODD_OK;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

/* Call `look` on each entry, which keeps some; then they are in order of name, so that the same
 * link of several is followed on every file system. *why: as odd_walk_look() has it. */
static odd_status read_entries(odd_walk *w, entries *e, const char **why,
                               odd_status (*look)(odd_walk *w, const named *entry, entries *e))
{
    const int copy = fcntl(w->folder, F_DUPFD_CLOEXEC, 0);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    odd_status st = ODD_OK;
    *why = NULL;
    errno = folder ? 0 : errno;
    for (struct dirent *d; folder && st == ODD_OK && (d = readdir(folder)); errno = 0) {
        const named entry = {d->d_name, d->d_type};
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0) st = look(w, &entry, e);
    }
    if (st == ODD_OK && errno != 0) *why = strerrordesc_np(errno);
    if (folder)
        closedir(folder);
    else if (copy >= 0)
        close(copy);
    if (e->count > 1) qsort(e->entry, (size_t)e->count, sizeof *e->entry, compare_entries);
    return st;
}

static odd_status take_all(odd_walk *w, const entries *e,
                           odd_status (*take)(odd_walk *w, const named *entry))
{
    odd_status st = ODD_OK;
    if (w->path.s[w->path.length - 1] != '/') odd_text_add(&w->path, "/");
    for (int64_t i = 0; i < e->count && st == ODD_OK; i++)
        st = take_entry(w, &e->entry[i], take);
    return st;
}

static odd_status keep_folders(odd_walk *w, const named *entry, entries *e)
{
    const unsigned char type = type_of(w, entry);
    struct stat info;
    const bool leads =
        type == DT_LNK && fstatat(w->folder, entry->name, &info, 0) == 0 && S_ISDIR(info.st_mode);
    if (odd_is_keepsake(entry->name) || (type != DT_DIR && !leads)) {
        w->entries++;
        return ODD_OK;
    }
    return keep_entry(e, entry->name, type);
}

odd_status odd_walk_look(odd_walk *w, int64_t *count, const char **why)
{
    entries e = {0};
    odd_status st;
    w->entries = 0;
    ODD_TRY(read_entries(w, &e, why, keep_folders));
    if (!*why) ODD_TRY(take_all(w, &e, take_folder));
    *count = w->entries;
done:
    entries_free(&e);
    return st;
}

static odd_status keep_mine(odd_walk *w, const named *entry, entries *e)
{
    const uint64_t key =
        w->mine.shares > 1 ? odd_hash_add_text(ODD_HASH_START, entry->name).low : 0;
    return key % (uint64_t)w->mine.shares == (uint64_t)w->mine.share
               ? keep_entry(e, entry->name, entry->type)
               : ODD_OK;
}

odd_status odd_walk_entries(odd_walk *w, odd_status (*refuse)(odd_walk *w, const char *why))
{
    entries e = {0};
    const char *why;
    odd_status st;
    ODD_TRY(read_entries(w, &e, &why, keep_mine));
    st = why ? refuse(w, why) : take_all(w, &e, take_kind);
done:
    entries_free(&e);
    return st;
}

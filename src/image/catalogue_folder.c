/* Catalogue, a folder: every image file below it, by path. Links are followed where that cannot
 * loop; what cannot be entered or found is an item with a problem, so that nothing is lost. */
#include "image/catalogue_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which folder it is, whatever its name. */
struct identity {
    dev_t device;
    ino_t inode;
};

/* A folder to be visited; its path goes after the visit, its identity stays for what is in it. */
struct place {
    char *path;
    int64_t parent; /* number of the folder that it is in, -1 for a root */
    struct identity identity;
};

struct walk {
    const odd_catalogue_options *options;
    odd_catalogue *out;
    struct place *place; /* in the order of the visits */
    int64_t count, room;
    size_t name_start; /* where in a path the name of an item begins */
    int64_t files;     /* regular files seen, images or not */
    void *linked;      /* identities of the folders that were entered by a link (tsearch) */
    /* the folder under visit */
    int64_t here;
    int folder;    /* open */
    odd_text path; /* of the entry at hand */
    int64_t label;
};

static odd_status no_memory(void)
{
    return odd_fail(ODD_NOMEM, "cannot allocate the list of folders");
}

/* `path` is given. */
static odd_status push(struct walk *w, char *path, int64_t parent)
{
    if (w->count == w->room) {
        int64_t room = w->room > 0 ? 2 * w->room : 64;
        struct place *place = realloc(w->place, (size_t)room * sizeof *place);
        if (!place) {
            free(path);
            return no_memory();
        }
        w->place = place;
        w->room = room;
    }
    w->place[w->count++] = (struct place){.path = path, .parent = parent};
    return ODD_OK;
}

static odd_status push_entry(struct walk *w)
{
    char *path = strdup(odd_text_string(&w->path));
    return path ? push(w, path, w->here) : no_memory();
}

static odd_status add_image(struct walk *w, const struct stat *info)
{
    const char *path = odd_text_string(&w->path);
    odd_item *item;
    odd_status st = odd_catalogue_add(w->out, path + w->name_start, path, &item);
    if (st != ODD_OK) return st;
    item->label = w->label;
    item->size = info->st_size;
    item->time = odd_modified(info);
    return ODD_OK;
}

static odd_status add_problem(struct walk *w, const char *reason)
{
    const char *path = odd_text_string(&w->path);
    const char *name = strlen(path) > w->name_start ? path + w->name_start : path;
    odd_item *item;
    odd_status st = odd_catalogue_add(w->out, name, path, &item);
    if (st != ODD_OK) return st;
    item->label = w->label;
    return odd_item_blame(w->out, item, ODD_IMAGE_MISSING, reason);
}

static int compare_identities(const void *left, const void *right)
{
    const struct identity *a = left, *b = right;
    if (a->device != b->device) return a->device < b->device ? -1 : 1;
    return (a->inode > b->inode) - (a->inode < b->inode);
}

static bool is_inside(const struct walk *w, const struct identity *folder)
{
    int64_t i = w->here;
    while (i >= 0 && compare_identities(&w->place[i].identity, folder) != 0)
        i = w->place[i].parent;
    return i >= 0;
}

/* Links to each other could multiply without end; so a folder is entered by one link only. */
static odd_status follow(struct walk *w, const struct stat *info)
{
    struct identity *target = malloc(sizeof *target);
    if (!target) return no_memory();
    *target = (struct identity){info->st_dev, info->st_ino};
    struct identity **known = NULL;
    bool loop = is_inside(w, target);
    if (!loop) known = tsearch(target, &w->linked, compare_identities);
    bool fresh = known && *known == target;
    if (!fresh) free(target);
    if (loop) return add_problem(w, "link to a folder that it is in: a loop");
    if (!known) return no_memory();
    return fresh ? push_entry(w)
                 : add_problem(w, "link to a folder that is listed through another link");
}

static unsigned char type_of(const struct walk *w, const struct dirent *entry)
{
    struct stat info;
    if (entry->d_type != DT_UNKNOWN) return entry->d_type;
    int st = fstatat(w->folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW);
    return st == 0 ? (unsigned char)IFTODT(info.st_mode) : DT_REG; /* then blamed by stat */
}

/* A file, or what a link leads to. */
static odd_status take_target(struct walk *w, const char *name, bool link, bool wanted)
{
    struct stat info;
    if (fstatat(w->folder, name, &info, 0) != 0) {
        bool dangling = link && errno == ENOENT;
        return add_problem(w, dangling ? "link to a file that is missing" : strerrordesc_np(errno));
    }
    if (S_ISDIR(info.st_mode)) return link ? follow(w, &info) : push_entry(w);
    if (link && S_ISREG(info.st_mode)) w->files++;
    if (!wanted) return ODD_OK;
    if (S_ISREG(info.st_mode)) return add_image(w, &info);
    return w->options->extensions.count > 0 ? add_problem(w, "not a regular file") : ODD_OK;
}

static odd_status take_entry(struct walk *w, const struct dirent *entry)
{
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return ODD_OK;
    unsigned char type = type_of(w, entry);
    bool wanted = odd_extension_wanted(w->options, name);
    size_t length = w->path.length;
    odd_text_add(&w->path, name);
    odd_status st = odd_text_status(&w->path);
    if (st != ODD_OK) return st;
    if (type == DT_REG) w->files++;
    if (type == DT_DIR)
        st = push_entry(w);
    else if (wanted || type == DT_LNK)
        st = take_target(w, name, type == DT_LNK, wanted);
    w->path.length = length;
    w->path.s[length] = '\0';
    return st;
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* In order of name, so that the same link of several is followed on every file system. */
static odd_status take_entries(struct walk *w, struct dirent **entry, int count)
{
    odd_status st = ODD_OK;
    if (w->path.s[w->path.length - 1] != '/') odd_text_add(&w->path, "/");
    for (int i = 0; i < count; i++) {
        if (st == ODD_OK) st = take_entry(w, entry[i]);
        free(entry[i]);
    }
    free(entry);
    return st;
}

static odd_status refuse_folder(struct walk *w, const char *why)
{
    char reason[128];
    const char *path = odd_text_string(&w->path);
    if (w->place[w->here].parent < 0)
        return odd_fail(ODD_IO, "cannot read folder '%s': %s", path, why);
    snprintf(reason, sizeof reason, "folder cannot be read: %s", why);
    return add_problem(w, reason);
}

static odd_status enter(struct walk *w, struct place *place)
{
    struct dirent **entry;
    struct stat info;
    w->folder = open(place->path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    if (w->folder < 0 || fstat(w->folder, &info) != 0)
        return refuse_folder(w, strerrordesc_np(errno));
    place->identity = (struct identity){info.st_dev, info.st_ino};
    int count = scandirat(w->folder, ".", &entry, NULL, compare_entries);
    return count < 0 ? refuse_folder(w, strerrordesc_np(errno)) : take_entries(w, entry, count);
}

static odd_status visit(struct walk *w, int64_t i)
{
    const char *path = w->place[i].path;
    odd_status st;
    w->here = i;
    w->label = 0;
    w->folder = -1;
    w->path.length = 0;
    odd_text_add(&w->path, path);
    ODD_TRY(odd_text_status(&w->path));
    if (strcmp(w->options->label_from, "folder") == 0)
        ODD_TRY(odd_catalogue_string(w->out, odd_path_name(path), &w->label));
    ODD_TRY(enter(w, &w->place[i]));
done:
    if (w->folder >= 0) close(w->folder);
    free(w->place[i].path); /* the list may have moved */
    w->place[i].path = NULL;
    return st;
}

/* One of the folders of the catalogue. Its items are named from inside it, or, where there are
 * several, by the folder as it was given. */
static odd_status list_root(struct walk *w, const char *folder, const char *given)
{
    int64_t before = w->out->count;
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_path_under(folder, given, &path));
    size_t length = strlen(path), given_length = strlen(given);
    while (given_length > 1 && given[given_length - 1] == '/')
        given_length--;
    bool alone = w->options->path.count == 1;
    w->name_start = alone ? length + (path[length - 1] != '/') : length - given_length;
    w->count = 0;
    ODD_TRY(push(w, path, -1));
    for (int64_t i = 0; i < w->count; i++)
        ODD_TRY(visit(w, i));
    if (!alone && w->out->count == before) odd_log(ODD_LOG_WARN, "no images in '%s'", given);
done:
    for (int64_t i = 0; i < w->count; i++)
        free(w->place[i].path);
    return st;
}

/* Folders that contain one another would list their images twice. */
static odd_status check_unique(const odd_catalogue *c)
{
    for (int64_t i = 1; i < c->count; i++) {
        const char *name = odd_catalogue_text(c, c->item[i].name);
        if (strcmp(odd_catalogue_text(c, c->item[i - 1].name), name) == 0)
            return odd_fail(ODD_USAGE, "'%s' is listed twice: folders of catalogue.path overlap",
                            name);
    }
    return ODD_OK;
}

static odd_status list_folders(const odd_catalogue_options *options, const char *folder,
                               odd_catalogue *out)
{
    struct walk w = {.options = options, .out = out};
    odd_status st;
    *out = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    ODD_TRY(odd_paths_check(options));
    for (int64_t i = 0; i < options->path.count; i++)
        ODD_TRY(list_root(&w, folder, options->path.item[i]));
    if (out->count == 0) ODD_TRY(odd_catalogue_none(options, w.files));
    odd_catalogue_sort(out);
    ODD_TRY(check_unique(out));
    odd_catalogue_seal(out);
done:
    if (st != ODD_OK) odd_catalogue_free(out);
    odd_text_free(&w.path);
    tdestroy(w.linked, free);
    free(w.place);
    return st;
}

const odd_catalogue_kind odd_catalogue_folder = {
    "folder",       "image files in a folder and the folders below it, by path",
    list_folders,   odd_files_open,
    odd_files_read, odd_files_close,
};

/* Paths that catalogues share: where one starts, what it is called, and that none is there twice.
 */
#include "image/catalogue_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <stdlib.h>
#include <string.h>

odd_status odd_path_under(const char *folder, const char *given, char **path)
{
    odd_text text = ODD_TEXT_EMPTY;
    bool from_here = *given == '/' || *folder == '\0' || strcmp(folder, ".") == 0;
    if (!from_here) odd_text_add(&text, folder);
    if (!from_here && text.length > 0 && text.s[text.length - 1] != '/') odd_text_add(&text, "/");
    odd_text_add(&text, given);
    odd_status st = odd_text_status(&text);
    if (st != ODD_OK) {
        odd_text_free(&text);
        return st;
    }
    while (text.length > 1 && text.s[text.length - 1] == '/')
        text.s[--text.length] = '\0';
    *path = text.s;
    return ODD_OK;
}

const char *odd_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? "" : name;
}

/* One of the catalogue's paths, and what it leads to. */
struct target {
    const char *given;
    int64_t number;
    dev_t device;
    ino_t inode;
};

static int compare_targets(const void *left, const void *right)
{
    const struct target *a = left, *b = right;
    if (a->device != b->device) return a->device < b->device ? -1 : 1;
    if (a->inode != b->inode) return a->inode < b->inode ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Says nothing of a path that is not there: opening it fails. */
static odd_status find_targets(const odd_list *path, const char *folder, struct target *target,
                               int64_t *count)
{
    for (int64_t i = 0; i < path->count; i++) {
        struct stat info;
        char *full;
        odd_status st = odd_path_under(folder, path->item[i], &full);
        if (st != ODD_OK) return st;
        if (stat(full, &info) == 0)
            target[(*count)++] = (struct target){path->item[i], i, info.st_dev, info.st_ino};
        free(full);
    }
    return ODD_OK;
}

static odd_status check_unique(const odd_list *path, const char *folder)
{
    struct target *target = NULL;
    int64_t count = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(target, path->count));
    ODD_TRY(find_targets(path, folder, target, &count));
    qsort(target, (size_t)count, sizeof *target, compare_targets);
    for (int64_t i = 1; i < count; i++)
        if (target[i].device == target[i - 1].device && target[i].inode == target[i - 1].inode)
            ODD_TRY(odd_fail(ODD_USAGE,
                             "'%s' is listed twice: '%s' of catalogue.path is the same; name it "
                             "once",
                             target[i].given, target[i - 1].given));
done:
    odd_free(target);
    return st;
}

odd_status odd_paths_check(const odd_catalogue_options *options, const char *folder)
{
    if (options->path.count == 0)
        return odd_fail(ODD_USAGE, "catalogue.path is empty: it names no %s", options->kind);
    for (int64_t i = 0; i < options->path.count; i++)
        if (*options->path.item[i] == '\0')
            return odd_fail(ODD_USAGE, "catalogue.path has an empty entry");
    return options->path.count > 1 ? check_unique(&options->path, folder) : ODD_OK;
}

static int compare_names(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;
    return strcmp(odd_path_name(*a), odd_path_name(*b));
}

bool odd_paths_alike(char *const path[], int64_t count)
{
    const char **sorted = odd_alloc(count, sizeof *sorted);
    bool alike = !sorted; /* whole paths are right too, if longer */
    for (int64_t i = 0; sorted && i < count; i++)
        sorted[i] = path[i];
    if (sorted && count > 1) qsort(sorted, (size_t)count, sizeof *sorted, compare_names);
    for (int64_t i = 1; sorted && i < count; i++)
        alike = alike || compare_names(&sorted[i - 1], &sorted[i]) == 0;
    odd_free(sorted);
    return alike;
}

/* Catalogue, a folder: every image file below it, by path. A file is one name in one folder,
 * however that is spelled or reached; two names of one picture are two items. */
#include "image/folder_walk_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"

#include <string.h>

/* Items are named from inside the folder, or, where there are several, by the folder as it was
 * given. */
static size_t name_start(const odd_catalogue_options *options, const char *path, const char *given)
{
    size_t length = strlen(path), given_length = strlen(given);
    while (given_length > 1 && given[given_length - 1] == '/')
        given_length--;
    bool alone = options->path.count == 1;
    return alone ? length + (path[length - 1] != '/') : length - given_length;
}

static odd_status add_roots(odd_walk *w, const char *folder)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < w->options->path.count; i++) {
        const char *given = w->options->path.item[i];
        char *path = NULL;
        ODD_TRY(odd_path_under(folder, given, &path));
        w->root[i].name_start = name_start(w->options, path, given);
        ODD_TRY(odd_walk_add(w, path, i));
    }
done:
    return st;
}

/* Of several folders, one without images may be a slip. */
static void warn_of_empty(const odd_walk *w)
{
    for (int64_t i = 0; i < w->options->path.count; i++)
        if (w->root[i].items == 0)
            odd_log(ODD_LOG_WARN, "no images in '%s'", w->options->path.item[i]);
}

static odd_status list_folders(const odd_catalogue_options *options, const char *folder,
                               const odd_catalogue_outline *outline, int64_t from, int64_t to,
                               odd_catalogue *out, odd_passed *passed)
{
    odd_walk w = {.options = options, .out = out, .passed = passed};
    odd_status st;
    (void)outline, (void)from, (void)to;
    ODD_TRY(odd_paths_check(options, folder));
    ODD_TRY(ODD_NEW(w.root, options->path.count));
    ODD_TRY(add_roots(&w, folder));
    ODD_TRY(odd_walk_all(&w));
    if (out->count > 0) warn_of_empty(&w);
    odd_catalogue_sort(out);
done:
    odd_walk_free(&w);
    return st;
}

const odd_catalogue_kind odd_catalogue_folder = {
    .name = "folder",
    .summary = "image files in a folder and the folders below it, by path",
    .recognises = odd_is_folder,
    .list = list_folders,
    .open = odd_files_open,
    .read = odd_files_read,
    .close = odd_files_close,
};

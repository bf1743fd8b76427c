/* Catalogue, a folder: every image file below it, by path. A file is one name in one folder,
 * however that is spelled or reached; two names of one picture are two items.
 *
 * One rank finds the folders, whose entries it only counts; then each lists some of them, or, of
 * one that has many entries, a share. */
#include "image/folder_walk_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
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

/* Where in paths the names of each root begin; `add`: the roots are to be visited, too. */
static odd_status open_roots(odd_walk *w, const char *folder, bool add)
{
    odd_status st;
    ODD_TRY(ODD_NEW(w->name_start, w->options->path.count));
    for (int64_t i = 0; i < w->options->path.count; i++) {
        const char *given = w->options->path.item[i];
        char *path = NULL;
        ODD_TRY(odd_path_under(folder, given, &path));
        w->name_start[i] = name_start(w->options, path, given);
        if (add)
            ODD_TRY(odd_walk_add(w, path, i));
        else
            free(path);
    }
done:
    return st;
}

/* ---- one rank for all ---- */

static odd_status look_at_folders(const odd_catalogue_options *options, const char *folder,
                                  odd_catalogue_outline *out, odd_passed *passed)
{
    odd_walk w = {.options = options, .passed = passed, .outline = out};
    odd_status st;
    ODD_TRY(odd_paths_check(options, folder));
    ODD_TRY(open_roots(&w, folder, true));
    ODD_TRY(odd_walk_all(&w));
done:
    odd_walk_free(&w);
    return st;
}

/* ---- each rank some ---- */

static odd_status list_folders(const odd_catalogue_options *options, const char *folder,
                               const odd_catalogue_outline *outline, int64_t from, int64_t to,
                               odd_catalogue *out, odd_passed *passed)
{
    odd_walk w = {.options = options, .out = out, .passed = passed};
    const char *line = odd_text_string(&outline->lines);
    odd_status st;
    ODD_TRY(open_roots(&w, folder, false));
    for (int64_t i = from; i < to; i++, line += strlen(line) + 1)
        ODD_TRY(odd_walk_line(&w, line));
done:
    odd_walk_free(&w);
    return st;
}

const odd_catalogue_kind odd_catalogue_folder = {
    .name = "folder",
    .summary = "image files in a folder and the folders below it, by path",
    .by_name = true,
    .recognises = odd_is_folder,
    .look = look_at_folders,
    .list = list_folders,
    .open = odd_files_open,
    .read = odd_files_read,
    .close = odd_files_close,
};

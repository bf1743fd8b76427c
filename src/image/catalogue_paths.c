/* Paths and names that catalogues share: where a path starts, which names are images. */
#include "image/catalogue_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

odd_status odd_paths_check(const odd_catalogue_options *options)
{
    if (options->path.count == 0)
        return odd_fail(ODD_USAGE, "catalogue.path is empty: it names no %s", options->kind);
    for (int64_t i = 0; i < options->path.count; i++)
        if (*options->path.item[i] == '\0')
            return odd_fail(ODD_USAGE, "catalogue.path has an empty entry");
    return ODD_OK;
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

static const char *without_dot(const char *extension)
{
    return *extension == '.' ? extension + 1 : extension;
}

bool odd_extension_wanted(const odd_catalogue_options *options, const char *name)
{
    const odd_list *wanted = &options->extensions;
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash ? slash : name, '.');
    bool found = wanted->count == 0;
    for (int64_t i = 0; dot && !found && i < wanted->count; i++)
        found = strcasecmp(dot + 1, without_dot(wanted->item[i])) == 0;
    return found;
}

odd_status odd_catalogue_none(const odd_catalogue_options *options, int64_t files)
{
    odd_text text = ODD_TEXT_EMPTY;
    char count[32];
    odd_text_add(&text, "no images in");
    for (int64_t i = 0; i < options->path.count; i++)
        odd_text_format(&text, "%s '%s'", i > 0 ? "," : "", options->path.item[i]);
    odd_text_format(&text, files == 1 ? ": %s file" : ": %s files", odd_human_count(files, count));
    if (files > 0) odd_text_add(&text, files == 1 ? ", which does not end in" : ", none ends in");
    for (int64_t i = 0; files > 0 && i < options->extensions.count; i++)
        odd_text_format(&text, " .%s", without_dot(options->extensions.item[i]));
    odd_status st = odd_fail(ODD_FORMAT, "%s", odd_text_string(&text));
    odd_text_free(&text);
    return st;
}

/* Report folder: written beside its place, put there whole, and never in the place of anything
 * that is not a report. */
#include "report/report_folder_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static odd_status fail_errno(const char *verb, const char *path)
{
    return odd_fail(ODD_IO, "cannot %s '%s': %s", verb, path, strerror(errno));
}

static odd_status append(const char *path, const char *end, char out[static PATH_MAX])
{
    int length = snprintf(out, PATH_MAX, "%s%s", path, end);
    if (length >= 0 && length < PATH_MAX) return ODD_OK;
    return odd_fail(ODD_IO, "path is too long: '%s'", path);
}

static odd_status join(const char *folder, const char *name, char out[static PATH_MAX])
{
    int length = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    if (length >= 0 && length < PATH_MAX) return ODD_OK;
    return odd_fail(ODD_IO, "path is too long: '%s'", folder);
}

/* Files of a report, also those that a kill left half-written. */
static bool is_ours(const char *name, bool pictures)
{
    if (pictures) return fnmatch("*.png", name, 0) == 0 || fnmatch("*.png.*.tmp", name, 0) == 0;
    return strcmp(name, "index.html") == 0 || fnmatch("index.html.*.tmp", name, 0) == 0;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

typedef enum { CHECK, REMOVE } sweep_action;

static odd_status sweep(const char *path, bool pictures, sweep_action action);

static odd_status sweep_entry(const char *path, const char *name, bool pictures,
                              sweep_action action)
{
    odd_status st;
    char entry[PATH_MAX];
    ODD_TRY(join(path, name, entry));
    bool folder = is_folder(entry);
    if (!pictures && folder && strcmp(name, "img") == 0) return sweep(entry, true, action);
    if (folder || !is_ours(name, pictures))
        return odd_fail(ODD_IO, "'%s' is not part of a report: its folder is left alone", entry);
    if (action == REMOVE && unlink(entry) != 0) return fail_errno("remove", entry);
done:
    return st;
}

/* Check or remove the folder of a report, or of its pictures. One that is not there is fine. */
static odd_status sweep(const char *path, bool pictures, sweep_action action)
{
    odd_status st = ODD_OK;
    DIR *folder = opendir(path);
    if (!folder) return errno == ENOENT ? ODD_OK : fail_errno("open folder", path);
    for (struct dirent *entry; st == ODD_OK && (entry = readdir(folder));) {
        bool dots = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (!dots) st = sweep_entry(path, entry->d_name, pictures, action);
    }
    closedir(folder);
    if (st == ODD_OK && action == REMOVE && rmdir(path) != 0) st = fail_errno("remove", path);
    return st;
}

/* Without links and slashes at its end, so that the partial folder stands beside the real one. */
static odd_status settle(const char *place, char out[static PATH_MAX])
{
    if (realpath(place, out)) return ODD_OK;
    if (errno != ENOENT) return fail_errno("open folder", place);
    odd_status st = append(place, "", out);
    for (size_t n = strlen(out); st == ODD_OK && n > 1 && out[n - 1] == '/'; n--)
        out[n - 1] = '\0';
    return st;
}

odd_status odd_report_folder_begin(const char *place, odd_report_folder *folder)
{
    odd_status st;
    char pictures[PATH_MAX];
    ODD_TRY(settle(place, folder->place));
    ODD_TRY(append(folder->place, ".partial", folder->partial));
    ODD_TRY(join(folder->partial, "img", pictures));
    ODD_TRY(sweep(folder->place, false, CHECK));
    ODD_TRY(sweep(folder->partial, false, REMOVE));
    ODD_TRY(odd_folder_make(pictures));
done:
    return st;
}

odd_status odd_report_folder_path(const odd_report_folder *folder, const char *file,
                                  char path[static PATH_MAX])
{
    return join(folder->partial, file, path);
}

odd_status odd_report_folder_page(const odd_report_folder *folder, const odd_text *html)
{
    char path[PATH_MAX];
    odd_status st;
    ODD_TRY(odd_report_folder_path(folder, "index.html", path));
    ODD_TRY(odd_file_spill(path, html->s, html->length));
done:
    return st;
}

/* Where the file system cannot exchange two folders at once: a moment without a report. */
static odd_status replace_in_steps(const odd_report_folder *folder)
{
    odd_status st;
    char old[PATH_MAX];
    ODD_TRY(append(folder->place, ".old", old));
    ODD_TRY(sweep(old, false, REMOVE));
    if (rename(folder->place, old) != 0 || rename(folder->partial, folder->place) != 0)
        return fail_errno("replace", folder->place);
    ODD_TRY(sweep(old, false, REMOVE));
done:
    return st;
}

odd_status odd_report_folder_publish(const odd_report_folder *folder)
{
    const char *partial = folder->partial, *place = folder->place;
    if (rename(partial, place) == 0) return ODD_OK; /* there was none, or an empty folder */
    if (errno != ENOTEMPTY && errno != EEXIST) return fail_errno("write", place);
    if (renameat2(AT_FDCWD, partial, AT_FDCWD, place, RENAME_EXCHANGE) == 0)
        return sweep(partial, false, REMOVE); /* now the old one */
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
        return fail_errno("replace", place);
    return replace_in_steps(folder);
}

odd_status odd_report_folder_abandon(const odd_report_folder *folder, odd_status st)
{
    char reason[ODD_REASON_SIZE];
    snprintf(reason, sizeof reason, "%s", odd_fail_reason());
    (void)sweep(folder->partial, false, REMOVE); /* the first failure is the one to tell */
    return odd_fail(st, "%s", reason);
}

static odd_status put_page(const char *place, const odd_text *html)
{
    odd_report_folder folder;
    odd_status st;
    if ((st = odd_report_folder_begin(place, &folder)) != ODD_OK) return st;
    ODD_TRY(odd_report_folder_page(&folder, html));
    ODD_TRY(odd_report_folder_publish(&folder));
done:
    return st == ODD_OK ? st : odd_report_folder_abandon(&folder, st);
}

odd_status odd_report_folder_put(const char *place, odd_page_writer *write, const void *data)
{
    odd_text html = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(write(data, &html));
    ODD_TRY(put_page(place, &html));
done:
    odd_text_free(&html);
    return st;
}

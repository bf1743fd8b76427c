/* Run place: whether a folder may be a run's, so that nothing that a user keeps is replaced by what
 * a run writes, and nothing that a run writes is its own input. */
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "run/run_place_internal.h"

#include "oddlot/base/run_folder.h"
#include "oddlot/base/text.h"
#include "oddlot/store/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_NAMES (3 * ODD_MOST_STAGES + 4)

/* ---- what a run writes into its folder ---- */

typedef struct {
    char name[MOST_NAMES][64];
    int count;
} names;

/* Of a path only the first part, which stands for all that is in it. */
static void add_name(names *n, const char *path)
{
    if (!path || n->count == MOST_NAMES) return;
    snprintf(n->name[n->count++], sizeof *n->name, "%.*s", (int)strcspn(path, "/"), path);
}

/* Whatever pipeline the job wants: it may want another the next time. */
static names names_written(const odd_run *run)
{
    const odd_stage *stage;
    names n = {.count = 0};
    for (int i = 0; (stage = odd_stage_number(run->pipelines, i)); i++) {
        add_name(&n, stage->file);
        add_name(&n, stage->product);
        if (stage->product_of && odd_stage_applies(stage, run->job))
            add_name(&n, stage->product_of(run->job));
    }
    add_name(&n, ODD_RUN_JOB);
    add_name(&n, "audit.h5");
    add_name(&n, "checkpoints");
    add_name(&n, "failed.txt");
    return n;
}

static bool name_exists(int folder, const char *name)
{
    struct stat info;
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* An empty lock is that of a run which was killed while it began. */
static bool has_foreign_lock(int folder)
{
    struct stat info;
    return fstatat(folder, ODD_RUN_LOCK, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           (!S_ISREG(info.st_mode) || info.st_size > 0);
}

static int open_folder(int from, const char *path)
{
    return openat(from, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
}

/* What is in an open folder; closedir(). */
static DIR *entries_of(int folder)
{
    const int again = open_folder(folder, ".");
    DIR *entries = again >= 0 ? fdopendir(again) : NULL;
    if (!entries && again >= 0) close(again);
    return entries;
}

/* A file over which rows of one of these are spread. */
static bool find_segment(int folder, const names *n, char taken[static 80])
{
    DIR *entries = entries_of(folder);
    bool found = false;
    for (const struct dirent *e; entries && !found && (e = readdir(entries));)
        for (int i = 0; i < n->count && !found; i++) {
            found = odd_file_is_segment(e->d_name, n->name[i]);
            if (found) snprintf(taken, 80, "%.79s", e->d_name);
        }
    if (entries) closedir(entries);
    return found;
}

/* What is in the folder under a name that the run would write, also while it is being written. */
static bool find_taken(int folder, const names *n, char taken[static 80])
{
    snprintf(taken, 80, "%s", ODD_RUN_LOCK);
    if (has_foreign_lock(folder)) return true;
    for (int i = 0; i < n->count; i++) {
        snprintf(taken, 80, "%s", n->name[i]);
        if (name_exists(folder, taken)) return true;
        snprintf(taken, 80, "%s.partial", n->name[i]);
        if (name_exists(folder, taken)) return true;
    }
    return find_segment(folder, n, taken);
}

/* ---- folders ---- */

static bool folder_is_empty(int folder)
{
    DIR *entries = entries_of(folder);
    bool empty = entries != NULL;
    for (const struct dirent *e; empty && (e = readdir(entries));)
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    if (entries) closedir(entries);
    return empty;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* True if the folder is, or is somewhere in, the one at this path. */
static bool folder_is_within(int folder, const char *path)
{
    struct stat outer, here, below = {0};
    bool within = false, top = stat(path, &outer) != 0;
    int at = open_folder(folder, ".");
    while (at >= 0 && !within && !top && fstat(at, &here) == 0) {
        int above = open_folder(at, "..");
        within = is_same_file(&here, &outer);
        top = is_same_file(&here, &below);
        below = here;
        close(at);
        at = above;
    }
    if (at >= 0) close(at);
    return within;
}

/* ---- the check ---- */

static const odd_list *catalogue_paths(const odd_run *run)
{
    return &((const odd_catalogue_options *)odd_job_section(run->job, "catalogue"))->path;
}

/* The folder of a run is no part of a catalogue, so images that are in it would be lost. */
static odd_status check_apart(const odd_run *run, int folder)
{
    const odd_list *path = catalogue_paths(run);
    for (int64_t i = 0; i < path->count; i++)
        if (folder_is_within(folder, path->item[i]))
            return odd_fail(ODD_USAGE,
                            "'%s' is a folder of the catalogue with files in it, but the folder of "
                            "a run is no part of a catalogue: give the run one of its own by -o",
                            run->folder);
    return ODD_OK;
}

static odd_status check_foreign(const odd_run *run, int folder)
{
    const names n = names_written(run);
    char taken[80];
    if (find_taken(folder, &n, taken))
        return odd_fail(ODD_USAGE,
                        "'%s/%s' is there, and no run of oddlot wrote it: it would be replaced; "
                        "give the run a folder of its own by -o",
                        run->folder, taken);
    return folder_is_empty(folder) ? ODD_OK : check_apart(run, folder);
}

static bool path_is_in(int folder, const char *path)
{
    struct stat mine, above;
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) + 1 : 1;
    if (length >= (int)sizeof parent) return false;
    snprintf(parent, sizeof parent, "%.*s", length, slash ? path : ".");
    return fstat(folder, &mine) == 0 && stat(parent, &above) == 0 && is_same_file(&mine, &above);
}

/* What the run reads must not change by what it writes. */
static odd_status check_inputs(const odd_run *run, int folder)
{
    const names n = names_written(run);
    const odd_list *path = catalogue_paths(run);
    for (int64_t i = 0; i < path->count; i++) {
        const char *slash = strrchr(path->item[i], '/');
        const char *name = slash ? slash + 1 : path->item[i];
        int k = 0;
        while (k < n.count && strcmp(n.name[k], name) != 0)
            k++;
        if (k < n.count && path_is_in(folder, path->item[i]))
            return odd_job_fail(run->job, "catalogue.path",
                                "'%s' is what this very run writes: give another -o",
                                path->item[i]);
    }
    return ODD_OK;
}

odd_status odd_run_place_check(const odd_run *run)
{
    int folder = open_folder(AT_FDCWD, run->folder);
    if (folder < 0) return ODD_OK; /* not there yet; or making it will say what is wrong */
    odd_status st = odd_is_run_folder(folder) ? ODD_OK : check_foreign(run, folder);
    if (st == ODD_OK) st = check_inputs(run, folder);
    close(folder);
    return st;
}

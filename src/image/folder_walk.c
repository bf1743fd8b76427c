/* Folder walk: which folders there are, each visited once, by device and inode. */
#include "image/folder_walk_internal.h"

#include "image/folder_entries_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHARE_ENTRIES 65536 /* of a folder, that one rank lists at a time */

/* A folder that was visited: which it is, whatever its name, and in which root. */
struct known {
    dev_t device;
    ino_t inode;
    int64_t root;
};

/* ---- folders that are known ---- */

static int compare_known(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    if (a->device != b->device) return a->device < b->device ? -1 : 1;
    return (a->inode > b->inode) - (a->inode < b->inode);
}

/* *before: the visit before this one, NULL if it is the first. */
static odd_status note_visit(odd_walk *w, const struct stat *info, const struct known **before)
{
    struct known *mine = malloc(sizeof *mine), **found = NULL;
    *before = NULL;
    if (mine) {
        *mine = (struct known){info->st_dev, info->st_ino, w->here.root};
        found = tsearch(mine, &w->known, compare_known);
    }
    if (!found || *found != mine) free(mine);
    if (!found) return odd_fail(ODD_NOMEM, "cannot allocate the list of folders");
    if (*found != mine) *before = *found;
    return ODD_OK;
}

/* By a link, or where a file system is mounted twice, it is there a second time: that is no second
 * image. Two folders that a job names are a slip of the job. */
static odd_status pass_again(odd_walk *w, const struct known *before)
{
    if (!w->here.linked && before->root != w->here.root)
        return odd_fail(ODD_USAGE, "'%s' is listed twice: folders of catalogue.path overlap",
                        odd_walk_name(w));
    return odd_passed_add(&w->passed->again, odd_walk_name(w));
}

/* ---- a visit ---- */

/* Whoever lists it will say so of one that is no root. */
static odd_status note_unreadable(odd_walk *w, const char *why)
{
    if (w->here.is_root)
        return odd_fail(ODD_IO, "cannot read folder '%s': %s", odd_text_string(&w->path), why);
    return odd_walk_describe(w, 1);
}

static odd_status pass_run(odd_walk *w)
{
    if (w->here.is_root)
        return odd_fail(ODD_USAGE,
                        "'%s' is what oddlot itself wrote, a run or a report of one, and no "
                        "catalogue: name the folder of the images",
                        odd_text_string(&w->path));
    return odd_passed_add(&w->passed->runs, odd_walk_name(w));
}

/* Those of one share are some thousands, whatever there is. */
static odd_status find_folders(odd_walk *w)
{
    int64_t entries = 0;
    const char *why = NULL;
    odd_status st;
    ODD_TRY(odd_walk_look(w, &entries, &why));
    st = why ? note_unreadable(w, why) : odd_walk_describe(w, 1 + entries / SHARE_ENTRIES);
done:
    return st;
}

static odd_status enter_folder(odd_walk *w)
{
    const struct known *before;
    struct stat info;
    w->folder = open(w->here.path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    if (w->folder < 0 || fstat(w->folder, &info) != 0)
        return note_unreadable(w, strerrordesc_np(errno));
    odd_status st = note_visit(w, &info, &before);
    if (st != ODD_OK) return st;
    if (before) return pass_again(w, before);
    if (odd_is_run_folder(w->folder) || odd_is_report_folder(w->folder)) return pass_run(w);
    return find_folders(w);
}

static odd_status visit_folder(odd_walk *w, odd_place *place)
{
    odd_status st;
    w->here = *place; /* the list may move */
    place->path = NULL;
    w->folder = -1;
    w->path.length = 0;
    odd_text_add(&w->path, w->here.path);
    ODD_TRY(odd_text_status(&w->path));
    ODD_TRY(enter_folder(w));
done:
    if (w->folder >= 0) close(w->folder);
    free(w->here.path);
    return st;
}

/* What is in a linked folder comes before the next link. */
static odd_place *next_place(odd_walk *w)
{
    odd_places *from = w->folders.next < w->folders.count ? &w->folders : &w->links;
    return from->next < from->count ? &from->place[from->next++] : NULL;
}

odd_status odd_walk_all(odd_walk *w)
{
    odd_status st = ODD_OK;
    for (odd_place *place; st == ODD_OK && (place = next_place(w));)
        st = visit_folder(w, place);
    return st;
}

static void free_places(odd_places *list)
{
    for (int64_t i = 0; i < list->count; i++)
        free(list->place[i].path);
    free(list->place);
}

void odd_walk_free(odd_walk *w)
{
    free_places(&w->folders);
    free_places(&w->links);
    odd_text_free(&w->path);
    odd_free(w->name_start);
    tdestroy(w->known, free);
}

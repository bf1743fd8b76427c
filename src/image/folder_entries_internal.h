/**
 * Folder entries: what stands in one folder, for the walk over all of them.
 */
#ifndef ODDLOT_IMAGE_FOLDER_ENTRIES_INTERNAL_H
#define ODDLOT_IMAGE_FOLDER_ENTRIES_INTERNAL_H

#include "image/folder_walk_internal.h"

/** Have the folders in the open folder, and links to some, visited later, in order of name, and
 *  count what else there is. *why: why they cannot be read, static; NULL: they can. ODD_NOMEM */
odd_status odd_walk_look(odd_walk *w, int64_t *entries, const char **why);

/** List my share of the entries of the open folder that are no folders, in order of name; `refuse`
 *  where they cannot be read. */
odd_status odd_walk_entries(odd_walk *w, odd_status (*refuse)(odd_walk *w, const char *why));

/** Add the entry at hand as an item that cannot be read. ODD_NOMEM. */
odd_status odd_walk_problem(odd_walk *w, const char *reason);

#endif

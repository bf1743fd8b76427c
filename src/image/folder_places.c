/* Folder places: the folders that are still to be visited, and what people call the entry at hand.
 */
#include "image/folder_walk_internal.h"

#include <stdlib.h>
#include <string.h>

/* The path of the place is given. */
static odd_status push_place(odd_places *list, odd_place place)
{
    if (place.path && list->count == list->room) {
        int64_t room = list->room > 0 ? 2 * list->room : 64;
        odd_place *more = realloc(list->place, (size_t)room * sizeof *more);
        if (more) {
            list->place = more;
            list->room = room;
        }
    }
    if (!place.path || list->count == list->room) {
        free(place.path);
        return odd_fail(ODD_NOMEM, "cannot allocate the list of folders");
    }
    list->place[list->count++] = place;
    return ODD_OK;
}

odd_status odd_walk_add(odd_walk *w, char *path, int64_t root)
{
    return push_place(&w->folders, (odd_place){.path = path, .root = root, .is_root = true});
}

odd_status odd_walk_folder(odd_walk *w, bool link)
{
    const odd_place place = {.path = strdup(odd_text_string(&w->path)),
                             .root = w->here.root,
                             .linked = link || w->here.linked};
    return push_place(link ? &w->links : &w->folders, place);
}

const char *odd_walk_name(const odd_walk *w)
{
    const char *path = odd_text_string(&w->path);
    size_t start = w->name_start[w->here.root];
    return strlen(path) > start ? path + start : path;
}

/* Folder list: one folder, or a share of its entries, as items of a catalogue, by the line that the
 * walk has left of it. */
#include "image/folder_entries_internal.h"
#include "image/folder_walk_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "ROOT IS_ROOT SHARE SHARES PATH" */
odd_status odd_walk_describe(odd_walk *w, int64_t shares)
{
    odd_text *lines = &w->outline->lines;
    for (int64_t share = 0; share < shares; share++) {
        odd_text_format(lines, "%lld %d %lld %lld %s", (long long)w->here.root, w->here.is_root,
                        (long long)share, (long long)shares, w->here.path);
        odd_text_bytes(lines, "", 1);
    }
    w->outline->units += shares;
    return odd_text_status(lines);
}

/* Numbers, and the path behind them. */
static odd_status parse_line(odd_walk *w, const char *line)
{
    long long number[4];
    char *at = (char *)line;
    for (int k = 0; k < 4; k++)
        number[k] = strtoll(at, &at, 10);
    w->mine = (odd_walk_share){number[2], number[3]};
    w->here = (odd_place){.path = strdup(at + 1), .root = number[0], .is_root = number[1] != 0};
    return w->here.path ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a path");
}

static odd_status refuse(odd_walk *w, const char *why)
{
    char reason[128];
    if (w->here.is_root)
        return odd_fail(ODD_IO, "cannot read folder '%s': %s", odd_text_string(&w->path), why);
    if (w->mine.share > 0) return ODD_OK; /* that is said once */
    snprintf(reason, sizeof reason, "folder cannot be read: %s", why);
    return odd_walk_problem(w, reason);
}

static odd_status list_folder(odd_walk *w)
{
    odd_status st = ODD_OK;
    w->label = 0;
    w->path.length = 0;
    odd_text_add(&w->path, w->here.path);
    ODD_TRY(odd_text_status(&w->path));
    if (strcmp(w->options->label_from, "folder") == 0)
        ODD_TRY(odd_catalogue_string(w->out, odd_path_name(w->here.path), &w->label));
    w->folder = open(w->here.path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    if (w->folder < 0) ODD_TRY(refuse(w, strerrordesc_np(errno)));
    if (w->folder >= 0) ODD_TRY(odd_walk_entries(w, refuse));
done:
    if (w->folder >= 0) close(w->folder);
    return st;
}

odd_status odd_walk_line(odd_walk *w, const char *line)
{
    odd_status st;
    ODD_TRY(parse_line(w, line));
    ODD_TRY(list_folder(w));
done:
    free(w->here.path);
    w->here.path = NULL;
    return st;
}

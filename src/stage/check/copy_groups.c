/* Copies: what is known of a group of them. */
#include "oddlot/run/copies.h"
#include "stage/check/copy_groups_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

const char *const odd_copy_groups_reads[] = {"copies", NULL};

/* -- what it crosses -- */

/* As far as the folder of a name goes. */
static size_t folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) : 0;
}

static bool same_folder(const char *a, const char *b)
{
    const size_t length = folder_length(a);
    return length == folder_length(b) && strncmp(a, b, length) == 0;
}

static void find_crossed(const odd_selection *s, odd_copy_group *g)
{
    const int64_t first = g->row[0];
    for (int64_t i = 1; i < g->count; i++) {
        const int64_t row = g->row[i];
        g->crosses_labels |=
            strcmp(odd_selection_label(s, first), odd_selection_label(s, row)) != 0;
        g->crosses_groups |=
            strcmp(odd_selection_group(s, first), odd_selection_group(s, row)) != 0;
        g->crosses_folders |=
            !same_folder(odd_selection_name(s, first), odd_selection_name(s, row));
    }
}

/* -- all groups -- */

static void join_pair(const odd_pair *pair, odd_copy_group *g)
{
    g->value = fmax(g->value, pair->value);
    if (pair->marks & ODD_COPY_EXACT)
        g->exact++;
    else
        g->near++;
    g->mirrored += pair->marks == ODD_COPY_MIRRORED;
}

odd_status odd_copy_groups_each(odd_check_context *context,
                                odd_status (*f)(odd_check_context *context, const void *options,
                                                const odd_copy_group *group),
                                const void *options)
{
    odd_copies copies = {0};
    odd_copy_group *group = NULL;
    odd_status st;
    ODD_TRY(odd_copies_read(odd_check_input(context, "copies"), context->part.n, &copies));
    const odd_groups *groups = &copies.groups;
    ODD_TRY(ODD_NEW(group, groups->groups));
    for (int64_t i = 0; i < copies.pairs.count; i++)
        join_pair(&copies.pairs.pair[i], &group[groups->group[i]]);
    for (int64_t i = 0; i < groups->groups; i++) {
        group[i].row = groups->row + groups->first[i];
        group[i].count = groups->first[i + 1] - groups->first[i];
        find_crossed(context->selection, &group[i]);
        ODD_TRY(f(context, options, &group[i]));
    }
done:
    odd_free(group);
    odd_copies_free(&copies);
    return st;
}

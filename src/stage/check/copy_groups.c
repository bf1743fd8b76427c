/* Copies: what is known of a group of them. */
#include "oddlot/run/copies.h"
#include "stage/check/copy_groups_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

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

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Is some image another than the first, by a text of each? */
static odd_status find_crossed_by(odd_image_facts *facts, odd_image_fact which,
                                  bool (*same)(const char *, const char *), const odd_copy_group *g,
                                  bool *crosses)
{
    odd_text first = ODD_TEXT_EMPTY;
    const char *text;
    odd_status st;
    ODD_TRY(odd_image_text_of(facts, which, g->row[0], &text));
    odd_text_add(&first, text);
    ODD_TRY(odd_text_status(&first));
    for (int64_t i = 1; i < g->count && !*crosses; i++) {
        ODD_TRY(odd_image_text_of(facts, which, g->row[i], &text));
        *crosses = !same(odd_text_string(&first), text);
    }
done:
    odd_text_free(&first);
    return st;
}

static odd_status find_crossed(odd_image_facts *facts, odd_copy_group *g)
{
    odd_status st;
    ODD_TRY(find_crossed_by(facts, ODD_IMAGE_LABEL, same_text, g, &g->crosses_labels));
    ODD_TRY(find_crossed_by(facts, ODD_IMAGE_GROUP, same_text, g, &g->crosses_groups));
    ODD_TRY(find_crossed_by(facts, ODD_IMAGE_NAME, same_folder, g, &g->crosses_folders));
done:
    return st;
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
        ODD_TRY(find_crossed(context->facts, &group[i]));
        ODD_TRY(f(context, options, &group[i]));
    }
done:
    odd_free(group);
    odd_copies_free(&copies);
    return st;
}

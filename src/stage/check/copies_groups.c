/* Copies: what is known of a group of them. */
#include "oddlot/run/measures.h"
#include "stage/check/copies_groups_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

/* -- which is the best -- */

/* Its area and its sharpness; what is not known counts least. */
typedef struct {
    double area, sharpness;
} quality;

static odd_status read_quality(const odd_dataset *measures, int64_t row, quality *out)
{
    float value[ODD_MEASURE_COUNT];
    const odd_status st = odd_measures_read(measures, row, 1, value);
    if (st != ODD_OK) return st;
    const double area = (double)value[ODD_MEASURE_WIDTH] * (double)value[ODD_MEASURE_HEIGHT];
    const double sharpness = (double)value[ODD_MEASURE_SHARPNESS];
    *out = (quality){isnan(area) ? 0 : area, isnan(sharpness) ? 0 : sharpness};
    return ODD_OK;
}

static bool is_better(const quality *a, const quality *b)
{
    return a->area > b->area || (a->area == b->area && a->sharpness > b->sharpness);
}

/* The best copy comes first: the largest, of these the sharpest, of these the first. */
static odd_status put_best_first(const odd_dataset *measures, odd_copy_group *g)
{
    quality best = {-1, -1};
    int64_t at = 0;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < g->count; i++) {
        quality q;
        ODD_TRY(read_quality(measures, g->row[i], &q));
        if (!is_better(&q, &best)) continue;
        best = q;
        at = i;
    }
    const int64_t row = g->row[at];
    memmove(g->row + 1, g->row, (size_t)at * sizeof *g->row);
    g->row[0] = row;
done:
    return st;
}

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

odd_status odd_copy_groups_each(odd_check_context *context, const odd_copies *copies,
                                odd_status (*f)(odd_check_context *context, const void *options,
                                                const odd_copy_group *group),
                                const void *options)
{
    const odd_groups *groups = &copies->groups;
    odd_dataset *measures = NULL;
    odd_copy_group *group = NULL;
    odd_status st;
    ODD_TRY(odd_measures_open(odd_check_ingest(context), &measures));
    ODD_TRY(ODD_NEW(group, groups->groups));
    for (int64_t i = 0; i < copies->pairs.count; i++)
        join_pair(&copies->pairs.pair[i], &group[groups->group[i]]);
    for (int64_t i = 0; i < groups->groups; i++) {
        group[i].row = groups->row + groups->first[i];
        group[i].count = groups->first[i + 1] - groups->first[i];
        ODD_TRY(put_best_first(measures, &group[i]));
        find_crossed(context->selection, &group[i]);
        ODD_TRY(f(context, options, &group[i]));
    }
done:
    odd_free(group);
    odd_dataset_close(&measures);
    return st;
}

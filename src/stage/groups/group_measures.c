/* Group measures: each measure's values in order, and where in it the images of a group are: the
 * share of pairs of one of them and another image in which it has the higher value. */
#include "stage/groups/group_measures_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/image/measure.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/order.h"
#include "oddlot/run/measures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_APART 0.8 /* of a measure that is told */

/* Measures that people see. Of sizes check `odd_size` speaks. */
static const enum odd_measure seen[] = {
    ODD_MEASURE_GROUND_NEAR_WHITE, ODD_MEASURE_GROUND_EVEN,   ODD_MEASURE_GROUND_LIGHTNESS,
    ODD_MEASURE_GROUND_SATURATION, ODD_MEASURE_COMMON_COLOUR, ODD_MEASURE_PRODUCT_SHARE,
    ODD_MEASURE_SIDES_TOUCHED,     ODD_MEASURE_SHARPNESS,     ODD_MEASURE_FINE_DETAIL,
    ODD_MEASURE_LIGHT_50,          ODD_MEASURE_CONTRAST,      ODD_MEASURE_COLOURFULNESS,
};

enum { SEEN = sizeof seen / sizeof *seen, SOME = 4096 /* images, read at a time */ };

/* Values of one measure in order, the highest first: each as a row of the order that tells its
 * group, -1 for none that is asked about. */
typedef struct {
    MPI_Comm comm;
    odd_order order;
    int32_t groups;
    int64_t *count; /* (groups) images of each */
    double *apart;  /* (groups) */
} ranking;

static int64_t row_with(int64_t row, int32_t group, int32_t groups)
{
    return row * ((int64_t)groups + 1) + group + 1;
}

static int32_t group_at(const ranking *r, int64_t i)
{
    return (int32_t)(r->order.at[i].row % ((int64_t)r->groups + 1)) - 1;
}

/* -- runs of equal values -- */

/* Where equal values lie that another rank may have some of: places in the order. */
typedef struct {
    double first, last;            /* values of a part */
    int64_t first_end, last_start; /* of its first run the end, of its last the start */
    int64_t all;                   /* 1: the two are one run; 0: not, or the part is empty */
} part_ends;

static part_ends find_ends(const odd_order *o)
{
    const int64_t n = o->part.n_local;
    int64_t end = 1, start = n - 1;
    while (end < n && o->at[end].value == o->at[0].value)
        end++;
    while (start > 0 && o->at[start - 1].value == o->at[n - 1].value)
        start--;
    return (part_ends){o->at[0].value, o->at[n - 1].value, o->part.row0 + end, o->part.row0 + start,
                       end == n};
}

/* Runs at both ends of my part go on as far as those of other parts have that value: the place
 * where my first run starts, and that where my last one ends. @collective */
static odd_status join_ends(const odd_order *o, int64_t *start, int64_t *end)
{
    const int64_t n = o->part.n_local, has = n > 0;
    const part_ends mine = has ? find_ends(o) : (part_ends){0};
    const int64_t at = odd_sum_before(o->comm, has);
    part_ends *all = NULL;
    int64_t parts;
    odd_status st;
    ODD_TRY(odd_share_rows(o->comm, &mine, has, sizeof mine, (void **)&all, &parts));
    *start = o->part.row0;
    *end = o->part.row0 + n;
    if (!has) goto done;
    for (int64_t p = at - 1; p >= 0 && all[p].last == mine.first; p--) {
        *start = all[p].last_start;
        if (!all[p].all) break;
    }
    for (int64_t p = at + 1; p < parts && all[p].first == mine.last; p++) {
        *end = all[p].first_end;
        if (!all[p].all) break;
    }
done:
    odd_free(all);
    return st;
}

/* -- ranks -- */

/* Twice the sum of the ranks of each group's values, from 1 for the lowest on, equal values sharing
 * theirs: sum (groups). @collective */
static odd_status sum_ranks(const ranking *r, int64_t sum[])
{
    const odd_order *o = &r->order;
    const int64_t n = o->part.n_local, row0 = o->part.row0;
    int64_t first, last;
    odd_status st;
    ODD_TRY(join_ends(o, &first, &last));
    memset(sum, 0, (size_t)r->groups * sizeof *sum);
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && o->at[end].value == o->at[i].value;)
            end++;
        const int64_t from = i == 0 ? first : row0 + i, to = end == n ? last : row0 + end;
        for (int64_t j = i; j < end; j++)
            if (group_at(r, j) >= 0) sum[group_at(r, j)] += 2 * o->part.n - from - to + 1;
    }
    odd_sum_i64(r->comm, sum, r->groups);
done:
    return st;
}

/* r->count, and of each group how far it is apart; less than LEAST_APART: not. @collective */
static odd_status find_apart(const ranking *r)
{
    int64_t *sum = NULL;
    odd_status st;
    ODD_TRY_ALL(r->comm, ODD_NEW(sum, r->groups));
    ODD_TRY(sum_ranks(r, sum));
    memset(r->count, 0, (size_t)r->groups * sizeof *r->count);
    for (int64_t i = 0; i < r->order.part.n_local; i++)
        if (group_at(r, i) >= 0) r->count[group_at(r, i)]++;
    odd_sum_i64(r->comm, r->count, r->groups);
    for (int32_t g = 0; g < r->groups; g++) {
        const double in = (double)r->count[g], rest = (double)(r->order.part.n - r->count[g]);
        const double higher =
            (0.5 * (double)sum[g] - 0.5 * in * (in + 1)) / (in * rest); /* NaN: none, or all */
        r->apart[g] = in < 1 || rest < 1 ? 0 : fmax(higher, 1 - higher);
    }
done:
    odd_free(sum);
    return st;
}

/* -- medians -- */

/* The value of the group, or of the others, before which `before` higher ones of them are on all
 * ranks; met: of them on ranks before me. -INFINITY: another rank has it. */
static double value_after(const ranking *r, int32_t group, bool inside, int64_t met, int64_t before)
{
    for (int64_t i = 0; i < r->order.part.n_local; i++)
        if ((group_at(r, i) == group) == inside && met++ == before) return r->order.at[i].value;
    return -INFINITY;
}

/* Medians of a group that is told, and of the others. @collective */
static void find_medians(const ranking *r, int32_t g, odd_group_difference *d)
{
    const int64_t n = r->order.part.n_local, in = r->count[g], rest = r->order.part.n - in;
    int64_t mine = 0;
    for (int64_t i = 0; i < n; i++)
        mine += group_at(r, i) == g;
    const int64_t met = odd_sum_before(r->comm, mine), others = r->order.part.row0 - met;
    double median[2] = {value_after(r, g, true, met, in - 1 - in / 2),
                        value_after(r, g, false, others, rest - 1 - rest / 2)};
    odd_max_f64(r->comm, median, 2);
    d->inside = median[0];
    d->others = median[1];
}

/* -- all measures -- */

/* Where it is among the best of the group, it is taken in. */
static void keep_difference(odd_group_difference d, odd_group_difference best[])
{
    for (int i = 0; i < ODD_GROUP_DIFFERENCES; i++)
        if (best[i].measure < 0 || d.apart > best[i].apart) {
            const odd_group_difference moved = best[i];
            best[i] = d;
            d = moved;
            if (d.measure < 0) return;
        }
}

/* What my images are: value (part->n_local, SEEN). */
typedef struct {
    MPI_Comm comm;
    const odd_partition *part;
    const int32_t *of;
    int32_t groups;
    float *value;
} measured_images;

/* The known values of measure m. @local */
static odd_status list_values(const measured_images *x, int m, double **value, int64_t **row,
                              int64_t *n)
{
    const odd_partition *part = x->part;
    odd_status st;
    *n = 0;
    ODD_TRY(ODD_NEW(*value, part->n_local));
    ODD_TRY(ODD_NEW(*row, part->n_local));
    for (int64_t i = 0; i < part->n_local; i++) {
        const float v = x->value[i * SEEN + m];
        const int32_t group = x->of[i] >= 0 && x->of[i] < x->groups ? x->of[i] : -1;
        if (isnan(v)) continue;
        (*value)[*n] = (double)v;
        (*row)[(*n)++] = row_with(part->row0 + i, group, x->groups);
    }
done:
    return st;
}

/* @collective */
static odd_status rank_values(const measured_images *x, int m, odd_order *out)
{
    double *value = NULL;
    int64_t *row = NULL, n;
    odd_status st;
    ODD_TRY_ALL(x->comm, list_values(x, m, &value, &row, &n));
    ODD_TRY(odd_order_falling(x->comm, n, value, row, NULL, out));
done:
    odd_free(value);
    odd_free(row);
    return st;
}

/* @collective */
static odd_status compare_measure(const measured_images *x, int m, ranking *r,
                                  odd_group_difference out[])
{
    odd_status st;
    ODD_TRY(rank_values(x, m, &r->order));
    ODD_TRY(find_apart(r));
    for (int32_t g = 0; g < r->groups; g++) {
        odd_group_difference d = {.measure = m, .apart = r->apart[g]};
        if (d.apart < LEAST_APART) continue;
        find_medians(r, g, &d);
        keep_difference(d, &out[(int64_t)g * ODD_GROUP_DIFFERENCES]);
    }
done:
    odd_order_free(&r->order);
    return st;
}

/* Those that people see, of my images, some at a time. @local */
static odd_status read_seen(const odd_file *ingest, const odd_partition *part, float **out)
{
    odd_dataset *measures = NULL;
    float *value = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, part->n_local * SEEN));
    ODD_TRY(ODD_NEW(value, SOME * ODD_MEASURE_COUNT));
    ODD_TRY(odd_measures_open(ingest, &measures));
    for (int64_t i = 0; i < part->n_local; i += SOME) {
        const int64_t count = odd_min(SOME, part->n_local - i);
        ODD_TRY(odd_measures_read(measures, part->row0 + i, count, value));
        for (int64_t j = 0; j < count; j++)
            for (int m = 0; m < SEEN; m++)
                (*out)[(i + j) * SEEN + m] = value[j * ODD_MEASURE_COUNT + (int)seen[m]];
    }
done:
    odd_dataset_close(&measures);
    odd_free(value);
    return st;
}

odd_status odd_group_differences(MPI_Comm comm, const odd_file *ingest, const odd_partition *part,
                                 const int32_t of[], int32_t groups, odd_group_difference out[])
{
    measured_images x = {.comm = comm, .part = part, .of = of, .groups = groups};
    ranking r = {.comm = comm, .groups = groups};
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < (int64_t)groups * ODD_GROUP_DIFFERENCES; i++)
        out[i] = (odd_group_difference){.measure = -1};
    if (groups == 0 || !odd_file_has(ingest, ODD_MEASURES_NAME)) return ODD_OK;
    ODD_TRY_ALL(comm, read_seen(ingest, part, &x.value));
    ODD_TRY_ALL(comm, ODD_NEW(r.count, groups));
    ODD_TRY_ALL(comm, ODD_NEW(r.apart, groups));
    for (int m = 0; m < SEEN; m++)
        ODD_TRY(compare_measure(&x, m, &r, out));
done:
    odd_free(x.value);
    odd_free(r.count);
    odd_free(r.apart);
    return st;
}

void odd_group_differences_tell(const odd_group_difference difference[], char *text, size_t size)
{
    size_t at = 0;
    *text = 0;
    for (int i = 0; i < ODD_GROUP_DIFFERENCES && difference[i].measure >= 0 && at < size; i++) {
        const odd_group_difference *d = &difference[i];
        const int measure = (int)seen[d->measure];
        char inside[32], others[32];
        const int wrote = snprintf(text + at, size - at, "; %s (%s, the others %s)",
                                   odd_measure_words(measure, d->inside > d->others),
                                   odd_measure_text(measure, d->inside, inside),
                                   odd_measure_text(measure, d->others, others));
        at += wrote > 0 ? (size_t)wrote : 0;
    }
}

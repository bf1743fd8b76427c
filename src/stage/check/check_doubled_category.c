/* Check `doubled_category`: two categories that are taken for one another, as the same thing under
 * two names is. */
#include "stage/check/category_files_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/columns.h"

#include <stddef.h>
#include <stdio.h>

typedef struct {
    double likeness;
} doubled_options;

static const odd_option table[] = {
    ODD_REAL(doubled_options, likeness, "0.5", 0.05, 1,
             "how probable each of two categories is among images of the other, as a share of how "
             "probable it is among its own, from which they are told of"),
    ODD_OPTIONS_END,
};

typedef struct {
    int32_t *first, *second; /* (count) */
    double *likeness;
    int64_t count;
} alike_categories;

static void alike_free(alike_categories *a)
{
    odd_free(a->first);
    odd_free(a->second);
    odd_free(a->likeness);
}

static odd_status read_pairs(const odd_check_context *context, const odd_category_list *list,
                             alike_categories *out)
{
    const odd_file *file = odd_check_input(context, "categories");
    int64_t first = 0, second = 0;
    odd_status st;
    ODD_TRY(odd_column_read(file, "pair/first", ODD_I32, (void **)&out->first, &first));
    ODD_TRY(odd_column_read(file, "pair/second", ODD_I32, (void **)&out->second, &second));
    ODD_TRY(odd_column_read(file, "pair/likeness", ODD_F64, (void **)&out->likeness, &out->count));
    for (int64_t i = 0; i < out->count; i++)
        if (first != out->count || second != out->count || out->first[i] < 0 ||
            out->second[i] <= out->first[i] || out->second[i] >= list->count)
            ODD_TRY(odd_fail(ODD_FORMAT, "the pairs in categories.h5 are not of its categories"));
done:
    return st;
}

/* Images by their categories, mine of them. */
typedef struct {
    odd_category_list list;
    odd_category_images images;
    odd_images_by_category by;
    alike_categories alike;
} doubled_check;

static void doubled_free(doubled_check *d)
{
    odd_images_by_category_free(&d->by);
    alike_free(&d->alike);
    odd_category_images_free(&d->images);
    odd_category_list_free(&d->list);
}

/* The surest images of one category. @collective */
static odd_status show_category(MPI_Comm comm, const doubled_check *d, int32_t c,
                                odd_category_shown *shown)
{
    *shown = (odd_category_shown){.count = 0};
    for (int64_t m = d->by.first[c]; m < d->by.first[c + 1]; m++) {
        const int64_t i = d->by.image[m];
        odd_category_show(shown, d->images.first + i,
                          (double)d->images.own[i] + (double)d->images.chance[i]);
    }
    return odd_category_shown_join(comm, shown);
}

/* Some images of both, one of each in turn: row (*count). @collective */
static odd_status pick_images(MPI_Comm comm, const doubled_check *d, int32_t a, int32_t b,
                              int64_t row[2 * ODD_CATEGORY_SHOWN], int64_t *count)
{
    odd_category_shown of[2];
    odd_status st;
    *count = 0;
    ODD_TRY(show_category(comm, d, a, &of[0]));
    ODD_TRY(show_category(comm, d, b, &of[1]));
    for (int64_t i = 0; i < ODD_CATEGORY_SHOWN; i++)
        for (int side = 0; side < 2; side++)
            if (i < of[side].count) row[(*count)++] = of[side].row[i];
done:
    return st;
}

/* @local: rank 0 */
static odd_status add_pair(odd_check_context *context, const odd_category_list *list, int32_t a,
                           int32_t b, double likeness, double limit, const int64_t row[],
                           int64_t rows)
{
    char sentence[ODD_FINDING_SENTENCE];
    snprintf(sentence, sizeof sentence,
             "'%.150s' (%lld images) and '%.150s' (%lld) are taken for one another, as one thing "
             "under two names is; some images of both",
             odd_category_name(list, a), (long long)list->images[a], odd_category_name(list, b),
             (long long)list->images[b]);
    const odd_finding finding = {
        .kind = ODD_FINDING_CATEGORY,
        .check = context->check->name,
        .severity = 0.2 + 0.5 * likeness,
        .value = likeness,
        .limit = limit,
        .unit = "likeness",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = row,
        .rows = rows,
    };
    return finding.rows > 0 ? odd_check_tell(context, &finding) : ODD_OK;
}

/* @collective */
static odd_status tell_pair(odd_check_context *context, const doubled_check *d, int64_t i,
                            double limit)
{
    const MPI_Comm comm = context->run->comm;
    const int32_t a = d->alike.first[i], b = d->alike.second[i];
    int64_t row[2 * ODD_CATEGORY_SHOWN], rows;
    odd_status st;
    ODD_TRY(pick_images(comm, d, a, b, row, &rows));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? add_pair(context, &d->list, a, b, d->alike.likeness[i],
                                                     limit, row, rows)
                                          : ODD_OK);
done:
    return st;
}

/* Where any two look alike nothing is read but the list. @local */
static odd_status read_doubled(odd_check_context *context, doubled_check *d)
{
    odd_status st;
    ODD_TRY(odd_category_list_read(context, &d->list));
    if (d->list.count < 2) goto done;
    if (odd_rank(context->run->comm) == 0)
        ODD_TRY(
            odd_findings_note(context->findings, ODD_FINDING_CATEGORY, context->check->name, 0));
    if (!odd_categories_are_seen(&d->list)) goto done;
    ODD_TRY(read_pairs(context, &d->list, &d->alike));
    if (d->alike.count > 0)
        ODD_TRY(odd_category_images_mine(context, &d->list, &d->images, &d->by));
done:
    return st;
}

static odd_status run_doubled(odd_check_context *context, const void *options)
{
    const doubled_options *o = options;
    doubled_check d = {0};
    odd_status st;
    ODD_TRY_ALL(context->run->comm, read_doubled(context, &d));
    for (int64_t i = 0; i < d.alike.count && d.alike.likeness[i] >= o->likeness; i++)
        ODD_TRY(tell_pair(context, &d, i, o->likeness));
done:
    doubled_free(&d);
    return st;
}

const odd_check odd_check_doubled_category = {
    .name = "doubled_category",
    .summary = "categories that seem to be one thing under two names",
    .advice = "say which of the two names is meant, or what sets them apart",
    .kind = ODD_FINDING_CATEGORY,
    .options = table,
    .options_size = sizeof(doubled_options),
    .reads = odd_category_reads,
    .run = run_doubled,
};

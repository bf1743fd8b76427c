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

/* The surest images of one category. */
static void show_category(const odd_category_images *images, const odd_images_by_category *by,
                          int32_t c, odd_category_shown *shown)
{
    *shown = (odd_category_shown){.count = 0};
    for (int64_t m = by->first[c]; m < by->first[c + 1]; m++) {
        const int64_t i = by->image[m];
        odd_category_show(shown, images->first + i,
                          (double)images->own[i] + (double)images->chance[i]);
    }
}

/* Some images of both, one of each in turn. Returns the count. */
static int64_t pick_images(const odd_category_images *images, const odd_images_by_category *by,
                           int32_t a, int32_t b, int64_t row[2 * ODD_CATEGORY_SHOWN])
{
    odd_category_shown of[2];
    int64_t count = 0;
    show_category(images, by, a, &of[0]);
    show_category(images, by, b, &of[1]);
    for (int64_t i = 0; i < ODD_CATEGORY_SHOWN; i++)
        for (int side = 0; side < 2; side++)
            if (i < of[side].count) row[count++] = of[side].row[i];
    return count;
}

static odd_status add_pair(odd_check_context *context, const odd_category_list *list,
                           const odd_category_images *images, const odd_images_by_category *by,
                           int32_t a, int32_t b, double likeness, double limit)
{
    char sentence[ODD_FINDING_SENTENCE];
    int64_t row[2 * ODD_CATEGORY_SHOWN];
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
        .rows = pick_images(images, by, a, b, row),
    };
    return finding.rows > 0 ? odd_check_tell(context, &finding) : ODD_OK;
}

/* @local: rank 0 */
static odd_status add_pairs(odd_check_context *context, const doubled_options *o)
{
    odd_category_list list = {0};
    odd_category_images images = {0};
    alike_categories alike = {0};
    odd_images_by_category by = {0};
    odd_status st;
    ODD_TRY(odd_category_list_read(context, &list));
    if (list.count < 2) goto done;
    ODD_TRY(odd_findings_note(context->findings, ODD_FINDING_CATEGORY, context->check->name, 0));
    if (!odd_categories_are_seen(&list)) goto done; /* any two look alike */
    ODD_TRY(read_pairs(context, &list, &alike));
    if (alike.count == 0 || alike.likeness[0] < o->likeness) goto done;
    ODD_TRY(odd_category_images_read(context, &list, 0, context->part.n, &images));
    ODD_TRY(odd_category_images_sort(&list, &images, &by));
    for (int64_t i = 0; i < alike.count && alike.likeness[i] >= o->likeness; i++)
        ODD_TRY(add_pair(context, &list, &images, &by, alike.first[i], alike.second[i],
                         alike.likeness[i], o->likeness));
done:
    odd_images_by_category_free(&by);
    alike_free(&alike);
    odd_category_images_free(&images);
    odd_category_list_free(&list);
    return st;
}

static odd_status run_doubled(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    return odd_agree(comm, odd_rank(comm) == 0 ? add_pairs(context, options) : ODD_OK);
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

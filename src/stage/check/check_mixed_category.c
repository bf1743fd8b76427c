/* Check `mixed_category`: categories whose own images hardly fit them, while those of other
 * categories do; and those that are of two groups that are apart. */
#include "stage/check/category_files_internal.h"
#include "stage/check/split_categories_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stddef.h>
#include <stdlib.h>

typedef struct {
    double probability, share;
} mixed_options;

static const odd_option table[] = {
    ODD_REAL(mixed_options, probability, "0.5", 0.01, 1,
             "categories are told of whose images fit them with less than this share of the "
             "probability that images of the middle category have"),
    ODD_REAL(mixed_options, share, "0.2", 0.001, 0.5,
             "also those that are of two groups that are apart (see groups.apart), the second of "
             "which has at least this share of their pictures"),
    ODD_OPTIONS_END,
};

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The middle one of (n), n at least 1. */
static odd_status find_middle(int64_t n, const double value[], double *middle)
{
    double *sorted = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(sorted, n));
    for (int64_t i = 0; i < n; i++)
        sorted[i] = value[i];
    qsort(sorted, (size_t)n, sizeof *sorted, rising);
    *middle = sorted[n / 2];
done:
    odd_free(sorted);
    return st;
}

static bool is_taken(const odd_category_images *images, int64_t i)
{
    return images->other[i] >= 0 && images->chance[i] > images->own[i];
}

/* The category that most of its images are taken for, of equal ones the first, and how many are;
 * -1: none. */
static int32_t taken_for(const odd_category_images *images, const odd_images_by_category *by,
                         int32_t c, int64_t *most)
{
    int32_t best = -1;
    *most = 0;
    for (int64_t m = by->first[c]; m < by->first[c + 1]; m++)
        if (is_taken(images, by->image[m])) by->count[images->other[by->image[m]]]++;
    for (int64_t m = by->first[c]; m < by->first[c + 1]; m++) {
        if (!is_taken(images, by->image[m])) continue;
        const int32_t k = images->other[by->image[m]];
        if (by->count[k] < *most || (by->count[k] == *most && best >= 0 && k > best)) continue;
        best = k;
        *most = by->count[k];
    }
    for (int64_t m = by->first[c]; m < by->first[c + 1]; m++)
        if (images->other[by->image[m]] >= 0) by->count[images->other[by->image[m]]] = 0;
    return best;
}

/* The images that fit it least, first. */
static int64_t pick_images(const odd_category_images *images, const odd_images_by_category *by,
                           int32_t c, int64_t row[ODD_CATEGORY_SHOWN])
{
    odd_category_shown shown = {.count = 0};
    for (int64_t m = by->first[c]; m < by->first[c + 1]; m++) {
        const int64_t i = by->image[m];
        odd_category_show(&shown, images->first + i, 1 - (double)images->own[i]);
    }
    for (int64_t i = 0; i < shown.count; i++)
        row[i] = shown.row[i];
    return shown.count;
}

static odd_status add_mixed(odd_check_context *context, const odd_category_list *list,
                            const odd_category_images *images, const odd_images_by_category *by,
                            int32_t c, double middle, double limit)
{
    int64_t row[ODD_CATEGORY_SHOWN], most;
    odd_text sentence = ODD_TEXT_EMPTY;
    odd_status st;
    const int32_t other = taken_for(images, by, c, &most);
    odd_text_format(&sentence,
                    "the %lld images of '%.150s' fit it with probability %.2f, those of other "
                    "categories theirs with %.2f: mixed, or hard to tell",
                    (long long)list->images[c], odd_category_name(list, c), list->own[c], middle);
    if (other >= 0)
        odd_text_format(&sentence, "; %lld look rather like '%.150s'", (long long)most,
                        odd_category_name(list, other));
    ODD_TRY(odd_text_status(&sentence));
    const odd_finding finding = {
        .kind = ODD_FINDING_CATEGORY,
        .check = context->check->name,
        .severity = 0.5 * (1 - list->own[c] / middle),
        .value = list->own[c],
        .limit = limit,
        .unit = "",
        .sentence = odd_text_string(&sentence),
        .box = ODD_BOX_NONE,
        .row = row,
        .rows = pick_images(images, by, c, row),
    };
    if (finding.rows > 0) ODD_TRY(odd_check_tell(context, &finding));
done:
    odd_text_free(&sentence);
    return st;
}

/* @local: rank 0 */
static odd_status add_all_mixed(odd_check_context *context, const mixed_options *o)
{
    odd_category_list list = {0};
    odd_category_images images = {0};
    odd_images_by_category by = {0};
    double middle;
    odd_status st;
    ODD_TRY(odd_category_list_read(context, &list));
    if (list.count < 2) goto done;
    ODD_TRY(odd_findings_note(context->findings, ODD_FINDING_CATEGORY, context->check->name, 0));
    if (!odd_categories_are_seen(&list)) goto done;
    ODD_TRY(odd_split_categories_add(context, o->share));
    ODD_TRY(find_middle(list.count, list.own, &middle));
    ODD_TRY(odd_category_images_read(context, &list, 0, context->part.n, &images));
    ODD_TRY(odd_category_images_sort(&list, &images, &by));
    for (int32_t c = 0; c < list.count; c++)
        if (list.own[c] < o->probability * middle)
            ODD_TRY(add_mixed(context, &list, &images, &by, c, middle, o->probability * middle));
done:
    odd_images_by_category_free(&by);
    odd_category_images_free(&images);
    odd_category_list_free(&list);
    return st;
}

static odd_status run_mixed(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    return odd_agree(comm, odd_rank(comm) == 0 ? add_all_mixed(context, options) : ODD_OK);
}

static const char *const reads[] = {"categories", "groups", NULL};

const odd_check odd_check_mixed_category = {
    .name = "mixed_category",
    .summary = "categories whose own images hardly fit them, or are of two kinds",
    .advice = "look whether it should be two categories, or its images filed elsewhere",
    .kind = ODD_FINDING_CATEGORY,
    .options = table,
    .options_size = sizeof(mixed_options),
    .reads = reads,
    .run = run_mixed,
};

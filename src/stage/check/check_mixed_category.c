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

/* Images by their categories, mine of them. */
typedef struct {
    MPI_Comm comm;
    odd_category_list list;
    odd_category_images images;
    odd_images_by_category by;
    double middle; /* of what categories are to their own images */
} mixed_check;

static void mixed_free(mixed_check *x)
{
    odd_images_by_category_free(&x->by);
    odd_category_images_free(&x->images);
    odd_category_list_free(&x->list);
}

static bool is_taken(const odd_category_images *images, int64_t i)
{
    return images->other[i] >= 0 && images->chance[i] > images->own[i];
}

/* The category that most of its images are taken for, of equal ones the first, and how many are;
 * -1: none. @collective */
static int32_t taken_for(const mixed_check *x, int32_t c, int64_t *most)
{
    const odd_images_by_category *by = &x->by;
    int32_t best = -1;
    *most = 0;
    for (int64_t m = by->first[c]; m < by->first[c + 1]; m++)
        if (is_taken(&x->images, by->image[m])) by->count[x->images.other[by->image[m]]]++;
    odd_sum_i64(x->comm, by->count, x->list.count);
    for (int32_t k = 0; k < x->list.count; k++) {
        if (by->count[k] > *most) {
            best = k;
            *most = by->count[k];
        }
        by->count[k] = 0;
    }
    return best;
}

/* The images that fit it least, first. @collective */
static odd_status pick_images(const mixed_check *x, int32_t c, odd_category_shown *shown)
{
    *shown = (odd_category_shown){.count = 0};
    for (int64_t m = x->by.first[c]; m < x->by.first[c + 1]; m++) {
        const int64_t i = x->by.image[m];
        odd_category_show(shown, x->images.first + i, 1 - (double)x->images.own[i]);
    }
    return odd_category_shown_join(x->comm, shown);
}

/* other: the category that `most` of its images are taken for. @local: rank 0 */
static odd_status add_mixed(odd_check_context *context, const mixed_check *x, int32_t c,
                            int32_t other, int64_t most, double limit,
                            const odd_category_shown *shown)
{
    const odd_category_list *list = &x->list;
    odd_text sentence = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_format(&sentence,
                    "the %lld images of '%.150s' fit it with probability %.2f, those of other "
                    "categories theirs with %.2f: mixed, or hard to tell",
                    (long long)list->images[c], odd_category_name(list, c), list->own[c],
                    x->middle);
    if (other >= 0)
        odd_text_format(&sentence, "; %lld look rather like '%.150s'", (long long)most,
                        odd_category_name(list, other));
    ODD_TRY(odd_text_status(&sentence));
    const odd_finding finding = {
        .kind = ODD_FINDING_CATEGORY,
        .check = context->check->name,
        .severity = 0.5 * (1 - list->own[c] / x->middle),
        .value = list->own[c],
        .limit = limit,
        .unit = "",
        .sentence = odd_text_string(&sentence),
        .box = ODD_BOX_NONE,
        .row = shown->row,
        .rows = shown->count,
    };
    if (finding.rows > 0) ODD_TRY(odd_check_tell(context, &finding));
done:
    odd_text_free(&sentence);
    return st;
}

/* @collective */
static odd_status tell_mixed(odd_check_context *context, const mixed_check *x, int32_t c,
                             double limit)
{
    odd_category_shown shown;
    int64_t most;
    odd_status st;
    const int32_t other = taken_for(x, c, &most);
    ODD_TRY(pick_images(x, c, &shown));
    ODD_TRY_ALL(x->comm, odd_rank(x->comm) == 0
                             ? add_mixed(context, x, c, other, most, limit, &shown)
                             : ODD_OK);
done:
    return st;
}

/* *seen: there is something to tell of. @local */
static odd_status read_mixed(odd_check_context *context, double share, mixed_check *x, bool *seen)
{
    const bool root = odd_rank(x->comm) == 0;
    odd_status st;
    *seen = false;
    ODD_TRY(odd_category_list_read(context, &x->list));
    if (x->list.count < 2) goto done;
    if (root)
        ODD_TRY(
            odd_findings_note(context->findings, ODD_FINDING_CATEGORY, context->check->name, 0));
    if (!odd_categories_are_seen(&x->list)) goto done;
    if (root) ODD_TRY(odd_split_categories_add(context, share));
    ODD_TRY(find_middle(x->list.count, x->list.own, &x->middle));
    ODD_TRY(odd_category_images_mine(context, &x->list, &x->images, &x->by));
    *seen = true;
done:
    return st;
}

static odd_status run_mixed(odd_check_context *context, const void *options)
{
    const mixed_options *o = options;
    mixed_check x = {.comm = context->run->comm};
    bool seen = false;
    odd_status st;
    ODD_TRY_ALL(x.comm, read_mixed(context, o->share, &x, &seen));
    const double limit = o->probability * x.middle;
    for (int32_t c = 0; seen && c < x.list.count; c++)
        if (x.list.own[c] < limit) ODD_TRY(tell_mixed(context, &x, c, limit));
done:
    mixed_free(&x);
    return st;
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

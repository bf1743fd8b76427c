/* Check `category`: images that fit another category many times better than the one that they are
 * filed under, by what has not seen them.
 *
 * Of labels that were changed on purpose, this many times finds more, and is right more often, than
 * the confident categories of categories.h5: tests/bench/README.md. */
#include "stage/check/category_files_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    double times, surely;
} category_options;

static const odd_option table[] = {
    ODD_REAL(category_options, times, "10", 1, 1e9,
             "images are told of that fit another category at least so many times better than "
             "their own"),
    ODD_REAL(category_options, surely, "0.3", 0, 1,
             "and fit that one with at least this probability: of many categories that are hard to "
             "tell an image may fit none"),
    ODD_OPTIONS_END,
};

#define MOST_TIMES 1e6

/* How many times better an image fits another category. */
static double times_better(const odd_category_images *images, int64_t i)
{
    if (images->category[i] < 0 || images->other[i] < 0) return 0;
    return fmin(MOST_TIMES, (double)images->chance[i] / fmax((double)images->own[i], 1e-30));
}

/* 10 times: 0.4; 1000 times: 0.9. */
static double severity(double times)
{
    return fmin(0.95, fmax(0.1, 0.4 + 0.25 * log10(times / 10)));
}

static odd_status add_image(odd_check_context *context, const odd_category_list *list,
                            const odd_category_images *images, int64_t i, double limit)
{
    const int64_t row = images->first + i;
    const double times = times_better(images, i);
    char sentence[ODD_FINDING_SENTENCE];
    snprintf(sentence, sizeof sentence,
             "filed under '%.150s', looks like '%.150s' (fits it with probability %.2f, its own "
             "with %.2f)",
             odd_category_name(list, images->category[i]),
             odd_category_name(list, images->other[i]), (double)images->chance[i],
             (double)images->own[i]);
    const odd_finding finding = {
        .kind = ODD_FINDING_CATEGORY,
        .check = context->check->name,
        .severity = severity(times),
        .value = times,
        .limit = limit,
        .unit = "times",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = &row,
        .rows = 1,
    };
    return odd_check_tell(context, &finding);
}

static odd_status add_images(odd_check_context *context, const odd_category_list *list,
                             const category_options *o)
{
    const odd_partition *part = &context->part;
    odd_category_images images = {0};
    int64_t unknown = 0;
    odd_status st;
    ODD_TRY(odd_category_images_read(context, list, part->row0, part->n_local, &images));
    for (int64_t i = 0; i < images.n; i++) {
        unknown += images.category[i] < 0;
        if (context->told[i] || (double)images.chance[i] < o->surely) continue;
        if (times_better(&images, i) >= o->times)
            ODD_TRY(add_image(context, list, &images, i, o->times));
    }
    ODD_TRY(
        odd_findings_note(context->findings, ODD_FINDING_CATEGORY, context->check->name, unknown));
done:
    odd_category_images_free(&images);
    return st;
}

/* @local. Where there are too few categories the log has said so. */
static odd_status look_at_images(odd_check_context *context, const category_options *o)
{
    odd_category_list list = {0};
    odd_status st;
    ODD_TRY(odd_category_list_read(context, &list));
    if (odd_categories_are_seen(&list))
        ODD_TRY(add_images(context, &list, o));
    else if (list.count >= 2)
        odd_log(ODD_LOG_INFO,
                "category: pictures hardly tell the categories apart, so that nothing "
                "is said of single images");
done:
    odd_category_list_free(&list);
    return st;
}

static odd_status run_category(odd_check_context *context, const void *options)
{
    return odd_agree(context->run->comm, look_at_images(context, options));
}

const odd_check odd_check_category = {
    .name = "category",
    .summary = "images that fit another category better than their own",
    .advice = "look where it belongs, and file it there",
    .kind = ODD_FINDING_CATEGORY,
    .options = table,
    .options_size = sizeof(category_options),
    .reads = odd_category_reads,
    .run = run_category,
};

/* Detector `largest`: a row is as odd as its largest value is. */
#include "oddlot/detect/detector.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    double times;
} largest_options;

static const odd_option table[] = {
    ODD_REAL(largest_options, times, "1", 1e-3, 1e3, "what the largest value is multiplied by"),
    ODD_OPTIONS_END,
};

static const odd_score_column columns[] = {
    {"largest", "the largest value of the row; larger is odder", 1},
    {NULL, NULL, 0},
};

static odd_status largest_fit(const void *given, const odd_rows *rows, const odd_known *known,
                              uint64_t seed, odd_bundle *model)
{
    const largest_options *options = given;
    (void)known, (void)seed;
    return odd_agree(rows->comm,
                     odd_bundle_add_f64(model, "times", "of the largest value", options->times));
}

typedef struct {
    double times, *score;
} work;

static odd_status score_block(void *context, const odd_block *block, double none[])
{
    const work *w = context;
    (void)none;
    for (int i = 0; i < block->count; i++) {
        double largest = -INFINITY;
        for (int k = 0; k < block->d; k++)
            largest = fmax(largest, block->x[i * block->d + k]);
        w->score[block->local + i] = w->times * largest;
    }
    return ODD_OK;
}

static odd_status largest_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    work w = {.score = score};
    odd_status st;
    ODD_TRY_ALL(rows->comm, odd_bundle_get_f64(model, "times", &w.times));
    ODD_TRY(odd_rows_each(rows, score_block, &w));
done:
    return st;
}

static void largest_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    (void)model;
    snprintf(buffer, size, "a value of %.3g", score[0]);
}

const odd_detector extra_detector = {
    .name = "largest",
    .summary = "the largest value of a row",
    .options = table,
    .options_size = sizeof(largest_options),
    .columns = columns,
    .fit = largest_fit,
    .score = largest_score,
    .reason = largest_reason,
};

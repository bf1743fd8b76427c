/* Detector `head`: a small network that learns from what people verified which rows are odd.
 *
 * The second head of Vareldzhan, Yurkov and Ushenin, "Anomaly detection in image datasets using
 * convolutional neural networks, center loss, and Mahalanobis distance", 2021: on frozen features
 * two layers of 256 rectified values and a sigmoid, learnt by binary cross-entropy. It knows kinds
 * of odd rows that it was shown, and others only as far as they are like these. */
#include "detect/head_internal.h"

#include "detect/detectors_internal.h"
#include "detect/moments_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/nn/networks.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const char *const themes[] = {"auto", "verified", "all", NULL};

static const odd_option table[] = {
    ODD_CHOICE(odd_head_options, theme, "auto", themes,
               "rows that are not odd: those verified as theme; all that are not verified as odd; "
               "or these where fewer than `least` are verified"),
    ODD_INT(odd_head_options, least, "10", 1, 1e9,
            "rows of each kind without which it does not begin"),
    ODD_BOOL(odd_head_options, balance, "true",
             "both kinds weigh alike, however many rows they have"),
    ODD_INT(odd_head_options, width, "256", 1, 65536, "values of a hidden layer"),
    ODD_INT(odd_head_options, layers, "2", 1, ODD_HEAD_MOST_LAYERS, "hidden layers"),
    ODD_INT(odd_head_options, epochs, "40", 1, 100000, "how often it sees the rows"),
    ODD_INT(odd_head_options, batch, "64", 1, 1 << 20, "rows of a step, on all ranks"),
    ODD_REAL(odd_head_options, rate, "0.001", 1e-12, 1e6,
             "learning rate of AdamW, which falls to 0 as a cosine"),
    ODD_REAL(odd_head_options, weight_decay, "0.01", 0, 1e6, "of AdamW"),
    ODD_OPTIONS_END,
};

static const odd_score_column columns[] = {
    {"posterior", "probability of being odd, where both kinds were as frequent as they weighed", 1},
    {"logit", "its log odds; larger is odder", 1},
    {NULL, NULL, 0}};

static odd_status add_scaling(int d, odd_bundle *model, double **mean, double **scale)
{
    odd_status st;
    ODD_TRY(odd_bundle_add(model, "mean", ODD_F64, "mean of each feature", mean, 1, (int64_t)d));
    ODD_TRY(odd_bundle_add(model, "scale", ODD_F64, "one over its standard deviation", scale, 1,
                           (int64_t)d));
done:
    return st;
}

/* Mean and deviation of the rows that are learnt from. @collective */
static odd_status find_scaling(const odd_rows *rows, const odd_head_rows *from, double mean[],
                               double scale[])
{
    const odd_row_filter filter = {false, from->mine, 1};
    double *variance = NULL, fourth;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(variance, rows->d));
    ODD_TRY(odd_mean(rows, filter, mean, &n));
    ODD_TRY(odd_scatter(rows, filter, ODD_FORM_DIAGONAL, mean, NULL, variance, &fourth));
    for (int j = 0; j < rows->d; j++)
        variance[j] /= (double)n;
    odd_secure_covariance(ODD_FORM_DIAGONAL, rows->d, mean, variance);
    for (int j = 0; j < rows->d; j++)
        scale[j] = 1 / sqrt(variance[j]);
done:
    odd_free(variance);
    return st;
}

static odd_status head_fit(const void *options, const odd_rows *rows, const odd_known *known,
                           uint64_t seed, odd_bundle *model)
{
    odd_head_rows from = {0};
    double *mean, *scale;
    odd_status st;
    ODD_TRY(odd_detector_check_rows("head", rows));
    if (odd_networks_absent())
        ODD_TRY(odd_fail(ODD_USAGE, "detector 'head': %s", odd_networks_absent()));
    ODD_TRY(odd_head_rows_new(rows, known, options, &from));
    ODD_TRY_ALL(rows->comm, add_scaling(rows->d, model, &mean, &scale));
    ODD_TRY(find_scaling(rows, &from, mean, scale));
    ODD_TRY(odd_head_train(options, rows, &from, mean, scale, seed, model));
done:
    odd_head_rows_free(&from);
    return st;
}

static void head_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    char words[ODD_PROBABILITY_WORDS];
    (void)model;
    snprintf(buffer, size, "probability %s of being like what was verified as odd",
             odd_probability_words(score[ODD_HEAD_POSTERIOR], words));
}

const odd_detector odd_detector_head = {
    .name = "head",
    .summary = "a network that learns from what was verified as odd",
    .options = table,
    .options_size = sizeof(odd_head_options),
    .columns = columns,
    .draws = true,
    .supervised = true,
    .fit = head_fit,
    .score = odd_head_score,
    .reason = head_reason,
};

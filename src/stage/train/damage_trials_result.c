/* Assessment of trials: how well networks tell damaged images from the same images as they are. */
#include "stage/train/damage_trials_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/eval/roc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 32 };

typedef struct {
    double auc, auc_altered; /* of all images; of those where it alters a pixel */
    double altered;          /* share of them */
} assessment;

/* AUC of damaged images, or only of those with an altered pixel, against all as they are. NaN where
 * there are none. */
static odd_status auc_of_trial(const odd_damage_trials *c, int k, bool altered_only, double *auc)
{
    const double *odds_in_trial = c->odds_in_trial + k * c->count,
                 *altered = c->altered + k * c->count;
    double *score = NULL;
    uint8_t *truth = NULL;
    int64_t n = c->count;
    odd_status st;
    ODD_TRY(ODD_NEW(score, 2 * c->count));
    ODD_TRY(ODD_NEW(truth, 2 * c->count));
    memcpy(score, c->odds_as_is, (size_t)c->count * sizeof *score);
    for (int64_t i = 0; i < c->count; i++)
        if (!altered_only || altered[i] != 0) {
            score[n] = odds_in_trial[i];
            truth[n++] = 1;
        }
    ODD_TRY(odd_roc_auc(n, score, truth, auc));
done:
    odd_free(score);
    odd_free(truth);
    return st;
}

static odd_status assess(const odd_damage_trials *c, int k, assessment *v)
{
    odd_status st;
    *v = (assessment){0};
    for (int64_t i = 0; i < c->count; i++)
        v->altered += c->altered[k * c->count + i];
    v->altered /= (double)c->count;
    ODD_TRY(auc_of_trial(c, k, false, &v->auc));
    ODD_TRY(auc_of_trial(c, k, true, &v->auc_altered));
done:
    return st;
}

static void log_trial(const odd_damage_trial *one, const assessment *v)
{
    const odd_damage_options *o = &one->task.size;
    char size[32] = "whole";
    if (strcmp(one->name, "square") == 0)
        snprintf(size, sizeof size, "%d px", o->side);
    else if (one->sized && o->smallest < o->largest)
        snprintf(size, sizeof size, "%.3g-%.3g", o->smallest, o->largest);
    else if (one->sized)
        snprintf(size, sizeof size, "%.3g", o->smallest);
    odd_log(ODD_LOG_STAGE, "train     %-12s %-10s %-7s %.4f  (%.4f, %.1f %%)", one->name, size,
            one->learnt ? "yes" : "no", v->auc, v->auc_altered, 100 * v->altered);
}

/* The size of its regions as a share of a side; NaN for damage to whole images. */
static void region_size(const odd_damage_trials *c, const odd_damage_trial *one, double *smallest,
                        double *largest)
{
    const odd_damage_options *o = &one->task.size;
    const int shorter = odd_shorter_side(&c->t->images);
    const bool square = strcmp(one->name, "square") == 0;
    *smallest = !one->sized ? NAN : square ? (double)o->side / shorter : o->smallest;
    *largest = !one->sized ? NAN : square ? *smallest : o->largest;
}

odd_status odd_damage_trials_summarize(const odd_damage_trials *c, odd_bundle *out)
{
    const odd_shape names = {ODD_STRING, NAME_WIDTH, 1, {c->trials}};
    const int64_t n = c->trials;
    double *auc, *auc_altered, *altered, *smallest, *largest;
    uint8_t *learnt;
    char *name;
    odd_status st;
    ODD_TRY(odd_bundle_add_shape(out, "judged/name", "kind; any: each learnt one with a size",
                                 &names, &name));
    ODD_TRY(odd_bundle_add(out, "judged/learnt", ODD_U8,
                           "whether networks were shown this kind in this size", &learnt, 1, n));
    ODD_TRY(odd_bundle_add(out, "judged/smallest", ODD_F64,
                           "least side of regions, as a share of the image's; NaN: all of it",
                           &smallest, 1, n));
    ODD_TRY(odd_bundle_add(out, "judged/largest", ODD_F64, "largest side", &largest, 1, n));
    ODD_TRY(odd_bundle_add(out, "judged/auc", ODD_F64,
                           "area under the ROC curve: images with this damage, and without", &auc,
                           1, n));
    ODD_TRY(odd_bundle_add(out, "judged/auc_altered", ODD_F64,
                           "the same where the damage alters a pixel", &auc_altered, 1, n));
    ODD_TRY(odd_bundle_add(out, "judged/altered", ODD_F64, "share of images where it does",
                           &altered, 1, n));
    ODD_TRY(
        odd_bundle_add_i64(out, "judged/images", "images held out that it was tried on", c->count));
    odd_log(ODD_LOG_STAGE, "train     damage       size       learnt  AUC     (altered images)");
    for (int k = 0; k < c->trials; k++) {
        const odd_damage_trial *one = &c->trial[k];
        assessment v;
        ODD_TRY(assess(c, k, &v));
        strncpy(name + k * NAME_WIDTH, one->name, NAME_WIDTH - 1);
        learnt[k] = one->learnt;
        region_size(c, one, &smallest[k], &largest[k]);
        auc[k] = v.auc;
        auc_altered[k] = v.auc_altered;
        altered[k] = v.altered;
        log_trial(one, &v);
    }
done:
    return st;
}

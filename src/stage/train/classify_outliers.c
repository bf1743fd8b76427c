/* Outliers of a classifier: what a person verified as odd, from which its second head learns. */
#include "stage/train/classify_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"

#include <math.h>

#define MOST_WEIGHT                                                                                \
    20.0 /* of an outlier, however few they are: one should not be a batch's all                   \
          */

/* Mark them. Returns the count. */
static int64_t mark_outliers(const odd_training *t)
{
    odd_classify *c = t->state;
    int64_t outliers = 0;
    for (int64_t i = 0; i < c->n; i++)
        c->target[i] = c->label[i];
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        if (t->images.held_out[row] || t->verified[row] != ODD_VERIFIED_ODD) continue;
        c->outlier[row] = 1;
        c->target[row] = ODD_NO_CLASS;
        outliers++;
    }
    return outliers;
}

odd_status odd_classify_find_outliers(odd_training *t)
{
    odd_classify *c = t->state;
    const odd_job *job = t->run->job;
    int64_t learnt = 0;
    odd_status st = ODD_OK;
    if (odd_classify_options_of(job)->outlier_loss <= 0) return ODD_OK;
    ODD_TRY(ODD_NEW(c->outlier, c->n));
    ODD_TRY(ODD_NEW(c->target, c->n));
    const int64_t outliers = mark_outliers(t);
    if (outliers < 2)
        return odd_job_fail(job, "train.classify.outlier_loss",
                            "a second head learns from images that were verified as odd, and there "
                            "are %lld: a manifest has a column `verified`, see also "
                            "contamination.verified_odd",
                            (long long)outliers);
    for (int32_t k = 0; k < c->classes; k++)
        learnt += c->size[k];
    c->outlier_weight = (float)fmin(MOST_WEIGHT, fmax(1, (double)learnt / (double)outliers));
    odd_log(ODD_LOG_INFO, "train: the second head learns from %lld odd images",
            (long long)outliers);
done:
    return st;
}

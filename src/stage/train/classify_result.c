/* Result of classifiers: what they say of every image, and how right they are of those that they
 * have not learnt from. */
#include "stage/train/classify_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/eval/roc.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

/* Is it of a class, and predicted by a network that has not learnt from it? */
static bool is_fair(const odd_training *t, int64_t row)
{
    const odd_classify *c = t->state;
    return c->label[row] >= 0 && c->fold[row] >= 0 && !odd_classify_has_learnt(t, row);
}

/* -- classes -- */

/* (classes) each; f1: of a class that neither is nor is predicted NaN, which does not count. */
typedef struct {
    int64_t *images, *predicted, *right;
    double *precision, *recall, *f1;
    int64_t *confusion; /* (classes, classes) by label, then by prediction; NULL: too many */
    int64_t fair, all_right;
    double mean_f1;
} class_counts;

static odd_status add_counts(odd_bundle *b, int64_t k, class_counts *out)
{
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "classes/predicted", ODD_I64,
                           "images of a class, not learnt from, that are predicted to be of it",
                           &out->predicted, 1, k));
    ODD_TRY(odd_bundle_add(b, "classes/right", ODD_I64, "those that are", &out->right, 1, k));
    ODD_TRY(odd_bundle_add(b, "classes/held_out", ODD_I64,
                           "images of the class that the network predicting them has not learnt "
                           "from",
                           &out->images, 1, k));
    ODD_TRY(odd_bundle_add(b, "classes/precision", ODD_F64, "share of the predicted ones",
                           &out->precision, 1, k));
    ODD_TRY(odd_bundle_add(b, "classes/recall", ODD_F64, "share of the held out ones that is found",
                           &out->recall, 1, k));
    ODD_TRY(odd_bundle_add(b, "classes/f1", ODD_F64, "harmonic mean of both", &out->f1, 1, k));
    if (k <= ODD_MOST_CLASSES_WRITTEN)
        ODD_TRY(odd_bundle_add(b, "classes/confusion", ODD_I64,
                               "images not learnt from: (label, prediction)", &out->confusion, 2, k,
                               k));
done:
    return st;
}

static void count_classes(const odd_training *t, const odd_class_prediction p[], class_counts *out)
{
    const odd_classify *c = t->state;
    for (int64_t i = 0; i < c->n; i++) {
        if (!is_fair(t, i)) continue;
        const int32_t label = c->label[i], predicted = p[i].predicted;
        out->images[label]++;
        out->predicted[predicted]++;
        out->right[label] += label == predicted;
        out->fair++;
        out->all_right += label == predicted;
        if (out->confusion) out->confusion[label * (int64_t)c->classes + predicted]++;
    }
}

/* F1 = 2 right / (images + predicted). Only classes of which there are images are in the mean. */
static void rate_classes(int32_t classes, class_counts *out)
{
    double sum = 0;
    int64_t there = 0;
    for (int32_t k = 0; k < classes; k++) {
        const double right = (double)out->right[k], images = (double)out->images[k],
                     predicted = (double)out->predicted[k];
        out->precision[k] = predicted > 0 ? right / predicted : NAN;
        out->recall[k] = images > 0 ? right / images : NAN;
        out->f1[k] = images + predicted > 0 ? 2 * right / (images + predicted) : NAN;
        if (images == 0) continue;
        sum += out->f1[k];
        there++;
    }
    out->mean_f1 = there > 0 ? sum / (double)there : NAN;
}

static odd_status add_names(const odd_classify *c, odd_bundle *b)
{
    size_t width = 1;
    char *name;
    int64_t *size;
    odd_status st;
    for (int32_t k = 0; k < c->classes; k++)
        if (strlen(c->name[k]) > width) width = strlen(c->name[k]);
    const odd_shape names = {ODD_STRING, width, 1, {c->classes}};
    ODD_TRY(odd_bundle_add_shape(b, "classes/name", "labels that are learnt", &names, &name));
    ODD_TRY(odd_bundle_add(b, "classes/images", ODD_I64, "that may be learnt from", &size, 1,
                           (int64_t)c->classes));
    for (int32_t k = 0; k < c->classes; k++) {
        memcpy(name + (size_t)k * width, c->name[k], strlen(c->name[k]));
        size[k] = c->size[k];
    }
done:
    return st;
}

static odd_status add_centers(const odd_classify *c, odd_bundle *b)
{
    float *center;
    odd_status st = ODD_OK;
    if (!c->center) return ODD_OK;
    ODD_TRY(odd_bundle_add(b, "centers", ODD_F32,
                           "of the features of each class: (network, class, feature)", &center, 3,
                           c->networks, (int64_t)c->classes, c->features));
    memcpy(center, c->center, (size_t)(c->networks * c->classes * c->features) * sizeof *center);
done:
    return st;
}

static odd_status add_classes(const odd_training *t, const odd_class_prediction p[], odd_bundle *b)
{
    const odd_classify *c = t->state;
    class_counts r = {0};
    odd_status st;
    ODD_TRY(add_names(c, b));
    ODD_TRY(add_centers(c, b));
    ODD_TRY(add_counts(b, c->classes, &r));
    count_classes(t, p, &r);
    rate_classes(c->classes, &r);
    const double accuracy = r.fair > 0 ? (double)r.all_right / (double)r.fair : NAN;
    ODD_TRY(odd_bundle_add_f64(b, "accuracy",
                               "share of images predicted right, each by a network that has not "
                               "learnt from it; NaN: there are none",
                               accuracy));
    ODD_TRY(odd_bundle_add_f64(b, "f1", "mean over classes, of the same images", r.mean_f1));
    if (r.fair > 0)
        odd_log(ODD_LOG_STAGE,
                "train     %.2f %% of %lld images not learnt from are told right; F1 of %d "
                "classes %.4f",
                100 * accuracy, (long long)r.fair, c->classes, r.mean_f1);
    else
        odd_log(ODD_LOG_STAGE,
                "train     %d classes; all their images are learnt from, so that "
                "none tells how well (train.folds, contamination.held_out)",
                c->classes);
done:
    return st;
}

/* -- unknown labels -- */

enum { SOFTMAX, ENERGY, MAX_LOGIT, VIM, OUTLIER, COLUMNS };

static double oddness(const odd_class_prediction *p, int column)
{
    const double value[COLUMNS] = {p->softmax, p->energy, -p->largest, p->vim, p->outlier};
    return value[column];
}

/* Of images of unknown labels against those of classes, none of them learnt from. */
static odd_status auc_of_unknown(const odd_training *t, const odd_class_prediction p[], int column,
                                 double *auc)
{
    const odd_classify *c = t->state;
    double *score = NULL;
    uint8_t *truth = NULL;
    int64_t count = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(score, c->n));
    ODD_TRY(ODD_NEW(truth, c->n));
    for (int64_t i = 0; i < c->n; i++) {
        const bool unknown = c->unknown[i] && c->fold[i] >= 0 && !odd_classify_has_learnt(t, i);
        if (!unknown && !is_fair(t, i)) continue;
        score[count] = oddness(&p[i], column);
        truth[count++] = unknown;
    }
    ODD_TRY(odd_roc_auc(count, score, truth, auc));
done:
    odd_free(score);
    odd_free(truth);
    return st;
}

static odd_status add_unknown(const odd_training *t, const odd_class_prediction p[], odd_bundle *b)
{
    static const char *const name[COLUMNS] = {"auc_softmax", "auc_energy", "auc_max_logit",
                                              "auc_vim", "auc_outlier"};
    double auc[COLUMNS] = {0};
    odd_status st = ODD_OK;
    const int columns = odd_classify_of(t)->outlier ? COLUMNS : OUTLIER;
    for (int k = 0; k < columns; k++) {
        ODD_TRY(auc_of_unknown(t, p, k, &auc[k]));
        ODD_TRY(odd_bundle_add_f64(b, name[k],
                                   "area under the ROC curve of unknown labels against classes, "
                                   "none learnt from; NaN: one of them is missing",
                                   auc[k]));
    }
    if (!isnan(auc[0]))
        odd_log(ODD_LOG_STAGE,
                "train     unknown labels: ROC AUC %.4f by softmax, %.4f by energy, %.4f by the "
                "largest logit, %.4f by ViM",
                auc[SOFTMAX], auc[ENERGY], auc[MAX_LOGIT], auc[VIM]);
    if (columns > OUTLIER && !isnan(auc[OUTLIER]))
        odd_log(ODD_LOG_STAGE, "train     unknown labels: ROC AUC %.4f by the second head",
                auc[OUTLIER]);
done:
    return st;
}

/* -- all -- */

static odd_status add_results(const odd_training *t, const odd_class_prediction p[], odd_bundle *b)
{
    static const int curves[] = {ODD_CURVE_TRAINING_LOSS, ODD_CURVE_TRAINING_ACCURACY,
                                 ODD_CURVE_HELD_OUT_LOSS, ODD_CURVE_HELD_OUT_ACCURACY,
                                 ODD_CURVE_VALIDATION_LOSS};
    odd_status st;
    ODD_TRY(odd_train_curves_add(&t->curves, sizeof curves / sizeof *curves, curves, b));
    ODD_TRY(add_classes(t, p, b));
    ODD_TRY(add_unknown(t, p, b));
done:
    return st;
}

odd_status odd_classify_write(const odd_training *t, odd_file *file)
{
    odd_class_prediction *prediction = NULL;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_classify_predict(t, file, &prediction));
    ODD_TRY_ALL(t->comm, add_results(t, prediction, &b));
    ODD_TRY(odd_classify_columns_write(t, prediction, file));
    ODD_TRY(odd_bundle_write(file, "/", &b));
done:
    odd_bundle_free(&b);
    odd_free(prediction);
    return st;
}

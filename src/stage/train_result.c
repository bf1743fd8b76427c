/* What cross-fitting gives: curves, log odds of every image, and how good they are. */
#include "training_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/eval/roc.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

/* -- room -- */

/* As many images to each fold, or one more. */
static odd_status draw_folds(odd_training *t)
{
    const odd_train_images *images = &t->images;
    const uint64_t seed = (uint64_t)t->run->options->seed;
    int64_t *chosen = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(chosen, images->readable));
    /* the choice of k + 1 parts holds that of k parts */
    for (int64_t fold = t->result.folds; fold > 0; fold--) {
        const int64_t k = images->readable * fold / t->result.folds;
        ODD_TRY(odd_choose(images->readable, k, seed, ODD_STREAM_FOLDS, chosen));
        for (int64_t i = 0; i < k; i++)
            t->result.fold[images->row[chosen[i]]] = (int32_t)fold - 1;
    }
done:
    odd_free(chosen);
    return st;
}

static odd_status allocate(odd_cross_fit *r)
{
    odd_status st;
    ODD_TRY(ODD_NEW(r->curve, ODD_CURVES * r->folds * r->epochs));
    ODD_TRY(ODD_NEW(r->best, r->folds));
    ODD_TRY(ODD_NEW(r->as_is, r->n));
    ODD_TRY(ODD_NEW(r->shown, r->n));
    ODD_TRY(ODD_NEW(r->kind, r->n));
    ODD_TRY(ODD_NEW(r->altered, r->n));
    ODD_TRY(ODD_NEW(r->fold, r->n));
done:
    return st;
}

odd_status odd_cross_fit_new(odd_training *t)
{
    odd_cross_fit *r = &t->result;
    odd_status st;
    *r =
        (odd_cross_fit){.n = t->images.n, .folds = t->options->folds, .epochs = t->options->epochs};
    ODD_TRY(allocate(r));
    for (int64_t i = 0; i < ODD_CURVES * r->folds * r->epochs; i++)
        r->curve[i] = NAN;
    for (int64_t i = 0; i < r->n; i++) {
        r->as_is[i] = r->shown[i] = NAN;
        r->kind[i] = r->fold[i] = -1;
    }
    for (int64_t i = 0; i < t->images.readable; i++)
        r->kind[t->images.row[i]] = odd_damage_task_kind(&t->task, t->images.row[i], 0);
    ODD_TRY(draw_folds(t));
done:
    return st;
}

void odd_cross_fit_free(odd_cross_fit *r)
{
    odd_free(r->curve);
    odd_free(r->best);
    odd_free(r->as_is);
    odd_free(r->shown);
    odd_free(r->kind);
    odd_free(r->altered);
    odd_free(r->fold);
}

double *odd_curve(const odd_cross_fit *r, int curve, int64_t fold)
{
    return r->curve + (curve * r->folds + fold) * r->epochs;
}

/* -- figures of merit -- */

/* NaN where there are not both. @local */
static odd_status auc_of(const odd_training *t, int kind, double *auc)
{
    const odd_cross_fit *r = &t->result;
    odd_roc roc = {0};
    double *score = NULL;
    uint8_t *truth = NULL;
    int64_t n = 0, damaged = 0;
    odd_status st;
    *auc = NAN;
    ODD_TRY(ODD_NEW(score, t->images.readable));
    ODD_TRY(ODD_NEW(truth, t->images.readable));
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        if (r->kind[row] >= 0 && kind >= 0 && r->kind[row] != kind) continue;
        score[n] = r->shown[row];
        damaged += truth[n++] = r->kind[row] >= 0;
    }
    if (damaged == 0 || damaged == n) goto done;
    ODD_TRY(odd_roc_curve(n, score, truth, &roc));
    *auc = roc.auc;
done:
    odd_roc_free(&roc);
    odd_free(score);
    odd_free(truth);
    return st;
}

/* x as 1 / (1 + exp(-x)), and back. */
static double chance(double odds)
{
    return odds >= 0 ? 1 / (1 + exp(-odds)) : exp(odds) / (1 + exp(odds));
}

static double odds_of(double probability)
{
    return log(probability / (1 - probability));
}

/* The networks learnt where `probability` of the images are damaged; in the catalogue another share
 * is. It comes from what they say of all images, by EM: Saerens, Latinne and Decaestecker,
 * "Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation 14,
 * 2002. probability: (n), with that share; NaN for unreadable images. */
static double adjust_share(const odd_training *t, double probability[])
{
    enum { MOST_ROUNDS = 10000 };
    const double least = 1e-9, good_enough = 1e-12;
    const double learnt = odds_of(t->task.probability);
    double share = t->task.probability, moved = 1;
    for (int64_t i = 0; i < t->result.n; i++)
        probability[i] = NAN;
    for (int round = 0; round < MOST_ROUNDS && moved > good_enough; round++) {
        const double by = odds_of(share) - learnt;
        double sum = 0;
        for (int64_t i = 0; i < t->images.readable; i++) {
            const int64_t row = t->images.row[i];
            sum += probability[row] = chance(t->result.as_is[row] + by);
        }
        const double next = fmin(fmax(sum / (double)t->images.readable, least), 1 - least);
        moved = fabs(next - share);
        share = next;
    }
    return share;
}

/* Who cannot see a difference had better say "as it is": that is all that can be attained. */
static odd_status add_accuracy(const odd_training *t, odd_bundle *b)
{
    const odd_cross_fit *r = &t->result;
    const double n = (double)t->images.readable;
    int64_t right = 0, hidden = 0, right_visible = 0;
    odd_status st;
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        const bool damaged = r->kind[row] >= 0, good = damaged == (r->shown[row] > 0);
        const bool in_vain = damaged && !r->altered[row];
        right += good;
        hidden += in_vain;
        right_visible += good && !in_vain;
    }
    ODD_TRY(odd_bundle_add_f64(b, "accuracy", "share of the images, as shown, that is told right",
                               (double)right / n));
    ODD_TRY(odd_bundle_add_f64(b, "attainable",
                               "at most: damage that alters no pixel cannot be seen",
                               1 - (double)hidden / n));
    ODD_TRY(odd_bundle_add_f64(b, "accuracy_visible", "share of those without such damage",
                               (double)right_visible / (n - (double)hidden)));
    odd_log(ODD_LOG_STAGE,
            "train     %.2f %% of images held out are told right (attainable %.2f %%)",
            100 * (double)right / n, 100 * (1 - (double)hidden / n));
done:
    return st;
}

static odd_status add_kinds(const odd_training *t, odd_bundle *b)
{
    const odd_shape names = {ODD_STRING, 32, 1, {t->task.kinds}};
    char *name;
    double *auc, all;
    odd_status st;
    ODD_TRY(auc_of(t, -1, &all));
    ODD_TRY(odd_bundle_add_f64(b, "auc", "area under the ROC curve of damage, as shown", all));
    ODD_TRY(odd_bundle_add_shape(b, "kinds/name", "kinds of damage", &names, &name));
    ODD_TRY(odd_bundle_add(b, "kinds/auc", ODD_F64, "of each kind against no damage", &auc, 1,
                           (int64_t)t->task.kinds));
    for (int k = 0; k < t->task.kinds; k++) {
        strncpy(name + k * 32, odd_damage_kinds[t->task.kind[k]].name, 31);
        ODD_TRY(auc_of(t, t->task.kind[k], &auc[k]));
    }
done:
    return st;
}

static odd_status add_curves(const odd_cross_fit *r, odd_bundle *b)
{
    static const struct {
        const char *name, *about;
    } curve[ODD_CURVES] = {
        {"curves/loss_seen", "of the images that it learns from, while it learns: (fold, epoch)"},
        {"curves/accuracy_seen", "share of them that is told right"},
        {"curves/loss_held_out", "of the fold that it does not see"},
        {"curves/accuracy_held_out", "share of them that is told right"},
        {"curves/loss_choice", "of the fold that chooses the epoch, where there is patience"},
    };
    double *data;
    int32_t *best;
    odd_status st;
    for (int c = 0; c < ODD_CURVES; c++) {
        ODD_TRY(odd_bundle_add(b, curve[c].name, ODD_F64, curve[c].about, &data, 2, r->folds,
                               r->epochs));
        memcpy(data, odd_curve(r, c, 0), (size_t)(r->folds * r->epochs) * sizeof *data);
    }
    ODD_TRY(odd_bundle_add(b, "curves/best", ODD_I32, "epoch that is kept, counted from 1", &best,
                           1, r->folds));
    memcpy(best, r->best, (size_t)r->folds * sizeof *best);
done:
    return st;
}

/* -- writing -- */

static odd_status write_columns(const odd_training *t, const double probability[], odd_file *file)
{
    const odd_cross_fit *r = &t->result;
    const int64_t mine = odd_rank(t->comm) == 0 ? r->n : 0;
    const struct {
        const char *name;
        odd_type type;
        const void *data;
        const char *about;
    } column[] = {
        {"log_odds", ODD_F64, r->as_is,
         "of damage, by a network that has not seen the image; NaN: not readable"},
        {"probability", ODD_F64, probability,
         "of damage, where as many images are damaged as /share says"},
        {"fold", ODD_I32, r->fold, "whose network has not seen the image, from 0; -1: unreadable"},
        {"shown/log_odds", ODD_F64, r->shown, "of the image as the program may have damaged it"},
        {"shown/kind", ODD_I32, r->kind,
         "what the program did to it, as `oddlot help job` lists kinds, from 0; -1: nothing"},
        {"shown/altered", ODD_U8, r->altered, "whether that changed a pixel"},
    };
    odd_status st = ODD_OK;
    for (size_t c = 0; c < sizeof column / sizeof *column; c++)
        ODD_TRY(odd_column_write(file, column[c].name, column[c].type, r->n, 0, mine,
                                 column[c].data, column[c].about, ""));
done:
    return st;
}

static odd_status describe(const odd_training *t, odd_bundle *b, double **probability)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*probability, t->result.n));
    ODD_TRY(odd_bundle_add_f64(b, "share",
                               "of damaged images in the catalogue, as the log odds suggest",
                               adjust_share(t, *probability)));
    ODD_TRY(add_curves(&t->result, b));
    ODD_TRY(add_accuracy(t, b));
    ODD_TRY(add_kinds(t, b));
done:
    return st;
}

odd_status odd_cross_fit_write(const odd_training *t, odd_file *file)
{
    const odd_cross_fit *r = &t->result;
    double seconds[2] = {r->seconds, (double)r->learnt}, *probability = NULL;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    odd_max_f64(t->comm, seconds, 2);
    ODD_TRY_ALL(t->comm, describe(t, &b, &probability));
    ODD_TRY(odd_train_trials(t, &b));
    ODD_TRY(write_columns(t, probability, file));
    ODD_TRY(odd_bundle_write(file, "/", &b));
    if (r->learnt > 0) /* not where all was in the checkpoint */
        ODD_TRY(
            odd_file_set_f64(file, "/", "seconds_per_1000_images", 1000 * seconds[0] / seconds[1]));
done:
    odd_free(probability);
    odd_bundle_free(&b);
    return st;
}

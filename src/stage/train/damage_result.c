/* Result of cross-fitting: learning curves, log odds of every image, and figures of merit. */
#include "oddlot/run/columns.h"
#include "stage/train/damage_calibration_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/eval/roc.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

/* -- allocation and folds -- */

/* Draw the folds; their sizes differ by at most one image. */
static odd_status draw_folds(odd_training *t)
{
    const odd_train_images *images = &t->images;
    const uint64_t seed = (uint64_t)t->run->options->seed;
    int64_t *chosen = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(chosen, images->readable));
    /* the choice of k + 1 parts holds that of k parts */
    for (int64_t fold = t->options->folds; fold > 0; fold--) {
        const int64_t k = images->readable * fold / t->options->folds;
        ODD_TRY(odd_choose(images->readable, k, seed, ODD_STREAM_FOLDS, chosen));
        for (int64_t i = 0; i < k; i++)
            odd_damage_of(t)->fold[images->row[chosen[i]]] = (int32_t)fold - 1;
    }
done:
    odd_free(chosen);
    return st;
}

static odd_status allocate_result(odd_damage_result *r)
{
    odd_status st;
    ODD_TRY(ODD_NEW(r->odds_as_is, r->n));
    ODD_TRY(ODD_NEW(r->odds_in_task, r->n));
    ODD_TRY(ODD_NEW(r->kind, r->n));
    ODD_TRY(ODD_NEW(r->altered, r->n));
    ODD_TRY(ODD_NEW(r->fold, r->n));
done:
    return st;
}

odd_status odd_damage_result_new(odd_training *t)
{
    odd_damage_result *r = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(r, 1));
    t->state = r;
    r->n = t->images.n;
    ODD_TRY(odd_damage_task_new(t->run->job, &r->task));
    ODD_TRY(allocate_result(r));
    for (int64_t i = 0; i < r->n; i++) {
        r->odds_as_is[i] = r->odds_in_task[i] = NAN;
        r->kind[i] = r->fold[i] = -1;
    }
    for (int64_t i = 0; i < t->images.readable; i++)
        r->kind[t->images.row[i]] = odd_damage_task_kind(&r->task, t->images.row[i], 0);
    ODD_TRY(draw_folds(t));
done:
    return st;
}

void odd_damage_result_free(odd_training *t)
{
    odd_damage_result *r = t->state;
    if (!r) return;
    odd_damage_task_free(&r->task);
    odd_free(r->odds_as_is);
    odd_free(r->odds_in_task);
    odd_free(r->kind);
    odd_free(r->altered);
    odd_free(r->fold);
    odd_free(r);
    t->state = NULL;
}

/* -- figures of merit -- */

/* AUC of one kind of damage, -1: all, against no damage; NaN where one of the two is missing.
 * @local */
static odd_status auc_of_kind(const odd_training *t, int kind, double *auc)
{
    const odd_damage_result *r = t->state;
    double *score = NULL;
    uint8_t *truth = NULL;
    int64_t n = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(score, t->images.readable));
    ODD_TRY(ODD_NEW(truth, t->images.readable));
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        if (r->kind[row] >= 0 && kind >= 0 && r->kind[row] != kind) continue;
        score[n] = r->odds_in_task[row];
        truth[n++] = r->kind[row] >= 0;
    }
    ODD_TRY(odd_roc_auc(n, score, truth, auc));
done:
    odd_free(score);
    odd_free(truth);
    return st;
}

/* What is classified right, and what could be. Damage that alters no pixel leaves nothing to see:
 * such an image is just like one as it is, which is at least as likely where at most half of the
 * images are damaged; so "as it is" is the best answer, and right for all but these. Images that
 * are altered count as visible, also where what comes out might be some other image of the
 * catalogue. */
typedef struct {
    int64_t images, right, hidden, altered; /* hidden: damaged, but no pixel altered */
    int64_t right_hidden, right_altered;
} accuracy_counts;

static accuracy_counts count_right(const odd_training *t)
{
    const odd_damage_result *r = t->state;
    accuracy_counts a = {.images = t->images.readable};
    for (int64_t i = 0; i < a.images; i++) {
        const int64_t row = t->images.row[i];
        const bool damaged = r->kind[row] >= 0, right = damaged == (r->odds_in_task[row] > 0);
        const bool altered = damaged && r->altered[row];
        a.right += right;
        a.altered += altered;
        a.hidden += damaged && !altered;
        a.right_altered += right && altered;
        a.right_hidden += right && damaged && !altered;
    }
    return a;
}

static odd_status add_accuracy(const odd_training *t, odd_bundle *b)
{
    const accuracy_counts a = count_right(t);
    const double n = (double)a.images, visible = n - (double)a.hidden;
    odd_status st;
    ODD_TRY(odd_bundle_add_f64(b, "accuracy", "share of the images, as shown, that is told right",
                               (double)a.right / n));
    ODD_TRY(odd_bundle_add_f64(b, "attainable",
                               "at most, where no more than half of the images are damaged: "
                               "damage that alters no pixel cannot be seen",
                               visible / n));
    ODD_TRY(odd_bundle_add_f64(b, "accuracy_visible", "share of those without such damage",
                               (double)(a.right - a.right_hidden) / visible));
    ODD_TRY(odd_bundle_add_f64(b, "accuracy_altered",
                               "share of those that damage alters: told to be damaged; NaN: none",
                               (double)a.right_altered / (double)a.altered));
    odd_log(ODD_LOG_STAGE,
            "train     %.2f %% of images held out are told right (attainable %.2f %%), %.2f %% of "
            "those that damage alters",
            100 * (double)a.right / n, 100 * visible / n,
            100 * (double)a.right_altered / (double)a.altered);
done:
    return st;
}

static odd_status add_kinds(const odd_training *t, odd_bundle *b)
{
    const odd_damage_result *r = t->state;
    const odd_shape names = {ODD_STRING, 32, 1, {r->task.kinds}};
    char *name;
    double *auc, all;
    odd_status st;
    ODD_TRY(auc_of_kind(t, -1, &all));
    ODD_TRY(odd_bundle_add_f64(b, "auc", "area under the ROC curve of damage, as shown", all));
    ODD_TRY(odd_bundle_add_shape(b, "kinds/name", "kinds of damage", &names, &name));
    ODD_TRY(odd_bundle_add(b, "kinds/auc", ODD_F64, "of each kind against no damage", &auc, 1,
                           (int64_t)r->task.kinds));
    for (int k = 0; k < r->task.kinds; k++) {
        strncpy(name + k * 32, odd_damage_kinds[r->task.kind[k]].name, 31);
        ODD_TRY(auc_of_kind(t, r->task.kind[k], &auc[k]));
    }
done:
    return st;
}

/* -- writing -- */

static odd_status write_columns(const odd_training *t, const odd_damage_calibration *c,
                                odd_file *file)
{
    const odd_damage_result *r = t->state;
    const odd_whole_column column[] = {
        {"log_odds", ODD_F64, r->odds_as_is,
         "of damage, by a network that has not seen the image; NaN: not readable"},
        {"calibrated", ODD_F64, c->evidence,
         "log odds of damage, calibrated, where as many images are damaged as not"},
        {"probability", ODD_F64, c->probability,
         "of damage, where as many images are damaged as /share says"},
        {"calibration/part", ODD_I32, c->part,
         "of its fold, which others calibrate; -1: unreadable"},
        {"fold", ODD_I32, r->fold, "whose network has not seen the image, from 0; -1: unreadable"},
        {"shown/log_odds", ODD_F64, r->odds_in_task,
         "of the image as the program may have damaged it"},
        {"shown/kind", ODD_I32, r->kind,
         "what the program did to it, as `oddlot help job` lists kinds, from 0; -1: nothing"},
        {"shown/altered", ODD_U8, r->altered, "whether that changed a pixel"},
    };
    return odd_whole_columns_write(t->comm, file, "", r->n, column, sizeof column / sizeof *column);
}

static odd_status add_results(const odd_training *t, odd_damage_calibration *c, odd_bundle *b)
{
    static const int curves[] = {ODD_CURVE_TRAINING_LOSS, ODD_CURVE_TRAINING_ACCURACY,
                                 ODD_CURVE_HELD_OUT_LOSS, ODD_CURVE_HELD_OUT_ACCURACY,
                                 ODD_CURVE_VALIDATION_LOSS};
    odd_status st;
    ODD_TRY(odd_train_curves_add(&t->curves, sizeof curves / sizeof *curves, curves, b));
    ODD_TRY(add_accuracy(t, b));
    ODD_TRY(add_kinds(t, b));
    ODD_TRY(odd_damage_calibrate(t, c));
    ODD_TRY(odd_damage_calibration_add(t, c, b));
done:
    return st;
}

odd_status odd_damage_result_write(const odd_training *t, odd_file *file)
{
    odd_damage_calibration c = {0};
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY_ALL(t->comm, add_results(t, &c, &b));
    ODD_TRY(odd_damage_trials_add(t, &b));
    ODD_TRY(write_columns(t, &c, file));
    ODD_TRY(odd_bundle_write(file, "/", &b));
done:
    odd_damage_calibration_free(&c);
    odd_bundle_free(&b);
    return st;
}

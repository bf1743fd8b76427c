/* Task classify: networks learn the labels of images. What they are not sure of is odd, and their
 * last hidden layer is a feature (features.source: trained). */
#include "stage/train/classify_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- before training -- */

static int64_t networks(const odd_training_options *o)
{
    return o->folds;
}

static odd_status features(const odd_job *job, const int64_t shape[3], odd_graph **out)
{
    return odd_classify_network(job, 0, shape, out);
}

static int losses(const odd_job *job, const odd_graph *graph, odd_loss loss[ODD_LOSSES])
{
    const odd_classify_options *o = odd_classify_options_of(job);
    int count = 0, deep;
    loss[count++] = (odd_loss){ODD_LOSS_CROSS_ENTROPY, graph->output[0], 1};
    if (o->center_loss > 0 && odd_classify_features(graph, &deep) == ODD_OK)
        loss[count++] = (odd_loss){ODD_LOSS_CENTER, deep, o->center_loss};
    if (o->outlier_loss > 0 && graph->outputs > 1)
        loss[count++] = (odd_loss){ODD_LOSS_BINARY, graph->output[1], o->outlier_loss};
    return count;
}

static void objective(const odd_training *t, odd_train_options *options)
{
    const odd_classify_options *o = odd_classify_options_of(t->run->job);
    options->smoothing = o->smoothing;
    options->center = (odd_center_options){odd_classify_of(t)->classes, o->center_rate};
}

static int monitor(const odd_job *job)
{
    const odd_training_options *o = odd_job_section(job, "train");
    return o->patience > 0 ? ODD_CURVE_VALIDATION_LOSS : -1;
}

static int checkpoint_arrays(const odd_training *t, odd_train_array array[ODD_MAX_TRAIN_ARRAYS])
{
    const odd_classify *c = t->state;
    const int64_t centers = c->networks * c->classes * c->features;
    array[0] = (odd_train_array){"centers", ODD_F32, centers, c->center};
    return c->center ? 1 : 0;
}

/* -- while it learns -- */

static odd_train_split split(const odd_training *t, int64_t number, int64_t row)
{
    const odd_training_options *o = t->options;
    const int32_t fold = odd_classify_of(t)->fold[row];
    if (odd_classify_learns(t, number, row) || odd_classify_learns_outlier(t, number, row))
        return ODD_SPLIT_TRAINING;
    if (fold == number) return ODD_SPLIT_HELD_OUT;
    if (o->patience > 0 && fold == (number + 1) % o->folds) return ODD_SPLIT_VALIDATION;
    return ODD_SPLIT_NONE;
}

static void set_targets(const odd_train_batch *batch, const odd_train_images *images, int64_t at,
                        odd_target target[ODD_LOSSES])
{
    (void)images;
    for (int k = 0; k < ODD_LOSSES; k++) { /* each takes what it needs */
        target[k].label = batch->label + at;
        target[k].value = batch->value + at;
    }
}

static odd_status evaluate(odd_training *t, int64_t number, int64_t epoch, const odd_graph *graph,
                           const odd_train_rows part[ODD_SPLITS])
{
    const odd_train_curves *r = &t->curves;
    double *held = &odd_train_curve(r, ODD_CURVE_HELD_OUT_LOSS, number)[epoch];
    double *right = &odd_train_curve(r, ODD_CURVE_HELD_OUT_ACCURACY, number)[epoch];
    double *choice = &odd_train_curve(r, ODD_CURVE_VALIDATION_LOSS, number)[epoch], unused;
    const double seen = odd_train_curve(r, ODD_CURVE_TRAINING_LOSS, number)[epoch];
    odd_status st;
    ODD_TRY(odd_classify_evaluate(t, graph, &part[ODD_SPLIT_HELD_OUT], held, right));
    ODD_TRY(odd_classify_evaluate(t, graph, &part[ODD_SPLIT_VALIDATION], choice, &unused));
    if (isnan(*held))
        odd_log(ODD_LOG_INFO, "train: epoch %lld: loss %.4f", (long long)epoch + 1, seen);
    else
        odd_log(ODD_LOG_INFO,
                "train: fold %lld, epoch %lld: loss %.4f seen, %.4f held out; %.2f %% right",
                (long long)number + 1, (long long)epoch + 1, seen, *held, 100 * *right);
done:
    return st;
}

/* -- results -- */

static void keep(odd_training *t, int64_t number, const odd_trainer *trainer)
{
    odd_classify *c = t->state;
    int64_t classes, values;
    const float *center = odd_trainer_centers(trainer, &classes, &values);
    if (!center) return;
    ODD_CHECK(c->center && classes == c->classes && values == c->features);
    memcpy(c->center + number * classes * values, center,
           (size_t)(classes * values) * sizeof *center);
}

static odd_status finish(odd_training *t, int64_t number, const odd_graph *graph,
                         const odd_train_rows *held)
{
    odd_status st;
    (void)held;
    ODD_TRY_ALL(t->comm,
                odd_rank(t->comm) == 0 ? odd_classify_networks_write(t, number, graph) : ODD_OK);
done:
    return st;
}

static const odd_task_figure figures[] = {
    {"Labels told right, not learnt from", "accuracy", true},
    {"F1 of classes, mean", "f1", false},
    {"AUC of unknown labels, by softmax", "auc_softmax", false},
    {"AUC of unknown labels, by energy", "auc_energy", false},
    {"AUC of unknown labels, by the largest logit", "auc_max_logit", false},
    {"AUC of unknown labels, by ViM", "auc_vim", false},
    {"AUC of unknown labels, by the second head", "auc_outlier", false},
    {NULL, NULL, false},
};

#define COLUMNS_OF_LOGITS                                                                          \
    {{"softmax", "1 - the largest probability of a class; larger is odder", 1}, "softmax", NULL},  \
        {{"energy", "- log sum exp of the logits; larger is odder", 1}, "energy", NULL},           \
        {{"max_logit", "largest logit; smaller is odder", -1}, "max_logit", NULL},                 \
    {                                                                                              \
        {"vim", "energy and residual of the features (ViM); larger is odder", 1}, "vim", NULL      \
    }

static const odd_task_column *columns(const odd_job *job)
{
    static const odd_task_column one_head[] = {COLUMNS_OF_LOGITS, {{NULL, NULL, 0}, NULL, NULL}};
    static const odd_task_column two_heads[] = {
        COLUMNS_OF_LOGITS,
        {{"outlier", "probability of being odd, by what was verified; larger is odder", 1},
         "outlier",
         NULL},
        {{NULL, NULL, 0}, NULL, NULL},
    };
    return odd_classify_options_of(job)->outlier_loss > 0 ? two_heads : one_head;
}

static void reason(const odd_task_column *column, int c, const double score[], char *buffer,
                   size_t size)
{
    snprintf(buffer, size, "%s %.4g, by the classifier", column[c].column.name, score[c]);
}

const odd_train_task odd_task_classify = {
    .settings = &odd_classify_part,
    .summary = "to tell the labels of images",
    .product = ODD_CLASSIFIER_FEATURES,
    .preset = "inception",
    .figures = figures,
    .starts = true,
    .labelled = true,
    .columns = columns,
    .reason = reason,
    .features = features,
    .check = odd_classify_check,
    .networks = networks,
    .network = odd_classify_network,
    .complete = odd_classify_complete,
    .losses = losses,
    .objective = objective,
    .monitor = monitor,
    .begin = odd_classify_new,
    .end = odd_classify_free,
    .checkpoint_arrays = checkpoint_arrays,
    .split = split,
    .set_targets = set_targets,
    .evaluate = evaluate,
    .keep = keep,
    .finish = finish,
    .write = odd_classify_write,
};

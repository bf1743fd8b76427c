/* Task damage: a network for each fold of the catalogue learns from the other folds to tell images
 * that a program damaged from those as they are, and predicts the one that it has not seen. */
#include "stage/train/damage_training_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>

/* -- before training -- */

static odd_status check(const odd_job *job)
{
    const odd_training_options *o = odd_job_section(job, "train");
    odd_damage_task task = {0};
    if (o->folds < 2)
        return odd_job_fail(job, "train.folds",
                            "task damage needs 2 or more: a network judges what it has not seen");
    if (o->patience > 0 && o->folds < 3)
        return odd_job_fail(job, "train.patience",
                            "needs train.folds: 3 or more, of which one chooses the best epoch");
    odd_status st = odd_damage_task_new(job, &task);
    odd_damage_task_free(&task);
    return st;
}

static int64_t networks(const odd_training_options *o)
{
    return o->folds;
}

static odd_status network(const odd_job *job, int64_t number, const int64_t shape[3],
                          odd_graph **out)
{
    const odd_training_options *o = odd_job_section(job, "train");
    odd_graph *graph = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_train_network(job, "train.network", 3, shape, (int)o->network.count,
                              (const char *const *)o->network.item, odd_train_seed(job, number),
                              &graph));
    const int64_t outputs = odd_tensor_values(&graph->tensor[graph->output[0]]);
    if (outputs > 2)
        ODD_TRY(odd_job_fail(job, "train.network",
                             "the network ends in %lld values; 'dense 1' or 'dense 2' at its end "
                             "tells whether there is damage",
                             (long long)outputs));
    *out = graph;
    graph = NULL;
done:
    odd_graph_free(&graph);
    return st;
}

/* One output, log odds, or two: no damage, damage. */
static int losses(const odd_job *job, const odd_graph *graph, odd_loss loss[ODD_LOSSES])
{
    const int output = graph->output[0];
    const bool one = odd_tensor_values(&graph->tensor[output]) == 1;
    (void)job;
    loss[0] = (odd_loss){one ? ODD_LOSS_BINARY : ODD_LOSS_CROSS_ENTROPY, output, 1};
    return 1;
}

static int monitor(const odd_job *job)
{
    const odd_training_options *o = odd_job_section(job, "train");
    return o->patience > 0 ? ODD_CURVE_VALIDATION_LOSS : -1;
}

static odd_status begin(odd_training *t)
{
    if (t->images.readable < t->options->folds)
        return odd_job_fail(t->run->job, "train.folds", "too few images (%lld) for %lld folds",
                            (long long)t->images.readable, (long long)t->options->folds);
    return odd_damage_result_new(t);
}

static int checkpoint_arrays(const odd_training *t, odd_train_array array[ODD_MAX_TRAIN_ARRAYS])
{
    const odd_damage_result *r = t->state;
    array[0] = (odd_train_array){"as_is", ODD_F64, r->n, r->odds_as_is};
    array[1] = (odd_train_array){"shown", ODD_F64, r->n, r->odds_in_task};
    array[2] = (odd_train_array){"altered", ODD_U8, r->n, r->altered};
    return 3;
}

/* -- while it learns -- */

static odd_train_split split(const odd_training *t, int64_t number, int64_t row)
{
    const odd_training_options *o = t->options;
    const int32_t fold = odd_damage_of(t)->fold[row];
    if (fold == number) return ODD_SPLIT_HELD_OUT;
    if (t->images.held_out[row]) return ODD_SPLIT_NONE;
    if (o->patience > 0 && fold == (number + 1) % o->folds) return ODD_SPLIT_VALIDATION;
    return ODD_SPLIT_TRAINING;
}

static const odd_damage_task *damage(const odd_training *t)
{
    return &odd_damage_of(t)->task;
}

static void set_targets(const odd_train_batch *batch, const odd_train_images *images, int64_t at,
                        odd_target target[ODD_LOSSES])
{
    (void)images;
    target[0] = (odd_target){.label = batch->label + at, .value = batch->value + at};
}

/* Loss and accuracy of the network on images that it does not learn from. @collective */
static odd_status evaluate_rows(odd_training *t, const odd_graph *graph, const odd_train_rows *rows,
                                double *loss, double *accuracy)
{
    double *odds = NULL;
    odd_status st = ODD_OK;
    *loss = *accuracy = NAN;
    if (rows->count == 0) return ODD_OK;
    ODD_TRY_ALL(t->comm, ODD_NEW(odds, t->images.n));
    ODD_TRY(odd_damage_predict(t, graph, rows->count, rows->row, true, odds));
    odd_damage_evaluate(t, rows->count, rows->row, odds, loss, accuracy);
done:
    odd_free(odds);
    return st;
}

static odd_status evaluate(odd_training *t, int64_t number, int64_t epoch, const odd_graph *graph,
                           const odd_train_rows part[ODD_SPLITS])
{
    const odd_train_curves *r = &t->curves;
    double *held = &odd_train_curve(r, ODD_CURVE_HELD_OUT_LOSS, number)[epoch];
    double *right = &odd_train_curve(r, ODD_CURVE_HELD_OUT_ACCURACY, number)[epoch];
    double unused;
    odd_status st;
    ODD_TRY(evaluate_rows(t, graph, &part[ODD_SPLIT_HELD_OUT], held, right));
    ODD_TRY(evaluate_rows(t, graph, &part[ODD_SPLIT_VALIDATION],
                          &odd_train_curve(r, ODD_CURVE_VALIDATION_LOSS, number)[epoch], &unused));
    odd_log(ODD_LOG_INFO,
            "train: fold %lld, epoch %lld: loss %.4f seen, %.4f held out; %.2f %% right",
            (long long)number + 1, (long long)epoch + 1,
            odd_train_curve(r, ODD_CURVE_TRAINING_LOSS, number)[epoch], *held, 100 * *right);
done:
    return st;
}

/* -- results -- */

/* Predict the fold that the network has not seen. @collective */
static odd_status finish(odd_training *t, int64_t number, const odd_graph *graph,
                         const odd_train_rows *held)
{
    char name[32];
    odd_status st;
    snprintf(name, sizeof name, "fold-%lld", (long long)number + 1);
    ODD_TRY(
        odd_damage_predict(t, graph, held->count, held->row, false, odd_damage_of(t)->odds_as_is));
    ODD_TRY(
        odd_damage_predict(t, graph, held->count, held->row, true, odd_damage_of(t)->odds_in_task));
    ODD_TRY_ALL(t->comm, odd_rank(t->comm) == 0 ? odd_train_network_write(t, graph, name) : ODD_OK);
done:
    return st;
}

/* The network of a fold, as odd_train_network_write() has written it. */
static odd_status read_network(const odd_run *run, int64_t number, int height, int width,
                               int channels, char **path, odd_graph **out)
{
    char name[64];
    odd_status st;
    snprintf(name, sizeof name, "networks/fold-%lld.onnx", (long long)number + 1);
    ODD_TRY(odd_run_path(run, name, path));
    ODD_TRY(odd_damage_network_read(*path, height, width, channels, out));
done:
    return st;
}

static const odd_task_heat heat = {.network = "fold", .log_odds = "log_odds", .read = read_network};

static const odd_task_figure figures[] = {
    {"Told right, held out", "accuracy", true},
    {"Attainable", "attainable", true},
    {"Found of what damage alters", "accuracy_altered", true},
    {"AUC of damage, held out", "auc", false},
    {"Damaged, it seems", "share", true},
    {NULL, NULL, false},
};

enum { PROBABILITY = 1 }; /* of the columns */

static const odd_task_column *columns(const odd_job *job)
{
    static const odd_task_column column[] = {
        {{"damage", "log odds of damage, by a network that has not seen the image", 1},
         "log_odds",
         NULL},
        {{"damage_probability", "of damage, calibrated, with the share of score.damage_share", 0},
         "probability",
         "calibrated"},
        {{NULL, NULL, 0}, NULL, NULL},
    };
    (void)job;
    return column;
}

static void reason(const odd_task_column *column, int c, const double score[], char *buffer,
                   size_t size)
{
    (void)column, (void)c;
    snprintf(buffer, size, "damage of probability %.3f, by a network that has not seen the image",
             score[PROBABILITY]);
}

const odd_train_task odd_task_damage = {
    .settings = &odd_damage_part,
    .summary = "to tell images that a program damaged from those as they are",
    .product = "networks/fold-1.onnx",
    .preset = "inception",
    .heat = &heat,
    .figures = figures,
    .columns = columns,
    .reason = reason,
    .check = check,
    .networks = networks,
    .network = network,
    .losses = losses,
    .monitor = monitor,
    .begin = begin,
    .end = odd_damage_result_free,
    .checkpoint_arrays = checkpoint_arrays,
    .split = split,
    .damage = damage,
    .set_targets = set_targets,
    .evaluate = evaluate,
    .finish = finish,
    .write = odd_damage_result_write,
};

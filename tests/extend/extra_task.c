/* Task `copy`: one network learns to give back the levels of an image; where it cannot, the image
 * is odd. */
#include "oddlot/run/columns.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    double weight;
} copy_options;

static const odd_option table[] = {
    ODD_REAL(copy_options, weight, "1", 1e-3, 1e3, "of the loss"),
    ODD_OPTIONS_END,
};

static const odd_part settings = {"copy", "A network that gives images back", table,
                                  sizeof(copy_options)};

static odd_status check(const odd_job *job)
{
    (void)job;
    return ODD_OK;
}

static int64_t networks(const odd_training_options *options)
{
    (void)options;
    return 1;
}

static odd_status network(const odd_job *job, int64_t number, const int64_t shape[3],
                          odd_graph **out)
{
    const odd_training_options *o = odd_job_section(job, "train");
    return odd_train_network(job, "train.network", 3, shape, (int)o->network.count,
                             (const char *const *)o->network.item, odd_train_seed(job, number),
                             out);
}

static int losses(const odd_job *job, const odd_graph *graph, odd_loss loss[ODD_LOSSES])
{
    const copy_options *o = odd_part_options(job, "train", settings.name);
    loss[0] = (odd_loss){ODD_LOSS_SQUARED, graph->output[0], (float)o->weight};
    return 1;
}

static int monitor(const odd_job *job)
{
    (void)job;
    return -1;
}

static odd_status begin(odd_training *t)
{
    double *error = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(error, t->images.n));
    for (int64_t i = 0; i < t->images.n; i++)
        error[i] = NAN;
    t->state = error;
done:
    return st;
}

static void end(odd_training *t)
{
    odd_free(t->state);
    t->state = NULL;
}

static odd_train_split split(const odd_training *t, int64_t number, int64_t row)
{
    (void)number;
    return t->images.held_out[row] ? ODD_SPLIT_HELD_OUT : ODD_SPLIT_TRAINING;
}

static void set_targets(const odd_train_batch *batch, const odd_train_images *images, int64_t at,
                        odd_target target[ODD_LOSSES])
{
    target[0].value = batch->input + at * images->bytes;
}

static odd_status evaluate(odd_training *t, int64_t number, int64_t epoch, const odd_graph *graph,
                           const odd_train_rows rows[ODD_SPLITS])
{
    (void)t, (void)number, (void)epoch, (void)graph, (void)rows;
    return ODD_OK;
}

static odd_status finish(odd_training *t, int64_t number, const odd_graph *graph,
                         const odd_train_rows *held)
{
    const odd_loss squared = {ODD_LOSS_SQUARED, graph->output[0], 1};
    const odd_train_images *images = &t->images;
    double *error = NULL, *all = t->state;
    odd_status st;
    (void)number, (void)held;
    ODD_TRY_ALL(t->comm, ODD_NEW(error, images->readable));
    ODD_TRY(odd_train_objective(t, graph, 1, &squared, images->readable, images->row, error));
    for (int64_t i = 0; i < images->readable; i++)
        all[images->row[i]] = error[i];
    ODD_TRY_ALL(t->comm,
                odd_rank(t->comm) == 0 ? odd_train_network_write(t, graph, "copy") : ODD_OK);
done:
    odd_free(error);
    return st;
}

static odd_status write(const odd_training *t, odd_file *file)
{
    const int64_t n = t->images.n, mine = odd_rank(t->comm) == 0 ? n : 0;
    return odd_column_write(file, "error", ODD_F64, n, 0, mine, t->state,
                            "squared error of a level; NaN: not readable", "");
}

static const odd_task_column *columns(const odd_job *job)
{
    static const odd_task_column column[] = {
        {{"copy_error", "squared error of a level; larger is odder", 1}, "error", NULL},
        {{NULL, NULL, 0}, NULL, NULL},
    };
    (void)job;
    return column;
}

static void reason(const odd_task_column *column, int c, const double score[], char *buffer,
                   size_t size)
{
    snprintf(buffer, size, "%s %.4g", column[c].column.name, score[c]);
}

const odd_train_task extra_task = {
    .settings = &settings,
    .summary = "to give images back",
    .product = "networks/copy.onnx",
    .preset = "unit",
    .columns = columns,
    .reason = reason,
    .check = check,
    .networks = networks,
    .network = network,
    .losses = losses,
    .monitor = monitor,
    .begin = begin,
    .end = end,
    .split = split,
    .set_targets = set_targets,
    .evaluate = evaluate,
    .finish = finish,
    .write = write,
};

/* The network of a training and how it learns, as the section `train` says. */
#include "training_internal.h"

#include "oddlot/base/random.h"

#include <math.h>

odd_loss odd_training_loss(const odd_graph *graph)
{
    const int output = graph->output[0];
    const bool one = odd_tensor_values(&graph->tensor[output]) == 1;
    return (odd_loss){one ? ODD_LOSS_BINARY : ODD_LOSS_CROSS_ENTROPY, output, 1};
}

/* Weights of folds have nothing in common. */
static uint64_t fold_seed(const odd_job *job, int fold)
{
    const odd_run_options *run = odd_job_section(job, "");
    uint32_t bits[4];
    odd_philox((uint64_t)run->seed, ODD_STREAM_FOLDS, (uint64_t)fold, 1, bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

static odd_status at(const odd_job *job, const char *key, odd_status st)
{
    return st == ODD_ARG ? odd_job_fail(job, key, "%s", odd_fail_reason()) : st;
}

odd_status odd_train_network(const odd_job *job, int fold, int width, int height, int channels,
                             odd_graph **out)
{
    const odd_training_options *o = odd_job_section(job, "train");
    const int64_t shape[3] = {channels, height, width};
    odd_graph *graph = NULL;
    odd_initial initial;
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_initial_find(o->initial, &initial));
    ODD_TRY(at(job, "train.network",
               odd_network_new(o->task, 3, shape, (int)o->network.count,
                               (const char *const *)o->network.item, initial, fold_seed(job, fold),
                               &graph)));
    const int64_t outputs = odd_tensor_values(&graph->tensor[graph->output[0]]);
    if (outputs > 2)
        ODD_TRY(odd_job_fail(job, "train.network",
                             "the network ends in %lld values; 'dense 1' or 'dense 2' at its end "
                             "tells whether there is damage",
                             (long long)outputs));
    ODD_TRY(odd_graph_note(graph, "oddlot.preset", "inception"));
    *out = graph;
    graph = NULL;
done:
    odd_graph_free(&graph);
    return st;
}

static int64_t steps(double epochs, int64_t steps_per_epoch)
{
    return (int64_t)llround(epochs * (double)steps_per_epoch);
}

static odd_status make_schedule(const odd_training_options *o, int64_t steps_per_epoch,
                                odd_schedule *out)
{
    *out = (odd_schedule){
        .rate = o->rate,
        .warm_up = steps(o->warm_up, steps_per_epoch),
        .steps = o->epochs * steps_per_epoch,
        .last_rate = o->last_rate,
        .every = o->every * steps_per_epoch,
        .factor = o->factor,
    };
    odd_status st = odd_schedule_find(o->schedule, &out->kind);
    return st == ODD_OK ? odd_schedule_check(out) : st;
}

odd_status odd_train_method(const odd_job *job, int64_t steps_per_epoch, odd_train_options *options,
                            odd_schedule *schedule)
{
    const odd_training_options *o = odd_job_section(job, "train");
    odd_optimizer_kind kind;
    odd_status st;
    ODD_TRY(at(job, "train.optimizer", odd_optimizer_find(o->optimizer, &kind)));
    *options = odd_train_defaults(kind);
    options->seed = (uint64_t)((const odd_run_options *)odd_job_section(job, ""))->seed;
    options->optimizer.momentum = o->momentum;
    options->optimizer.weight_decay = o->weight_decay;
    options->optimizer.clip = o->clip;
    ODD_TRY(at(job, "train.optimizer", odd_optimizer_check(&options->optimizer)));
    ODD_TRY(at(job, "train.schedule", make_schedule(o, steps_per_epoch, schedule)));
done:
    return st;
}

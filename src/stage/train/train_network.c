/* The networks of a training and how they learn, as the section `train` says. */
#include "oddlot/learn/network_precision.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/onnx.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

uint64_t odd_train_seed(const odd_job *job, int64_t number)
{
    const odd_run_options *run = odd_job_section(job, "");
    uint32_t bits[4];
    odd_philox((uint64_t)run->seed, ODD_STREAM_FOLDS, (uint64_t)number, 1, bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

/* A fault of an argument becomes one of the setting `key`. */
static odd_status fail_at(const odd_job *job, const char *key, odd_status st)
{
    return st == ODD_ARG ? odd_job_fail(job, key, "%s", odd_fail_reason()) : st;
}

odd_status odd_train_network(const odd_job *job, const char *key, int rank, const int64_t shape[],
                             int items, const char *const item[], uint64_t seed, odd_graph **out)
{
    const odd_training_options *o = odd_job_section(job, "train");
    odd_layer_list dropping = {0};
    odd_initial initial;
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_initial_find(o->initial, &initial));
    if (o->drop_path > 0 && strcmp(key, "train.network") == 0) {
        ODD_TRY(fail_at(job, "train.drop_path",
                        odd_train_drop_paths(items, item, o->drop_path, &dropping)));
        items = dropping.count;
        item = (const char *const *)dropping.item;
    }
    ODD_TRY(
        fail_at(job, key, odd_network_new(o->task, rank, shape, items, item, initial, seed, out)));
done:
    odd_layer_list_free(&dropping);
    return st;
}

odd_status odd_train_network_extend(const odd_job *job, const char *key, int items,
                                    const char *const item[], uint64_t seed, odd_graph *graph)
{
    const odd_training_options *o = odd_job_section(job, "train");
    odd_initial initial;
    odd_status st;
    ODD_TRY(odd_initial_find(o->initial, &initial));
    ODD_TRY(fail_at(job, key, odd_network_extend(graph, items, item, initial, seed)));
done:
    return st;
}

odd_status odd_train_network_write(const odd_training *t, const odd_graph *graph, const char *name)
{
    char file[64], *path = NULL;
    odd_status st;
    ODD_TRY(odd_run_path(t->run, "networks", &path));
    ODD_TRY(odd_folder_make(path));
    odd_free(path);
    path = NULL;
    snprintf(file, sizeof file, "networks/%s.onnx", name);
    ODD_TRY(odd_run_path(t->run, file, &path));
    ODD_TRY(odd_onnx_write(graph, path));
done:
    odd_free(path);
    return st;
}

static int64_t steps_of(double epochs, int64_t steps_per_epoch)
{
    return (int64_t)llround(epochs * (double)steps_per_epoch);
}

static odd_status make_schedule(const odd_training_options *o, int64_t steps_per_epoch,
                                odd_schedule *out)
{
    *out = (odd_schedule){
        .rate = o->rate,
        .warm_up = steps_of(o->warm_up, steps_per_epoch),
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
    ODD_TRY(fail_at(job, "train.optimizer", odd_optimizer_find(o->optimizer, &kind)));
    *options = odd_train_defaults(kind);
    options->seed = (uint64_t)((const odd_run_options *)odd_job_section(job, ""))->seed;
    options->optimizer.momentum = o->momentum;
    options->optimizer.weight_decay = o->weight_decay;
    options->optimizer.clip = o->clip;
    ODD_TRY(
        fail_at(job, "train.precision", odd_precision_of_name(o->precision, &options->precision)));
    ODD_TRY(fail_at(job, "train.optimizer", odd_optimizer_check(&options->optimizer)));
    ODD_TRY(fail_at(job, "train.schedule", make_schedule(o, steps_per_epoch, schedule)));
done:
    return st;
}

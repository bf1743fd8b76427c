/* The code of the auto-encoder that this job trains, or the last hidden layer of its belief
 * network or classifier, as the feature source. */
#include "oddlot/learn/network_precision.h"
#include "oddlot/nn/networks.h"
#include "stage/features/feature_network_internal.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"

typedef struct {
    char *precision;
    int64_t batch;
} trained_options;

static const odd_option table[] = {
    ODD_CHOICE(trained_options, precision, "f32", odd_precision_names,
               "of convolutions; auto: bf16 where the CPU has AMX"),
    ODD_INT(trained_options, batch, "64", 1, 4096, "images that go through at a time"),
    ODD_OPTIONS_END,
};

/* What it was trained on is in its notes. */
static odd_feature_network network_of(const trained_options *o, const char *model)
{
    return (odd_feature_network){.model = model,
                                 .layer = "",
                                 .precision = o->precision,
                                 .batch = o->batch,
                                 .input = {.preset = "model", .order = "model"},
                                 .pool = {.pool = "none"}};
}

static odd_status check_trained(const odd_job *job)
{
    const odd_status st = odd_networks_check(job, "features.source");
    if (st != ODD_OK) return st;
    if (!odd_trains(job))
        return odd_job_fail(job, "features.source",
                            "it is of the network that the job trains, and this job trains none: "
                            "write train.network");
    if (!odd_train_task_of(job)->features)
        return odd_job_fail(
            job, "features.source",
            "it is of one auto-encoder, belief network or classifier, so train.task must be "
            "autoencoder, belief or classify: networks of task %s are several, each for some "
            "images, and their numbers cannot be compared",
            odd_train_task_of(job)->settings->name);
    return ODD_OK;
}

/* The network need not be there yet. */
odd_status odd_feature_trained_graph(const odd_job *job, const odd_image_form *form,
                                     odd_graph **out)
{
    const int64_t shape[3] = {form->channels, form->height, form->width};
    const odd_status st = check_trained(job);
    return st == ODD_OK ? odd_train_task_of(job)->features(job, shape, out) : st;
}

static odd_status plan_trained(const odd_job *job, const void *options, const odd_image_form *form,
                               odd_feature_needs *out)
{
    odd_graph *encoder = NULL;
    odd_status st;
    ODD_TRY(odd_feature_trained_graph(job, form, &encoder));
    const odd_feature_network given = network_of(options, odd_train_task_of(job)->product);
    const int64_t width = odd_tensor_values(&encoder->tensor[encoder->output[0]]);
    *out = odd_feature_network_needs(&given, encoder, (int)width);
done:
    odd_graph_free(&encoder);
    return st;
}

static odd_status open_trained(const odd_run *run, const void *options, const odd_image_form *form,
                               odd_feature_needs *needs, void **state)
{
    odd_feature_network given;
    char *path = NULL;
    odd_status st;
    *state = NULL;
    ODD_TRY(odd_run_path(run, odd_train_task_of(run->job)->product, &path));
    given = network_of(options, path);
    ODD_TRY(odd_feature_network_open(&given, form, needs, state));
done:
    odd_free(path);
    return st;
}

const odd_feature_source odd_feature_trained = {
    .name = "trained",
    .summary =
        "the code of the network that the job trains (train.task: autoencoder, belief, classify)",
    .slow = true,
    .options = table,
    .options_size = sizeof(trained_options),
    .trained = true,
    .plan = plan_trained,
    .open = open_trained,
    .extract = odd_feature_network_extract,
    .close = odd_feature_network_close,
};

/* Start: the layers of a file with which the networks of a training begin. */
#include "stage/train/training_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/nn/onnx.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

static const odd_training_options *options_of(const odd_job *job)
{
    return odd_job_section(job, "train");
}

bool odd_train_starts(const odd_job *job)
{
    return *options_of(job)->start != '\0';
}

static odd_status check_images(const odd_job *job, const int64_t shape[3], const odd_graph *graph)
{
    const odd_tensor *in = &graph->tensor[graph->input];
    if (in->rank != 4 || !in->batched)
        return odd_job_fail(job, "train.start", "it does not read batches of images");
    if (in->shape[1] != shape[0])
        return odd_job_fail(job, "train.start",
                            "it wants %lld channels, the stored images have %lld: set "
                            "image.channels",
                            (long long)in->shape[1], (long long)shape[0]);
    if (in->shape[2] != shape[1] || in->shape[3] != shape[2])
        return odd_job_fail(
            job, "train.start",
            "it wants images of %lld x %lld, stored are %lld x %lld: set image.size",
            (long long)in->shape[3], (long long)in->shape[2], (long long)shape[2],
            (long long)shape[1]);
    return ODD_OK;
}

/* A backbone without a classifier is taken whole. */
static odd_status cut_classifier(odd_graph *graph)
{
    int tensor;
    if (odd_graph_find(graph, "penultimate", &tensor) != ODD_OK)
        tensor = graph->output[graph->outputs - 1];
    return odd_graph_cut(graph, tensor);
}

static void freeze(odd_graph *graph)
{
    for (int t = 0; t < graph->tensors; t++)
        graph->tensor[t].stays = graph->tensor[t].data != NULL;
}

static odd_status drop_paths(const odd_job *job, odd_graph *graph)
{
    const double most = options_of(job)->drop_path;
    odd_status st;
    int sums;
    if (most == 0) return ODD_OK;
    ODD_TRY(odd_graph_drop_paths(graph, most, &sums));
    if (sums == 0)
        st = odd_job_fail(job, "train.drop_path",
                          "the network of train.start has no sum, before which a branch could be "
                          "dropped");
done:
    return st;
}

odd_status odd_train_start(const odd_job *job, const int64_t shape[3], odd_graph **out)
{
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_onnx_read_sized(options_of(job)->start, shape[1], shape[2], out));
    ODD_TRY(check_images(job, shape, *out));
    ODD_TRY(cut_classifier(*out));
    if (options_of(job)->freeze) freeze(*out);
    ODD_TRY(drop_paths(job, *out));
done:
    if (st != ODD_OK) odd_graph_free(out);
    return st;
}

odd_status odd_train_start_levels(const odd_job *job, const int64_t shape[3], odd_input *levels)
{
    const odd_input_options options = {.preset = "model", .order = "model"};
    odd_graph *graph = NULL;
    odd_text words = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(odd_train_start(job, shape, &graph));
    ODD_TRY(odd_input_make(&options, graph, (int)shape[0], levels, &words));
    odd_log(ODD_LOG_INFO, "train: levels are scaled as %s", odd_text_string(&words));
done:
    odd_text_free(&words);
    odd_graph_free(&graph);
    return st;
}

odd_status odd_train_start_digest(odd_run *run, odd_hash *digest)
{
    odd_status st;
    *digest = ODD_HASH_START;
    if (!odd_train_starts(run->job)) return ODD_OK;
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0
                               ? odd_onnx_digest(options_of(run->job)->start, digest)
                               : ODD_OK);
    odd_broadcast(run->comm, 0, digest, sizeof *digest);
done:
    return st;
}

/* Bench case of training: epochs of a known network, or of one in a file, over random images,
 * batches cut into shards over all ranks and threads, gradients summed in their tree. */
#include "bench/bench_internal.h"
#include "oddlot/learn/gradient.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/onnx.h"
#include "oddlot/par/agree.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MOST_ITEMS = 16, CLASSES = 2 };

/* Networks that other programs are timed with too (tests/bench/peers.py). */
static const struct {
    const char *name;
    int rank;
    int64_t shape[3];
    odd_loss_kind loss;
    const char *item[MOST_ITEMS];
} networks[] = {
    {"cnn",
     3,
     {1, 64, 64},
     ODD_LOSS_CROSS_ENTROPY,
     {"conv 8 5x5", "leaky_relu 0.01", "max_pool 2", "conv 8 5x5", "leaky_relu 0.01", "max_pool 2",
      "dense 2"}},
    {"autoencoder",
     3,
     {1, 28, 28},
     ODD_LOSS_SQUARED,
     {"conv 32 5x5 stride 2 pad 2", "relu", "conv 64 5x5 stride 2 pad 2", "relu",
      "conv 128 3x3 stride 2", "relu", "dense 10", "l2_norm", "dense 1152", "relu",
      "reshape 128x3x3", "conv_transpose 64 3x3 stride 2", "relu",
      "conv_transpose 32 5x5 stride 2 pad 2 output_pad 1", "relu",
      "conv_transpose 1 5x5 stride 2 pad 2 output_pad 1"}},
    {"lenet",
     3,
     {1, 28, 28},
     ODD_LOSS_CROSS_ENTROPY,
     {"conv 20 5x5", "relu", "max_pool 2", "conv 50 5x5", "relu", "max_pool 2", "dense 500", "relu",
      "dense 10"}},
    {"dense",
     1,
     {784},
     ODD_LOSS_SQUARED,
     {"dense 500", "leaky_relu", "dense 500", "leaky_relu", "dense 2000", "leaky_relu", "dense 10",
      "dense 2000", "leaky_relu", "dense 500", "leaky_relu", "dense 500", "leaky_relu",
      "dense 784"}},
};
enum { NETWORKS = sizeof networks / sizeof *networks };

/* A training with its data: n images. */
typedef struct {
    MPI_Comm comm;
    int64_t n, batch, values; /* values of an image */
    odd_graph *graph;
    odd_trainer *trainer;
    odd_gradient gradient;
    float *images;
    int32_t *label;
} training;

static void training_close(training *t)
{
    odd_free(t->images);
    odd_free(t->label);
    odd_gradient_close(&t->gradient);
    odd_trainer_free(&t->trainer);
    odd_graph_free(&t->graph);
}

static odd_status find_network(const char *name, int *found)
{
    *found = 0;
    for (int i = 0; name && i < NETWORKS; i++) {
        *found = i;
        if (strcmp(networks[i].name, name) == 0) return ODD_OK;
    }
    return odd_fail(ODD_USAGE, "bench train wants network=cnn, autoencoder, lenet or dense, or "
                               "file=MODEL.onnx");
}

static odd_status make_network(training *t, int which)
{
    int items = 0;
    while (items < MOST_ITEMS && networks[which].item[items])
        items++;
    return odd_network_new(networks[which].name, networks[which].rank, networks[which].shape, items,
                           networks[which].item, ODD_INITIAL_HE, 1, &t->graph);
}

/* The network of a file is a classifier; the last of its outputs is a value for each class. */
static odd_status make_graph(const odd_bench_settings *s, training *t, odd_loss_kind *loss)
{
    odd_status st;
    int which = 0;
    if (!s->file) ODD_TRY(find_network(s->network, &which));
    *loss = s->file ? ODD_LOSS_CROSS_ENTROPY : networks[which].loss;
    ODD_TRY(s->file ? odd_onnx_read_sized(s->file, s->size, s->size, &t->graph)
                    : make_network(t, which));
    const int logits = t->graph->output[t->graph->outputs - 1];
    if (*loss == ODD_LOSS_CROSS_ENTROPY && odd_tensor_values(&t->graph->tensor[logits]) < CLASSES)
        st = odd_fail(ODD_USAGE, "the last output of '%s' is no row of %d classes or more", s->file,
                      CLASSES);
done:
    return st;
}

static odd_status make_trainer(const odd_bench_settings *s, training *t, odd_precision precision)
{
    odd_status st;
    odd_loss_kind kind;
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    options.precision = precision;
    ODD_TRY(make_graph(s, t, &kind));
    const odd_loss loss = {kind, t->graph->output[t->graph->outputs - 1], 1};
    ODD_TRY(odd_trainer_new(t->graph, 1, &loss, &options, &t->trainer));
    t->values = odd_tensor_values(&t->graph->tensor[t->graph->input]);
done:
    return st;
}

static odd_status make_data(training *t)
{
    odd_status st;
    ODD_TRY(ODD_NEW(t->images, t->n * t->values));
    ODD_TRY(ODD_NEW(t->label, t->n));
    for (int64_t i = 0; i < t->n * t->values; i++)
        t->images[i] = (float)odd_uniform(1, ODD_STREAM_GENERATE, (uint64_t)i, 0);
    for (int64_t i = 0; i < t->n; i++)
        t->label[i] = (int32_t)odd_below(CLASSES, 2, ODD_STREAM_GENERATE, (uint64_t)i, 0);
done:
    return st;
}

static odd_status training_open(const odd_bench_settings *s, training *t)
{
    odd_status st;
    odd_precision precision;
    ODD_TRY(odd_bench_precision(s, ODD_PRECISION_F32, &precision));
    if (s->batch > s->n || s->shards > s->batch)
        return odd_fail(ODD_USAGE, "bench train wants shards <= batch <= n");
    t->n = s->n;
    t->batch = s->batch;
    ODD_TRY(make_trainer(s, t, precision));
    ODD_TRY(odd_gradient_open(t->comm, t->trainer, (int)s->shards, &t->gradient));
    ODD_TRY(make_data(t));
done:
    return st;
}

/* My shards of the batch that begins with image `first`. */
static void fill_shards(training *t, int64_t first)
{
    odd_gradient *g = &t->gradient;
    odd_gradient_cut(g, t->batch);
    for (int s = 0; s < g->mine; s++) {
        int64_t at, count;
        odd_gradient_range(g, t->batch, s, &at, &count);
        const float *images = t->images + (first + at) * t->values;
        g->shard[s] = (odd_shard){.images = count,
                                  .input = images,
                                  .target = {{.label = t->label + first + at, .value = images}}};
    }
}

static odd_status run_epoch(training *t)
{
    odd_tally total;
    odd_status st = ODD_OK;
    for (int64_t first = 0; first + t->batch <= t->n; first += t->batch) {
        fill_shards(t, first);
        ODD_TRY(odd_gradient_step(&t->gradient, t->batch, 1e-3, &total));
    }
done:
    return st;
}

static odd_status train_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    training *t = context;
    odd_status st;
    const double started = odd_bench_start(t->comm);
    const clock_t cpu = clock();
    ODD_TRY(run_epoch(t));
    const double worked = (double)(clock() - cpu) / CLOCKS_PER_SEC; /* all threads of this rank */
    took->seconds = odd_bench_stop(t->comm, started);
    snprintf(took->more, sizeof took->more,
             ", \"network\": \"%s\", \"precision\": \"%s\", \"seconds_per_1000\": %.4f, "
             "\"cpu_seconds\": %.4f",
             s->file ? "file" : s->network, s->precision ? s->precision : "f32",
             1000 * took->seconds / (double)(s->n / s->batch * s->batch), worked);
done:
    return st;
}

static odd_status run_train(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    training t = {.comm = comm};
    odd_status st;
    ODD_TRY_ALL(comm, training_open(s, &t));
    ODD_TRY(run_epoch(&t)); /* makes the tapes */
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, train_once, &t));
done:
    training_close(&t);
    return st;
}

const odd_bench_case odd_bench_train = {
    .name = "train",
    .summary = "an epoch of Adam over n images; network: cnn, autoencoder, lenet, dense; or\n"
               "            file: a classifier, size: of its images, where the file leaves it open",
    .keys = "network=NAME file=MODEL size= n=2048 batch=256 shards=8 precision=f32 repeat=2",
    .run = run_train,
};

/* How `head` learns: a small network on scaled rows, epoch after epoch, all ranks together. */
#include "detect/head_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/learn/learner.h"
#include "oddlot/nn/network.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/fetch.h"

#include <stdio.h>
#include <string.h>

enum { SHARDS = 4 }; /* parts of a batch that threads and ranks work on */

/* My part of a batch. */
typedef struct {
    const odd_head_rows *from;
    const double *mean, *scale; /* (d) */
    double times[2];            /* how much a theme row and an odd one weigh */
    int d;
    odd_fetch *fetch;
    int64_t *row;               /* (most) numbers of rows */
    float *x, *kind, *times_of; /* (most, d), (most), (most) */
} head_batch;

/* @collective */
static odd_status load_batch(void *context, int64_t count, const int64_t number[], uint32_t epoch)
{
    head_batch *b = context;
    odd_status st;
    (void)epoch;
    for (int64_t i = 0; i < count; i++) {
        const uint8_t kind = b->from->kind[number[i]];
        b->row[i] = b->from->row[number[i]];
        b->kind[i] = kind;
        b->times_of[i] = (float)b->times[kind];
    }
    ODD_TRY(odd_fetch_rows(b->fetch, count, b->row, b->x));
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < b->d; j++) {
            float *x = &b->x[i * b->d + j];
            *x = (float)(((double)*x - b->mean[j]) * b->scale[j]);
        }
done:
    return st;
}

static void set_shard(const void *context, int64_t at, odd_shard *shard)
{
    const head_batch *b = context;
    shard->input = b->x + at * b->d;
    shard->weight = b->times_of + at;
    shard->target[0].value = b->kind + at;
}

/* dense w, relu, ... dense 1 */
static odd_status new_graph(const odd_head_options *o, int d, uint64_t seed, odd_graph **out)
{
    const char *item[2 * ODD_HEAD_MOST_LAYERS + 1];
    const int64_t shape[1] = {d};
    char dense[32];
    int items = 0;
    snprintf(dense, sizeof dense, "dense %lld", (long long)o->width);
    for (int64_t l = 0; l < o->layers; l++) {
        item[items++] = dense;
        item[items++] = "relu";
    }
    item[items++] = "dense 1";
    return odd_network_new("head", 1, shape, items, item, ODD_INITIAL_HE, seed, out);
}

static odd_status open_learner(const odd_head_options *o, const odd_rows *rows, uint64_t seed,
                               head_batch *batch, odd_learner *l)
{
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAMW);
    odd_graph *graph = NULL;
    odd_status st;
    options.seed = seed;
    options.optimizer.weight_decay = o->weight_decay;
    ODD_TRY(ODD_NEW(l->row, l->count));
    for (int64_t i = 0; i < l->count; i++)
        l->row[i] = i;
    l->schedule = (odd_schedule){.kind = ODD_SCHEDULE_COSINE,
                                 .rate = o->rate,
                                 .steps = o->epochs * ((l->count + l->batch - 1) / l->batch)};
    ODD_TRY(new_graph(o, rows->d, seed, &graph));
    const odd_loss loss = {ODD_LOSS_BINARY, graph->output[0], 1};
    ODD_TRY(odd_learner_open(l, graph, 1, &loss, &options));
    ODD_TRY(odd_fetch_new(rows, l->batch < l->count ? l->batch : l->count, &batch->fetch));
    const int64_t most = odd_learner_max_rows(l);
    ODD_TRY(ODD_NEW(batch->row, most));
    ODD_TRY(ODD_NEW(batch->x, most * rows->d));
    ODD_TRY(ODD_NEW(batch->kind, most));
    ODD_TRY(ODD_NEW(batch->times_of, most));
done:
    odd_graph_free(&graph);
    return st;
}

static void close_learner(head_batch *batch, odd_learner *l)
{
    odd_learner_close(l);
    odd_free(l->row);
    odd_fetch_free(&batch->fetch);
    odd_free(batch->row);
    odd_free(batch->x);
    odd_free(batch->kind);
    odd_free(batch->times_of);
}

/* -- weights -- */

static odd_status save_constant(odd_bundle *b, const char *name, const char *about,
                                const odd_tensor *t, int rank)
{
    const int64_t count = odd_tensor_values(t);
    const odd_shape shape = {ODD_F64, 0, rank, {rank == 1 ? count : t->shape[0], t->shape[1]}};
    double *to;
    const odd_status st = odd_bundle_add_shape(b, name, about, &shape, &to);
    for (int64_t i = 0; st == ODD_OK && i < count; i++)
        to[i] = (double)t->data[i];
    return st;
}

/* The products of the network, from the first on. */
static odd_status save_weights(const odd_graph *graph, odd_bundle *model)
{
    char weight[32], bias[32];
    int number = 0;
    odd_status st = ODD_OK;
    for (int l = 0; l < graph->layers; l++) {
        const odd_layer *layer = &graph->layer[l];
        if (layer->kind != ODD_LAYER_GEMM) continue;
        odd_head_names(number++, weight, bias);
        ODD_TRY(save_constant(model, weight, "weights, inputs by outputs",
                              &graph->tensor[layer->input[1]], 2));
        ODD_TRY(save_constant(model, bias, "is added", &graph->tensor[layer->input[2]], 1));
    }
    ODD_TRY(odd_bundle_add_i64(model, "layers", "hidden layers", number - 1));
done:
    return st;
}

odd_status odd_head_train(const odd_head_options *o, const odd_rows *rows,
                          const odd_head_rows *from, const double mean[], const double scale[],
                          uint64_t seed, odd_bundle *model)
{
    const double n = (double)from->count, odd = (double)from->odd;
    head_batch batch = {.from = from, .mean = mean, .scale = scale, .times = {1, 1}, .d = rows->d};
    odd_learner l = {.comm = rows->comm,
                     .seed = seed,
                     .batch = o->batch,
                     .shards = (int)(SHARDS < o->batch ? SHARDS : o->batch),
                     .count = from->count,
                     .dataset = {&batch, load_batch, set_shard}};
    odd_progress *progress = odd_progress_start(rows->comm, "fit", "rows", o->epochs * l.count);
    odd_graph *graph = NULL;
    odd_tally sum;
    odd_status st;
    if (o->balance) {
        batch.times[0] = n / 2 / (n - odd);
        batch.times[1] = n / 2 / odd;
    }
    ODD_TRY_ALL(rows->comm, open_learner(o, rows, seed, &batch, &l));
    for (int64_t epoch = 1; epoch <= o->epochs; epoch++)
        ODD_TRY(odd_learner_epoch(&l, epoch, progress, &sum));
    ODD_TRY_ALL(rows->comm, odd_trainer_graph(l.trainer, &graph));
    ODD_TRY_ALL(rows->comm, save_weights(graph, model));
done:
    odd_progress_stop(&progress);
    close_learner(&batch, &l);
    odd_graph_free(&graph);
    return st;
}

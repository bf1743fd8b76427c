/* Training: known answers of PyTorch, the same bits on any number of threads, state, failures. */
#include "net_check.h"
#include "oddlot_test.h"
#include "train_data.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/net.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"

#include "nn/graph/names_internal.h"
#include "nn/train/trainer_internal.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *odd_test_name = "nn.train";

/* ---- Helpers ---- */

static odd_graph *network(int items, const char *const item[])
{
    static const int64_t shape[] = {2, 8, 8};
    odd_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 3, shape, items, item, ODD_INITIAL_HE, 7, &g),
                          ODD_OK);
    return g;
}
#define NETWORK(item) network((int)(sizeof(item) / sizeof *(item)), item)

static odd_trainer *trainer(const odd_graph *g, odd_loss_kind kind, const odd_train_options *o)
{
    const odd_loss loss = {kind, g->output[0], 1};
    odd_trainer *t = NULL;
    odd_status st = odd_trainer_new(g, 1, &loss, o, &t);
    if (st != ODD_OK) printf("\n    %s", odd_fail_reason());
    CU_ASSERT_EQUAL_FATAL(st, ODD_OK);
    return t;
}

/* A batch cut into shards, their vectors and what is summed over them. */
enum { SHARDS = 6, BATCH = 16 };

typedef struct {
    float images[BATCH * 128];
    int32_t label[BATCH];
    int64_t id[BATCH];
    float *vector[SHARDS];
    double *sum;
    int64_t length;
    double loss, hits;
} batch;

static void new_batch(batch *b, const odd_trainer *t)
{
    b->length = odd_trainer_length(t);
    b->sum = odd_alloc(b->length, sizeof *b->sum);
    for (int s = 0; s < SHARDS; s++)
        b->vector[s] = odd_alloc(b->length, sizeof *b->vector[s]);
    for (int i = 0; i < BATCH; i++) {
        b->label[i] = i % 4;
        b->id[i] = 1000 - i;
        for (int j = 0; j < 128; j++)
            b->images[i * 128 + j] =
                (float)odd_normal(9, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j) + (float)(i % 4);
    }
}

static void free_batch(batch *b)
{
    odd_free(b->sum);
    for (int s = 0; s < SHARDS; s++)
        odd_free(b->vector[s]);
}

/* The summed vector of the first `images` of a batch. */
static odd_status add_up(odd_trainer *t, batch *b, int64_t images, int shards)
{
    odd_shard shard[SHARDS];
    odd_tally tally[SHARDS];
    for (int s = 0; s < shards; s++) {
        int64_t first, count;
        odd_shard_range(images, shards, s, &first, &count);
        shard[s] = (odd_shard){.images = count,
                               .input = b->images + first * 128,
                               .id = b->id + first,
                               .target = {{b->label + first, NULL}}};
    }
    odd_status st = odd_trainer_shards(t, images, shards, shard, b->vector, tally);
    if (st != ODD_OK) return st;
    odd_dyadic_sum(b->length, shards, (const float *const *)b->vector, b->sum);
    b->loss = b->hits = 0;
    for (int s = 0; s < shards; s++) {
        b->loss += tally[s].loss / (double)images;
        b->hits += tally[s].hits;
    }
    return ODD_OK;
}

static odd_status step(odd_trainer *t, batch *b, int64_t images, int shards, double rate)
{
    odd_status st = add_up(t, b, images, shards);
    return st == ODD_OK ? odd_trainer_step(t, b->sum, b->loss, rate) : st;
}

static bool same_values(const odd_trainer *a, const odd_trainer *b)
{
    const odd_parameters *p = &a->training.parameters, *q = &b->training.parameters;
    return p->length == q->length &&
           memcmp(p->value, q->value, (size_t)p->length * sizeof *p->value) == 0;
}

/* ---- Known answers ---- */

static void wave(int64_t n, float x[], double scale, double speed, double shift)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(shift + scale * sin(1 + speed * (double)i));
}

/* The network of make_train.py. */
static odd_graph *torch_network(void)
{
    static const char *const item[] = {"conv 3 3x3 no bias", "batch_norm", "relu", "max_pool 2",
                                       "dense 4"};
    odd_graph *g = NETWORK(item);
    const odd_layer *conv = &g->layer[0], *norm = &g->layer[1], *dense = &g->layer[g->layers - 1];
    wave(54, g->tensor[conv->input[1]].data, 0.3, 0.7, 0);
    wave(3, g->tensor[norm->input[1]].data, 0.2, 0.5, 1);
    wave(3, g->tensor[norm->input[2]].data, 0.1, 0.9, 0);
    wave(27 * 4, g->tensor[dense->input[1]].data, 0.3, 1.1, 0);
    wave(4, g->tensor[dense->input[2]].data, 0.1, 1.3, 0);
    return g;
}

typedef struct {
    odd_optimizer optimizer;
    double rate;
} torch_run;

static torch_run run_of(int run)
{
    torch_run r = {odd_optimizer_defaults(ODD_OPTIMIZER_SGD), 0.1};
    odd_optimizer *o = &r.optimizer;
    o->momentum = 0;
    switch (run) {
    case 1:
        r.rate = 0.05;
        o->momentum = 0.9;
        o->weight_decay = 0.01;
        break;
    case 2:
        r.rate = 0.05;
        o->momentum = 0.8;
        o->nesterov = true;
        break;
    case 3:
        r.rate = 0.01;
        o->kind = ODD_OPTIMIZER_ADAM;
        o->weight_decay = 0.01;
        break;
    case 4:
        r.rate = 0.01;
        o->kind = ODD_OPTIMIZER_ADAMW;
        o->beta1 = 0.8;
        o->beta2 = 0.99;
        o->weight_decay = 0.1;
        break;
    case 5:
        o->clip = 0.5;
        break;
    default:
        break;
    }
    return r;
}

static double values_difference(const odd_parameters *p, const float expected[])
{
    double most = 0;
    int at = 0;
    for (int s = 0; s < p->slots; s++)
        for (int64_t i = 0; i < p->slot[s].count; i++)
            most = fmax(most, fabs(p->value[p->slot[s].offset + i] - expected[at++]));
    CU_ASSERT_EQUAL(at, VALUES);
    return most;
}

static void check_run(int run)
{
    const torch_run r = run_of(run);
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    options.optimizer = r.optimizer;
    odd_graph *g = torch_network();
    odd_trainer *t = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    batch b;
    new_batch(&b, t);
    wave(IMAGES * 128, b.images, 1, 0.37, 0);
    for (int i = 0; i < STEPS; i++) {
        CU_ASSERT_EQUAL(step(t, &b, IMAGES, 1, r.rate), ODD_OK);
        CU_ASSERT_DOUBLE_EQUAL(b.loss, torch_loss[run][i], 2e-5);
    }
    double d = values_difference(&t->training.parameters, torch_values[run]);
    CU_ASSERT(d < 2e-5);
    if (!(d < 2e-5)) printf("\n    run %d: weights differ by %g", run, d);
    CU_ASSERT_EQUAL(odd_trainer_steps(t), STEPS);
    free_batch(&b);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

static void known_answers(void)
{
    for (int run = 0; run < RUNS; run++)
        check_run(run);
}

static void known_losses(void)
{
    const float x[] = {1, -2, 800, -800};
    const float t[] = {1, 0, 0.25f, 1};
    const int32_t label[] = {0, 1};
    const odd_target target = {label, t};
    odd_tally tally;
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_SQUARED, 1, 2, x, &target, NULL, &tally), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(tally.loss, 2, 1e-12);
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_CROSS_ENTROPY, 2, 2, x, &target, NULL, &tally), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(tally.loss, log1p(exp(-3)) + 1600, 1e-9);
    CU_ASSERT_EQUAL(tally.hits, 1);
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_BINARY, 1, 4, x, &target, NULL, &tally), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(tally.loss, (log1p(exp(-1)) + log1p(exp(-2)) + 600 + 800) / 4, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(tally.hits, 0.5, 1e-12);
}

/* Two terms: what learns gets the weighted sum of what each of them alone would give. */
static void objectives_add_up(void)
{
    static const char *const item[] = {"dense 5", "tanh", "as hidden", "dense 4"};
    odd_graph *g = NETWORK(item);
    const odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    const odd_loss both[] = {{ODD_LOSS_CROSS_ENTROPY, g->output[0], 2},
                             {ODD_LOSS_SQUARED, odd_names_find(g->names, "hidden"), 0.5}};
    float images[3 * 128], value[3 * 5], *vector[3];
    const int32_t label[] = {1, 0, 3};
    odd_tally tally[3];
    int64_t length = 0;
    wave(3 * 128, images, 1, 0.7, 0);
    wave(3 * 5, value, 1, 0.3, 0);
    for (int i = 0; i < 3; i++) { /* both, the first, the second */
        odd_trainer *t;
        const odd_target one = {label, NULL}, other = {NULL, value};
        const odd_shard shard = {
            .images = 3, .input = images, .target = {i == 2 ? other : one, other}};
        CU_ASSERT_EQUAL_FATAL(
            odd_trainer_new(g, i == 0 ? 2 : 1, i == 2 ? &both[1] : both, &options, &t), ODD_OK);
        length = odd_trainer_length(t);
        vector[i] = odd_alloc(length, sizeof *vector[i]);
        CU_ASSERT_EQUAL(odd_trainer_shards(t, 3, 1, &shard, &vector[i], &tally[i]), ODD_OK);
        odd_trainer_free(&t);
    }
    CU_ASSERT_DOUBLE_EQUAL(tally[0].loss, tally[1].loss + tally[2].loss, 1e-5);
    CU_ASSERT_EQUAL(tally[0].hits, tally[1].hits);
    for (int64_t i = 0; i < length; i++)
        CU_ASSERT_DOUBLE_EQUAL(vector[0][i], vector[1][i] + vector[2][i], 1e-6);
    for (int i = 0; i < 3; i++)
        odd_free(vector[i]);
    odd_graph_free(&g);
}

/* Shards of a batch norm: the running mean is that of the whole batch, the running variance the
 * mean of those of the shards. */
static void ghost_statistics(void)
{
    static const char *const item[] = {"flatten", "batch_norm", "dense 4"};
    enum { VALUES_EACH = 128, GHOSTS = 2, IN_SHARD = BATCH / GHOSTS };
    odd_graph *g = NETWORK(item);
    const odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    const odd_parameters *p = &t->training.parameters;
    const float *mean = p->value + p->slot[p->learnt_slots].offset;
    const float *variance = p->value + p->slot[p->learnt_slots + 1].offset;
    batch b;
    new_batch(&b, t);
    CU_ASSERT_EQUAL(step(t, &b, BATCH, GHOSTS, 0.01), ODD_OK);
    for (int c = 0; c < VALUES_EACH; c++) {
        double sum[GHOSTS] = {0}, square[GHOSTS] = {0};
        for (int i = 0; i < BATCH; i++)
            sum[i / IN_SHARD] += b.images[i * VALUES_EACH + c] / IN_SHARD;
        for (int i = 0; i < BATCH; i++)
            square[i / IN_SHARD] += pow(b.images[i * VALUES_EACH + c] - sum[i / IN_SHARD], 2);
        CU_ASSERT_DOUBLE_EQUAL(mean[c], 0.1 * (sum[0] + sum[1]) / 2, 1e-6);
        CU_ASSERT_DOUBLE_EQUAL(variance[c],
                               0.9 + 0.1 * (square[0] + square[1]) / (2 * (IN_SHARD - 1)), 1e-5);
    }
    free_batch(&b);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

static void schedules(void)
{
    odd_schedule s = {ODD_SCHEDULE_CONSTANT, 0.4, 4, 0, 0, 0, 0};
    CU_ASSERT_DOUBLE_EQUAL(odd_schedule_rate(&s, 0), 0.1, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(odd_schedule_rate(&s, 3), 0.4, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(odd_schedule_rate(&s, 1000), 0.4, 1e-12);
    s = (odd_schedule){ODD_SCHEDULE_COSINE, 1, 10, 110, 0.2, 0, 0};
    CU_ASSERT_EQUAL(odd_schedule_check(&s), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(odd_schedule_rate(&s, 10), 1, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(odd_schedule_rate(&s, 60), 0.6, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(odd_schedule_rate(&s, 500), 0.2, 1e-12);
    s = (odd_schedule){ODD_SCHEDULE_STEP, 1, 0, 0, 0, 10, 0.5};
    CU_ASSERT_DOUBLE_EQUAL(odd_schedule_rate(&s, 9), 1, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(odd_schedule_rate(&s, 25), 0.25, 1e-12);
    s.factor = 0;
    CU_ASSERT_EQUAL(odd_schedule_check(&s), ODD_ARG);
    s = (odd_schedule){ODD_SCHEDULE_COSINE, 1, 10, 10, 0, 0, 0};
    CU_ASSERT_EQUAL(odd_schedule_check(&s), ODD_ARG);
    s = (odd_schedule){ODD_SCHEDULE_CONSTANT, NAN, 0, 0, 0, 0, 0};
    CU_ASSERT_EQUAL(odd_schedule_check(&s), ODD_ARG);
}

/* ---- Bits ---- */

static const char *const rich[] = {"conv 16 3x3 pad same", "batch_norm", "swish",      "as a",
                                   "depthwise 3x3 pad 1",  "relu",       "add a",      "max_pool 2",
                                   "dropout 0.3",          "dense 12",   "layer_norm", "elu",
                                   "dropout 0.2",          "dense 4"};

/* Some steps on so many threads, on batches that do not divide evenly. */
static odd_trainer *train(const odd_graph *g, int threads, int steps)
{
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    options.seed = 3;
    odd_trainer *t = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    batch b;
    int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    new_batch(&b, t);
    for (int i = 0; i < steps; i++)
        CU_ASSERT_EQUAL(step(t, &b, i % 2 ? 13 : BATCH, SHARDS, 0.01), ODD_OK);
    CU_ASSERT(omp_get_max_threads() == threads);
    omp_set_num_threads(before);
    free_batch(&b);
    return t;
}

static void check_threads(odd_graph *g)
{
    odd_trainer *one = train(g, 1, 4);
    for (int threads = 2; threads <= 5; threads++) {
        odd_trainer *more = train(g, threads, 4);
        CU_ASSERT(same_values(one, more));
        odd_trainer_free(&more);
    }
    odd_trainer_free(&one);
    odd_graph_free(&g);
}

/* The second has a batch norm of rows: shards that do not divide evenly by threads once waited for
 * each other in it. */
static void threads_do_not_matter(void)
{
    static const char *const rows[] = {"dense 20", "batch_norm", "tanh", "dense 4"};
    check_threads(NETWORK(rich));
    check_threads(NETWORK(rows));
}

/* ---- The watch ---- */

typedef struct {
    const batch *b;
    int shards, told;
    int64_t first;
    float *seen[SHARDS]; /* what was final when it was told, from `first` on */
} watcher;

static void look(void *context, int64_t first)
{
    watcher *w = context;
    CU_ASSERT(first >= 0 && first <= w->first);
    for (int s = 0; s < w->shards; s++)
        memcpy(w->seen[s] + first, w->b->vector[s] + first,
               (size_t)(w->first - first) * sizeof(float));
    w->first = first;
    w->told++;
}

/* What is told to be final stays as it is. One thread tells of every layer of the last shard. */
static void check_watch(odd_trainer *t, batch *b, int threads, int shards)
{
    watcher w = {.b = b, .shards = shards, .first = b->length};
    int before = omp_get_max_threads();
    for (int s = 0; s < shards; s++)
        w.seen[s] = odd_alloc(b->length, sizeof *w.seen[s]);
    omp_set_num_threads(threads);
    odd_trainer_watch(t, look, &w);
    CU_ASSERT_EQUAL(add_up(t, b, BATCH, shards), ODD_OK);
    odd_trainer_watch(t, NULL, NULL);
    omp_set_num_threads(before);
    CU_ASSERT(w.told <= 6 && (threads > 1 || w.told == 6));
    CU_ASSERT(threads > 1 || w.first == 0);
    for (int s = 0; s < shards; s++) {
        CU_ASSERT(memcmp(w.seen[s] + w.first, b->vector[s] + w.first,
                         (size_t)(b->length - w.first) * sizeof(float)) == 0);
        odd_free(w.seen[s]);
    }
}

static void watched(void)
{
    odd_graph *g = NETWORK(rich);
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    batch b;
    new_batch(&b, t);
    for (int threads = 1; threads <= 4; threads++)
        for (int shards = 1; shards <= SHARDS; shards++)
            check_watch(t, &b, threads, shards);
    free_batch(&b);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

static void state_goes_on(void)
{
    odd_bundle state = ODD_BUNDLE_EMPTY;
    odd_graph *g = NETWORK(rich);
    odd_trainer *whole = train(g, 2, 4), *first = train(g, 2, 2), *second = train(g, 2, 0);
    batch b;
    new_batch(&b, second);
    CU_ASSERT_EQUAL(odd_trainer_save(first, &state), ODD_OK);
    CU_ASSERT_EQUAL(odd_trainer_load(second, &state), ODD_OK);
    CU_ASSERT_EQUAL(odd_trainer_steps(second), 2);
    for (int i = 2; i < 4; i++)
        CU_ASSERT_EQUAL(step(second, &b, i % 2 ? 13 : BATCH, SHARDS, 0.01), ODD_OK);
    CU_ASSERT(same_values(whole, second));
    free_batch(&b);
    odd_bundle_free(&state);
    odd_trainer_free(&whole);
    odd_trainer_free(&first);
    odd_trainer_free(&second);
    odd_graph_free(&g);
}

static void foreign_state_is_refused(void)
{
    static const char *const small[] = {"dense 4"};
    odd_bundle state = ODD_BUNDLE_EMPTY;
    odd_graph *g = NETWORK(rich), *h = NETWORK(small);
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    odd_trainer *a = train(g, 1, 1), *b = trainer(h, ODD_LOSS_CROSS_ENTROPY, &options);
    options.optimizer.kind = ODD_OPTIMIZER_SGD;
    odd_trainer *c = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    CU_ASSERT_EQUAL(odd_trainer_load(b, &state), ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_trainer_save(a, &state), ODD_OK);
    CU_ASSERT_EQUAL(odd_trainer_load(b, &state), ODD_FORMAT);
    CU_ASSERT(strstr(odd_fail_reason(), "values, this network needs") != NULL);
    CU_ASSERT_EQUAL(odd_trainer_load(c, &state), ODD_FORMAT);
    CU_ASSERT(strstr(odd_fail_reason(), "'adam', not 'sgd'") != NULL);
    odd_bundle_free(&state);
    odd_trainer_free(&a);
    odd_trainer_free(&b);
    odd_trainer_free(&c);
    odd_graph_free(&g);
    odd_graph_free(&h);
}

/* ---- Dropout ---- */

/* One learnt row added to nothing, then dropped: the gradient of a squared loss shows the mask. */
static const char *const dropped[] = {"dense 128", "dropout 0.25", "dense 4 no bias"};

static void gradient_of(odd_trainer *t, batch *b, int64_t first, int64_t images, float out[])
{
    odd_tally tally;
    const odd_shard shard = {.images = images,
                             .input = b->images + first * 128,
                             .id = b->id + first,
                             .target = {{b->label + first, NULL}}};
    CU_ASSERT_EQUAL(odd_trainer_shards(t, images, 1, &shard, b->vector, &tally), ODD_OK);
    memcpy(out, b->vector[0], (size_t)b->length * sizeof *out);
}

/* The dropped places of one image: where the gradient by the first bias is 0. */
static int dropped_places(const odd_trainer *t, const float vector[], bool place[128])
{
    const odd_slot *bias = &t->training.parameters.slot[1];
    int count = 0;
    for (int i = 0; i < 128; i++) {
        place[i] = vector[bias->offset + i] == 0;
        count += place[i];
    }
    return count;
}

static void masks(void)
{
    odd_graph *g = NETWORK(dropped);
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    batch b;
    bool here[128], again[128], other[128];
    int count = 0;
    new_batch(&b, t);
    float *one = odd_alloc(b.length, sizeof *one), *two = odd_alloc(b.length, sizeof *two);
    for (int i = 0; i < BATCH; i++) {
        gradient_of(t, &b, i, 1, one);
        count += dropped_places(t, one, here);
    }
    CU_ASSERT(abs(count - BATCH * 128 / 4) < 5 * sqrt(BATCH * 128 * 0.1875));
    gradient_of(t, &b, 2, 1, one);
    dropped_places(t, one, here);
    gradient_of(t, &b, 2, 1, two);
    dropped_places(t, two, again);
    CU_ASSERT(memcmp(here, again, sizeof here) == 0); /* the same image in the same step */
    gradient_of(t, &b, 3, 1, two);
    dropped_places(t, two, other);
    CU_ASSERT(memcmp(here, other, sizeof here) != 0); /* another image */
    t->step++;
    gradient_of(t, &b, 2, 1, two);
    dropped_places(t, two, other);
    CU_ASSERT(memcmp(here, other, sizeof here) != 0); /* another step */
    odd_free(one);
    odd_free(two);
    free_batch(&b);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

/* ---- What comes out ---- */

/* Classes that are easy to tell are learnt, and the exported network tells them too. */
static void learns(void)
{
    static const char *const item[] = {"conv 8 3x3", "batch_norm",  "relu",
                                       "max_pool 2", "dropout 0.1", "dense 4"};
    odd_graph *g = NETWORK(item), *out;
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAMW);
    odd_trainer *t = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    odd_net *net;
    odd_tally tally;
    float logits[BATCH * 4], *const output[] = {logits};
    batch b;
    new_batch(&b, t);
    for (int i = 0; i < 80; i++)
        CU_ASSERT_EQUAL(step(t, &b, BATCH, 2, 0.02), ODD_OK);
    CU_ASSERT(b.loss < 0.1);
    CU_ASSERT_EQUAL(b.hits, BATCH);
    CU_ASSERT_EQUAL_FATAL(odd_trainer_graph(t, &out), ODD_OK);
    CU_ASSERT_EQUAL(out->layers, g->layers - 1); /* without the dropout */
    CU_ASSERT_EQUAL_FATAL(odd_net_new(out, ODD_PRECISION_F32, &net), ODD_OK);
    CU_ASSERT_EQUAL(odd_net_run(net, BATCH, NULL, b.images, output), ODD_OK);
    const odd_target target = {b.label, NULL};
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_CROSS_ENTROPY, BATCH, 4, logits, &target, NULL, &tally),
                    ODD_OK);
    CU_ASSERT(tally.hits >= BATCH - 1);
    odd_net_free(&net);
    odd_graph_free(&out);
    free_batch(&b);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

static void exported(void)
{
    odd_graph *g = NETWORK(rich), *now;
    odd_trainer *t = train(g, 2, 3);
    float images[2 * 128];
    wave(2 * 128, images, 1, 0.41, 0);
    CU_ASSERT_EQUAL_FATAL(odd_trainer_graph(t, &now), ODD_OK);
    net_check_export(now, 2, images);
    odd_graph_free(&now);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

/* ---- Failures ---- */

static void losses_that_are_not_finite(void)
{
    static const char *const item[] = {"dense 4"};
    odd_graph *g = NETWORK(item);
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    batch b;
    new_batch(&b, t);
    CU_ASSERT_EQUAL(step(t, &b, BATCH, 2, 0.01), ODD_OK);
    float before = t->training.parameters.value[0];
    b.images[5] = NAN;
    CU_ASSERT_EQUAL(step(t, &b, BATCH, 2, 0.01), ODD_NUMERIC);
    CU_ASSERT(strstr(odd_fail_reason(), "the loss is not finite at step 2") != NULL);
    CU_ASSERT_EQUAL(t->training.parameters.value[0], before);
    CU_ASSERT_EQUAL(odd_trainer_steps(t), 1);
    b.sum[3] = INFINITY;
    CU_ASSERT_EQUAL(odd_trainer_step(t, b.sum, 1, 0.01), ODD_NUMERIC);
    CU_ASSERT(strstr(odd_fail_reason(), "the gradient is not finite") != NULL);
    free_batch(&b);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

static void shards_are_checked(void)
{
    odd_graph *g = NETWORK(dropped);
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = trainer(g, ODD_LOSS_CROSS_ENTROPY, &options);
    batch b;
    odd_tally tally;
    new_batch(&b, t);
    odd_shard shard = {.images = 2, .input = b.images, .id = b.id, .target = {{b.label, NULL}}};
    b.label[1] = 4;
    CU_ASSERT_EQUAL(odd_trainer_shards(t, 2, 1, &shard, b.vector, &tally), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "label 4 of image 1") != NULL);
    b.label[1] = -1;
    CU_ASSERT_EQUAL(odd_trainer_shards(t, 2, 1, &shard, b.vector, &tally), ODD_ARG);
    b.label[1] = 1;
    shard.id = NULL;
    CU_ASSERT_EQUAL(odd_trainer_shards(t, 2, 1, &shard, b.vector, &tally), ODD_ARG);
    shard.id = b.id;
    shard.target[0].label = NULL;
    CU_ASSERT_EQUAL(odd_trainer_shards(t, 2, 1, &shard, b.vector, &tally), ODD_ARG);
    shard.target[0].label = b.label;
    shard.images = 0;
    CU_ASSERT_EQUAL(odd_trainer_shards(t, 2, 1, &shard, b.vector, &tally), ODD_ARG);
    shard.images = 2;
    CU_ASSERT_EQUAL(odd_trainer_shards(t, 2, 1, &shard, b.vector, &tally), ODD_OK);
    free_batch(&b);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

static odd_status refused(const odd_graph *g, odd_loss loss, odd_train_options options)
{
    odd_trainer *t;
    odd_status st = odd_trainer_new(g, 1, &loss, &options, &t);
    CU_ASSERT_PTR_NULL(t);
    odd_trainer_free(&t);
    return st;
}

static void trainers_are_checked(void)
{
    static const char *const item[] = {"dense 3"}, *const nothing[] = {"relu"};
    odd_graph *g = NETWORK(item), *h = NETWORK(nothing);
    odd_train_options good = odd_train_defaults(ODD_OPTIMIZER_SGD), bad = good;
    const odd_loss loss = {ODD_LOSS_SQUARED, g->output[0], 1};
    CU_ASSERT_EQUAL(refused(g, (odd_loss){ODD_LOSS_SQUARED, 999, 1}, good), ODD_ARG);
    CU_ASSERT_EQUAL(refused(g, (odd_loss){ODD_LOSS_SQUARED, g->input, 1}, good), ODD_ARG);
    CU_ASSERT_EQUAL(refused(g, (odd_loss){ODD_LOSS_SQUARED, g->output[0], 0}, good), ODD_ARG);
    CU_ASSERT_EQUAL(refused(h, (odd_loss){ODD_LOSS_SQUARED, h->output[0], 1}, good), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "nothing learns before") != NULL);
    bad.average = 0;
    CU_ASSERT_EQUAL(refused(g, loss, bad), ODD_ARG);
    bad = good;
    bad.optimizer.momentum = 1;
    CU_ASSERT_EQUAL(refused(g, loss, bad), ODD_ARG);
    bad.optimizer.momentum = 0;
    bad.optimizer.nesterov = true;
    CU_ASSERT_EQUAL(refused(g, loss, bad), ODD_ARG);
    bad = good;
    bad.optimizer.weight_decay = NAN;
    CU_ASSERT_EQUAL(refused(g, loss, bad), ODD_ARG);
    odd_graph_free(&g);
    odd_graph_free(&h);
}

/* A kind without a gradient is named. */
static void kinds_without_gradient(void)
{
    static const char *const item[] = {"dense 3"};
    odd_graph *g = NETWORK(item);
    const odd_layer_settings set = odd_layer_defaults();
    const int input[] = {g->output[0], g->output[0]};
    int output;
    CU_ASSERT_EQUAL_FATAL(odd_graph_layer(g, ODD_LAYER_DIV, "ratio", &set, 2, input, "", &output),
                          ODD_OK);
    CU_ASSERT_EQUAL(
        refused(g, (odd_loss){ODD_LOSS_SQUARED, output, 1}, odd_train_defaults(ODD_OPTIMIZER_SGD)),
        ODD_FORMAT);
    CU_ASSERT(strstr(odd_fail_reason(), "'ratio' (Div)") != NULL);
    odd_graph_free(&g);
}

CU_TestInfo odd_tests[] = {
    {"known answers", known_answers},
    {"known losses", known_losses},
    {"objectives add up", objectives_add_up},
    {"ghost statistics", ghost_statistics},
    {"schedules", schedules},
    {"threads do not matter", threads_do_not_matter},
    {"watched", watched},
    {"state goes on", state_goes_on},
    {"foreign state is refused", foreign_state_is_refused},
    {"masks", masks},
    {"learns", learns},
    {"exported", exported},
    {"losses that are not finite", losses_that_are_not_finite},
    {"shards are checked", shards_are_checked},
    {"trainers are checked", trainers_are_checked},
    {"kinds without gradient", kinds_without_gradient},
    CU_TEST_INFO_NULL,
};

/* Variational codes: their divergence, draws and gradients, and the parts that evaluation takes. */
#include "net_check.h"
#include "oddlot_test.h"

#include "nn/graph/reference_internal.h"
#include "nn/train/trainer_internal.h"
#include "oddlot/base/dyadic.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

const char *odd_test_name = "nn.sample";

enum { IMAGES = 5, INPUTS = 12, CODE = 3, SEED = 77 };

static const int64_t shape[] = {1, 3, 4};
static const char *const layers[] = {"dense 8", "tanh",     "sample 3",
                                     "as code", "dense 12", "reshape 1x3x4"};
enum { ITEMS = sizeof layers / sizeof *layers };

static odd_graph *network(void)
{
    odd_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(odd_network_new("vae", 3, shape, ITEMS, layers, ODD_INITIAL_HE, 5, &g),
                          ODD_OK);
    return g;
}

static int named(const odd_graph *g, const char *name)
{
    int tensor;
    CU_ASSERT_EQUAL_FATAL(odd_graph_find(g, name, &tensor), ODD_OK);
    return tensor;
}

static void fill(float images[IMAGES * INPUTS], int64_t id[IMAGES])
{
    for (int i = 0; i < IMAGES * INPUTS; i++)
        images[i] = (float)odd_uniform(4, ODD_STREAM_TEST, (uint64_t)i, 0);
    for (int i = 0; i < IMAGES; i++)
        id[i] = 900 - 7 * i;
}

/* ---- The divergence ---- */

static void known_divergences(void)
{
    const float x[] = {0, 0, 0, 0, 1, 0, 0, (float)log(4), -2, 3, -1, 0.5f};
    static const double known[] = {0, 0.5 + (3 - 1.3862943611198906) / 2,
                                   (0.36787944117144233 + 4 - 1 + 1) / 2 +
                                       (1.6487212707001282 + 9 - 1 - 0.5) / 2};
    const float weight[] = {2};
    odd_tally tally;
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(
            odd_loss_tally(ODD_LOSS_KL, 1, 4, x + 4 * i, &(odd_target){0}, weight, &tally), ODD_OK);
        CU_ASSERT_DOUBLE_EQUAL(tally.loss, 2 * known[i], 1e-6);
        CU_ASSERT_EQUAL(tally.hits, 0);
    }
}

static void names(void)
{
    odd_loss_kind kind;
    CU_ASSERT_STRING_EQUAL(odd_loss_name(ODD_LOSS_KL), "kl");
    CU_ASSERT_EQUAL(odd_loss_find("kl", &kind), ODD_OK);
    CU_ASSERT_EQUAL(kind, ODD_LOSS_KL);
}

/* ---- Draws ---- */

static void draws(void)
{
    enum { DRAWS = 4000 };
    const float moments[] = {1, -3, (float)log(0.25), (float)log(9)};
    const int64_t id[] = {12};
    double sum[2] = {0}, square[2] = {0};
    float code[2], again[2];
    for (uint64_t d = 0; d < DRAWS; d++) {
        odd_sample_codes(SEED, d, 1, id, 2, moments, code);
        for (int i = 0; i < 2; i++) {
            sum[i] += code[i] / DRAWS;
            square[i] += code[i] * code[i] / DRAWS;
        }
    }
    CU_ASSERT_DOUBLE_EQUAL(sum[0], 1, 4 * 0.5 / sqrt(DRAWS));
    CU_ASSERT_DOUBLE_EQUAL(sum[1], -3, 4 * 3 / sqrt(DRAWS));
    CU_ASSERT_DOUBLE_EQUAL(square[0] - sum[0] * sum[0], 0.25, 0.02);
    CU_ASSERT_DOUBLE_EQUAL(square[1] - sum[1] * sum[1], 9, 0.8);
    odd_sample_codes(SEED, DRAWS - 1, 1, id, 2, moments, again);
    CU_ASSERT(memcmp(code, again, sizeof code) == 0);
    odd_sample_codes(SEED, DRAWS - 1, 1, (const int64_t[]){13}, 2, moments, again);
    CU_ASSERT(code[0] != again[0] && code[1] != again[1]);
}

/* ---- The gradient ---- */

typedef struct {
    odd_graph *g;
    odd_loss loss[2];
    float images[IMAGES * INPUTS], weight[IMAGES];
    int64_t id[IMAGES];
} problem;

static void start(problem *p)
{
    *p = (problem){.g = network(), .weight = {0.5f, 2, 1, 1.5f, 1}};
    p->loss[0] = (odd_loss){ODD_LOSS_SQUARED, p->g->output[0], 6};
    p->loss[1] = (odd_loss){ODD_LOSS_KL, named(p->g, "code_moments"), 0.7};
    fill(p->images, p->id);
}

static odd_shard shard_of(const problem *p, int first, int images)
{
    return (odd_shard){.images = images,
                       .input = p->images + first * INPUTS,
                       .id = p->id + first,
                       .weight = p->weight + first,
                       .target = {{NULL, p->images + first * INPUTS}}};
}

static odd_trainer *trainer(const problem *p)
{
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    odd_trainer *t = NULL;
    options.seed = SEED;
    odd_status st = odd_trainer_new(p->g, 2, p->loss, &options, &t);
    if (st != ODD_OK) printf("\n    %s", odd_fail_reason());
    CU_ASSERT_EQUAL_FATAL(st, ODD_OK);
    return t;
}

/* What the plain evaluator makes of the two halves of the network, with this draw between them. */
static void plain_run(const odd_graph *g, const problem *p, uint64_t draw, float *moments,
                      float *result)
{
    odd_graph *encoder, *decoder;
    float code[IMAGES * CODE];
    CU_ASSERT_FATAL(odd_graph_copy(g, &encoder) == ODD_OK);
    CU_ASSERT_FATAL(odd_graph_copy(g, &decoder) == ODD_OK);
    CU_ASSERT_FATAL(odd_graph_cut(encoder, named(encoder, "code_moments")) == ODD_OK);
    CU_ASSERT_FATAL(odd_graph_cut_before(decoder, named(decoder, "code")) == ODD_OK);
    CU_ASSERT_FATAL(odd_reference_run(encoder, IMAGES, p->images, &moments) == ODD_OK);
    odd_sample_codes(SEED, draw, IMAGES, p->id, CODE, moments, code);
    CU_ASSERT_FATAL(odd_reference_run(decoder, IMAGES, code, &result) == ODD_OK);
    odd_graph_free(&encoder);
    odd_graph_free(&decoder);
}

/* The objective of the first step. */
static double plain_loss(const problem *p)
{
    float moments[IMAGES * 2 * CODE], result[IMAGES * INPUTS];
    const odd_target target = {NULL, p->images};
    odd_tally squared, divergence;
    plain_run(p->g, p, 0, moments, result);
    CU_ASSERT_EQUAL(
        odd_loss_tally(ODD_LOSS_SQUARED, IMAGES, INPUTS, result, &target, p->weight, &squared),
        ODD_OK);
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_KL, IMAGES, 2 * (int64_t)CODE, moments, &target,
                                   p->weight, &divergence),
                    ODD_OK);
    return (p->loss[0].weight * squared.loss + p->loss[1].weight * divergence.loss) / IMAGES;
}

static double slope(const problem *p, float *value)
{
    const float step = 0x1p-8f, here = *value;
    *value = here + step;
    double right = plain_loss(p);
    *value = here - step;
    double left = plain_loss(p);
    *value = here;
    return (right - left) / (2 * (double)step);
}

static void gradients(void)
{
    problem p;
    odd_tally tally;
    start(&p);
    odd_trainer *t = trainer(&p);
    const odd_parameters *slots = &t->training.parameters;
    const odd_shard shard = shard_of(&p, 0, IMAGES);
    float *vector = odd_alloc(odd_trainer_length(t), sizeof *vector);
    CU_ASSERT_EQUAL(odd_trainer_shards(t, IMAGES, 1, &shard, &vector, &tally), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(tally.loss / IMAGES, plain_loss(&p), 1e-5);
    CU_ASSERT_EQUAL(slots->learnt_slots, 6);
    for (int s = 0; s < slots->learnt_slots; s++) {
        float *values = p.g->tensor[slots->slot[s].tensor].data;
        for (int64_t i = 0; i < slots->slot[s].count; i += 3) {
            double told = vector[slots->slot[s].offset + i];
            CU_ASSERT_DOUBLE_EQUAL(slope(&p, &values[i]), told, 2e-3);
        }
    }
    odd_free(vector);
    odd_trainer_free(&t);
    odd_graph_free(&p.g);
}

/* ---- Bits ---- */

/* Steps with a shard an image on so many threads; *loss: of the last. */
static odd_trainer *train(const problem *p, int threads, int steps, double *loss)
{
    odd_trainer *t = trainer(p);
    odd_shard shard[IMAGES];
    odd_tally tally[IMAGES];
    float *vector[IMAGES];
    double *sum = odd_alloc(odd_trainer_length(t), sizeof *sum);
    int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    for (int i = 0; i < IMAGES; i++) {
        shard[i] = shard_of(p, i, 1);
        vector[i] = odd_alloc(odd_trainer_length(t), sizeof *vector[i]);
    }
    for (int s = 0; s < steps; s++) {
        CU_ASSERT_EQUAL(odd_trainer_shards(t, IMAGES, IMAGES, shard, vector, tally), ODD_OK);
        odd_dyadic_sum(odd_trainer_length(t), IMAGES, (const float *const *)vector, sum);
        *loss = 0;
        for (int i = 0; i < IMAGES; i++)
            *loss += tally[i].loss / IMAGES;
        CU_ASSERT_EQUAL(odd_trainer_step(t, sum, *loss, 0.02), ODD_OK);
    }
    omp_set_num_threads(before);
    for (int i = 0; i < IMAGES; i++)
        odd_free(vector[i]);
    odd_free(sum);
    return t;
}

static void threads_do_not_matter(void)
{
    problem p;
    double loss;
    start(&p);
    odd_trainer *one = train(&p, 1, 4, &loss);
    const odd_parameters *values = &one->training.parameters;
    for (int threads = 2; threads <= 4; threads++) {
        odd_trainer *more = train(&p, threads, 4, &loss);
        CU_ASSERT(memcmp(values->value, more->training.parameters.value,
                         (size_t)values->length * sizeof *values->value) == 0);
        odd_trainer_free(&more);
    }
    odd_trainer_free(&one);
    odd_graph_free(&p.g);
}

/* An image's draw goes with its number, not with its place: however a batch is cut, the losses are
 * the same. Another step draws anew. */
static void shards_do_not_matter(void)
{
    problem p;
    odd_tally whole, part[2];
    start(&p);
    odd_trainer *t = trainer(&p);
    float *vector[2];
    for (int i = 0; i < 2; i++)
        vector[i] = odd_alloc(odd_trainer_length(t), sizeof *vector[i]);
    const odd_shard all = shard_of(&p, 0, IMAGES), cut[] = {shard_of(&p, 0, 2), shard_of(&p, 2, 3)};
    CU_ASSERT_EQUAL(odd_trainer_shards(t, IMAGES, 1, &all, vector, &whole), ODD_OK);
    CU_ASSERT_EQUAL(odd_trainer_shards(t, IMAGES, 2, cut, vector, part), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(whole.loss, part[0].loss + part[1].loss, 1e-5);
    t->step++;
    CU_ASSERT_EQUAL(odd_trainer_shards(t, IMAGES, 1, &all, vector, part), ODD_OK);
    CU_ASSERT(fabs(whole.loss - part[0].loss) > 1e-3);
    odd_free(vector[0]);
    odd_free(vector[1]);
    odd_trainer_free(&t);
    odd_graph_free(&p.g);
}

/* ---- What comes out ---- */

/* Trained, the network hands on means: both halves together are the whole, and draws lie around. */
static void evaluation(void)
{
    problem p;
    odd_graph *now, *encoder, *decoder;
    odd_net *net;
    double first, loss;
    float whole[IMAGES * INPUTS], code[IMAGES * CODE], parts[IMAGES * INPUTS];
    float moments[IMAGES * 2 * CODE], *const to_whole[] = {whole}, *const to_code[] = {code};
    start(&p);
    odd_trainer *t = train(&p, 2, 1, &first);
    odd_trainer_free(&t);
    t = train(&p, 2, 300, &loss);
    CU_ASSERT(loss < 0.7 * first);
    CU_ASSERT_EQUAL_FATAL(odd_trainer_graph(t, &now), ODD_OK);
    for (int l = 0; l < now->layers; l++)
        CU_ASSERT(!now->layer[l].set.sample);
    net_check_export(now, IMAGES, p.images);
    CU_ASSERT_EQUAL_FATAL(odd_net_new(now, ODD_PRECISION_F32, &net), ODD_OK);
    CU_ASSERT_EQUAL(odd_net_run(net, IMAGES, NULL, p.images, to_whole), ODD_OK);
    odd_net_free(&net);
    CU_ASSERT_EQUAL_FATAL(odd_graph_copy(now, &encoder), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_graph_copy(now, &decoder), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_cut(encoder, named(encoder, "code")), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_cut_before(decoder, named(decoder, "code")), ODD_OK);
    CU_ASSERT_EQUAL(decoder->tensor[decoder->input].shape[1], CODE);
    CU_ASSERT_EQUAL(odd_reference_run(encoder, IMAGES, p.images, to_code), ODD_OK);
    CU_ASSERT_EQUAL(odd_reference_run(decoder, IMAGES, code, (float *const[]){parts}), ODD_OK);
    for (int i = 0; i < IMAGES * INPUTS; i++)
        CU_ASSERT_DOUBLE_EQUAL(whole[i], parts[i], 1e-4);
    plain_run(now, &p, 3, moments, parts);
    for (int i = 0; i < IMAGES; i++)
        CU_ASSERT(memcmp(moments + 2 * CODE * i, code + CODE * i, CODE * sizeof *code) == 0);
    CU_ASSERT(memcmp(whole, parts, sizeof whole) != 0);
    net_check_export(decoder, IMAGES, code);
    odd_graph_free(&encoder);
    odd_graph_free(&decoder);
    odd_graph_free(&now);
    odd_trainer_free(&t);
    odd_graph_free(&p.g);
}

/* ---- Failures ---- */

static void cuts_are_checked(void)
{
    static const char *const skip[] = {"conv 2 3 pad 1", "as a",           "relu",
                                       "as b",           "conv 2 3 pad 1", "add a"};
    odd_graph *g = network(), *h;
    CU_ASSERT_EQUAL(odd_graph_cut_before(g, g->input), ODD_ARG);
    CU_ASSERT_EQUAL(odd_graph_cut_before(g, -1), ODD_ARG);
    CU_ASSERT_EQUAL(odd_graph_cut_before(g, 999), ODD_ARG);
    CU_ASSERT_EQUAL(odd_graph_cut_before(g, g->output[0]), ODD_FORMAT);
    CU_ASSERT(strstr(odd_fail_reason(), "is not made of") != NULL);
    CU_ASSERT_EQUAL_FATAL(odd_network_new("skip", 3, shape, 6, skip, ODD_INITIAL_HE, 5, &h),
                          ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_cut_before(h, named(h, "b")), ODD_FORMAT);
    CU_ASSERT(strstr(odd_fail_reason(), "'add_6' is made of 'a', not of 'b' alone") != NULL);
    CU_ASSERT_EQUAL(odd_graph_cut_before(h, named(h, "a")), ODD_OK);
    CU_ASSERT_EQUAL(h->input, named(h, "a"));
    CU_ASSERT_EQUAL(h->layers, 3);
    odd_graph_free(&g);
    odd_graph_free(&h);
}

static void samples_are_checked(void)
{
    problem p;
    odd_tally tally;
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t, *none;
    start(&p);
    t = trainer(&p);
    float *vector = odd_alloc(odd_trainer_length(t), sizeof *vector);
    odd_shard shard = shard_of(&p, 0, 1);
    shard.id = NULL;
    CU_ASSERT_EQUAL(odd_trainer_shards(t, 1, 1, &shard, &vector, &tally), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "sample need the numbers of images") != NULL);
    p.loss[1].tensor = named(p.g, "code"); /* 3 values */
    CU_ASSERT_EQUAL(odd_trainer_new(p.g, 2, p.loss, &options, &none), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "'code' is no row of means") != NULL);
    odd_free(vector);
    odd_trainer_free(&t);
    odd_graph_free(&p.g);
}

static void sample_takes_the_first_half(void)
{
    static const char *const item[] = {"dense 6"};
    odd_graph *g;
    odd_layer_settings set = odd_layer_defaults();
    int output;
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 3, shape, 1, item, ODD_INITIAL_HE, 5, &g), ODD_OK);
    set.sample = true;
    set.axes = 2;
    set.list2[0] = 1;
    set.list2[1] = 2;
    odd_status st =
        odd_graph_layer(g, ODD_LAYER_SLICE, "half", &set, 1, &g->output[0], "", &output);
    CU_ASSERT_EQUAL(st, ODD_FORMAT);
    CU_ASSERT(strstr(odd_fail_reason(), "a sample is not the first half") != NULL);
    odd_graph_free(&g);
}

CU_TestInfo odd_tests[] = {
    {"known divergences", known_divergences},
    {"names", names},
    {"draws", draws},
    {"gradients", gradients},
    {"threads do not matter", threads_do_not_matter},
    {"shards do not matter", shards_do_not_matter},
    {"evaluation", evaluation},
    {"cuts are checked", cuts_are_checked},
    {"samples are checked", samples_are_checked},
    {"a sample takes the first half", sample_takes_the_first_half},
    CU_TEST_INFO_NULL,
};

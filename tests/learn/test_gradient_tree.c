/* The sum of gradients has the bits of one tree: on one rank, over ranks, however many shards, and
 * whenever parts of them are sent. */
#include "oddlot_test_mpi.h"

#include "oddlot/learn/gradient.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/treesum.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "learn.gradient_tree";

enum { LENGTH = 700, LONG = 150001, MOST = 37, FEW = 9 };

static float *draw_vector(int64_t length, int shard)
{
    float *x = odd_alloc(length, sizeof *x);
    for (int64_t i = 0; x && i < length; i++)
        x[i] = (float)odd_normal(6, ODD_STREAM_TEST, (uint64_t)shard, (uint32_t)i);
    return x;
}

/* My run of the shards, summed over ranks. */
static odd_status sum_over_ranks(MPI_Comm comm, int shards, float *const vector[], double sum[])
{
    odd_treesum *tree = NULL;
    odd_status st;
    int64_t first, count;
    odd_shard_range(shards, odd_size(comm), odd_rank(comm), &first, &count);
    ODD_TRY(odd_treesum_new(LENGTH, first, &tree));
    for (int64_t s = first; s < first + count; s++) {
        double *next = odd_treesum_next(tree);
        for (int i = 0; next && i < LENGTH; i++)
            next[i] = vector[s][i];
        if (next) odd_treesum_push(tree);
    }
    ODD_TRY(odd_treesum_total(comm, tree, sum));
done:
    odd_treesum_free(&tree);
    return st;
}

static void same_bits(void)
{
    float *vector[MOST];
    double here[LENGTH], ranks[LENGTH];
    for (int s = 0; s < MOST; s++)
        vector[s] = draw_vector(LENGTH, s);
    for (int shards = 1; shards <= MOST; shards++) {
        odd_gradient_sum(LENGTH, shards, (const float *const *)vector, here);
        CU_ASSERT_EQUAL(sum_over_ranks(MPI_COMM_WORLD, shards, vector, ranks), ODD_OK);
        CU_ASSERT(memcmp(here, ranks, sizeof here) == 0);
    }
    for (int s = 0; s < MOST; s++)
        odd_free(vector[s]);
}

/* ---- The exchange ---- */

/* Values that are not final yet are no numbers, and become what they will be step by step: on the
 * ranks at different times. */
static void exchange(odd_exchange *e, int64_t length, int shards, float *const vector[], int steps,
                     double sum[])
{
    MPI_Comm comm = MPI_COMM_WORLD;
    float *mine[MOST];
    int64_t first, count, done = length;
    odd_shard_range(shards, odd_size(comm), odd_rank(comm), &first, &count);
    for (int64_t s = 0; s < count; s++) {
        mine[s] = odd_alloc(length, sizeof *mine[s]);
        for (int64_t i = 0; i < length; i++)
            mine[s][i] = NAN;
    }
    CU_ASSERT_EQUAL(odd_exchange_cut(e, shards), ODD_OK);
    odd_exchange_begin(e, mine);
    for (int i = 0; i < steps + odd_rank(comm) && steps > 0; i++) {
        done = length - length * (i + 1) / (steps + odd_rank(comm) + 1);
        for (int64_t s = 0; s < count; s++)
            memcpy(mine[s] + done, vector[first + s] + done, (size_t)(length - done) * 4);
        odd_exchange_ready(e, done);
    }
    for (int64_t s = 0; s < count; s++)
        memcpy(mine[s], vector[first + s], (size_t)done * 4);
    odd_exchange_end(e, sum);
    for (int64_t s = 0; s < count; s++)
        odd_free(mine[s]);
}

static void check_exchange(int64_t length, int most, int steps)
{
    float *vector[MOST];
    odd_exchange *e = NULL;
    size_t bytes = (size_t)length * sizeof(double);
    double *here = odd_alloc(length, sizeof *here), *ranks = odd_alloc(length, sizeof *ranks);
    for (int s = 0; s < most; s++)
        vector[s] = draw_vector(length, s);
    CU_ASSERT_EQUAL(odd_exchange_new(MPI_COMM_WORLD, length, &e), ODD_OK);
    for (int shards = most; e && shards >= 1; shards--) {
        odd_gradient_sum(length, shards, (const float *const *)vector, here);
        memset(ranks, 0xff, bytes);
        exchange(e, length, shards, vector, steps, ranks);
        CU_ASSERT(memcmp(here, ranks, bytes) == 0);
    }
    odd_exchange_free(&e);
    for (int s = 0; s < most; s++)
        odd_free(vector[s]);
    odd_free(here);
    odd_free(ranks);
}

static void at_once(void)
{
    check_exchange(LENGTH, MOST, 0);
    check_exchange(1, FEW, 0); /* fewer values than ranks */
    check_exchange(LONG, FEW, 0);
}

static void part_by_part(void)
{
    check_exchange(LONG, FEW, 1);
    check_exchange(LONG, FEW, 4);
}

/* ---- Steps ---- */

enum { IMAGES = 11, INPUTS = 20, SHARDS = 5, STEPS = 4 };

typedef struct {
    odd_trainer *trainer;
    odd_gradient gradient;
    float image[IMAGES * INPUTS];
    int32_t label[IMAGES];
} training;

static void open_training(MPI_Comm comm, training *t)
{
    static const int64_t shape[] = {INPUTS};
    static const char *const item[] = {"dense 300", "batch_norm", "tanh", "dense 200", "dense 4"};
    const odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    odd_graph *g = NULL;
    *t = (training){.trainer = NULL};
    CU_ASSERT_EQUAL(odd_network_new("net", 1, shape, 5, item, ODD_INITIAL_HE, 3, &g), ODD_OK);
    const odd_loss loss = {ODD_LOSS_CROSS_ENTROPY, g->output[0], 1};
    CU_ASSERT_EQUAL(odd_trainer_new(g, 1, &loss, &options, &t->trainer), ODD_OK);
    CU_ASSERT_EQUAL(odd_gradient_open(comm, t->trainer, SHARDS, &t->gradient), ODD_OK);
    for (int i = 0; i < IMAGES * INPUTS; i++)
        t->image[i] = (float)odd_normal(8, ODD_STREAM_TEST, (uint64_t)i, 0);
    for (int i = 0; i < IMAGES; i++)
        t->label[i] = i % 4;
    odd_graph_free(&g);
}

static void close_training(training *t)
{
    odd_gradient_close(&t->gradient);
    odd_trainer_free(&t->trainer);
}

static odd_status step(training *t, int64_t batch, odd_tally *total)
{
    odd_gradient *g = &t->gradient;
    odd_gradient_cut(g, batch);
    for (int s = 0; s < g->mine; s++) {
        int64_t first, count;
        odd_gradient_range(g, batch, s, &first, &count);
        g->shard[s] = (odd_shard){.images = count,
                                  .input = t->image + first * INPUTS,
                                  .target = {{.label = t->label + first}}};
    }
    return odd_gradient_step(g, batch, 0.01, total);
}

/* Batches with more images than shards, and with fewer. */
static int64_t batch_of(int i)
{
    return i % 2 ? 3 : IMAGES;
}

static void check_weights(const training *a, const training *b)
{
    odd_bundle x = ODD_BUNDLE_EMPTY, y = ODD_BUNDLE_EMPTY;
    const odd_array *u, *v;
    CU_ASSERT_EQUAL(odd_trainer_save(a->trainer, &x), ODD_OK);
    CU_ASSERT_EQUAL(odd_trainer_save(b->trainer, &y), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_get(&x, "weights", ODD_F32, 1, &u), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_get(&y, "weights", ODD_F32, 1, &v), ODD_OK);
    CU_ASSERT(memcmp(u->data, v->data, (size_t)u->shape.shape[0] * sizeof(float)) == 0);
    odd_bundle_free(&x);
    odd_bundle_free(&y);
}

static void ranks_do_not_matter(void)
{
    training all, one;
    odd_tally of_all, of_one;
    open_training(MPI_COMM_WORLD, &all);
    open_training(MPI_COMM_SELF, &one);
    for (int i = 0; i < STEPS; i++) {
        CU_ASSERT_EQUAL(step(&all, batch_of(i), &of_all), ODD_OK);
        CU_ASSERT_EQUAL(step(&one, batch_of(i), &of_one), ODD_OK);
        CU_ASSERT(of_all.loss == of_one.loss && of_all.hits == of_one.hits);
        CU_ASSERT_EQUAL(of_all.images, batch_of(i));
    }
    check_weights(&all, &one);
    close_training(&all);
    close_training(&one);
}

/* One rank's shards fail: all fail alike, nothing has moved, and the next step works. */
static void failures(void)
{
    training all, one;
    odd_tally total;
    open_training(MPI_COMM_WORLD, &all);
    open_training(MPI_COMM_SELF, &one);
    if (odd_rank(MPI_COMM_WORLD) == 0) all.label[0] = 4;
    CU_ASSERT_EQUAL(step(&all, IMAGES, &total), ODD_ARG);
    all.label[0] = 0;
    CU_ASSERT_EQUAL(step(&all, IMAGES, &total), ODD_OK);
    CU_ASSERT_EQUAL(step(&one, IMAGES, &total), ODD_OK);
    check_weights(&all, &one);
    close_training(&all);
    close_training(&one);
}

CU_TestInfo odd_tests[] = {
    {"same bits", same_bits},
    {"exchanged at once", at_once},
    {"exchanged part by part", part_by_part},
    {"ranks do not matter", ranks_do_not_matter},
    {"failures", failures},
    CU_TEST_INFO_NULL,
};

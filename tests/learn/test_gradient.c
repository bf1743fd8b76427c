/* Steps of training: their weights have the same bits on any number of ranks, and ranks fail alike.
 */
#include "oddlot_test_mpi.h"

#include "oddlot/learn/gradient.h"

#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"
#include "oddlot/par/comm.h"

#include <string.h>

const char *odd_test_name = "learn.gradient";

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
        CU_ASSERT_EQUAL(of_all.images, (double)batch_of(i));
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
    {"ranks do not matter", ranks_do_not_matter},
    {"failures", failures},
    CU_TEST_INFO_NULL,
};

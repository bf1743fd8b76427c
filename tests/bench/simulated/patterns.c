/* The patterns of messages of EM, k-means, gradients, sample sort, gathering and neighbours'
 * panels, by the functions of src/par that the program calls, on as many ranks as SimGrid's SMPI
 * simulates; work between them is a time that is given. Prints a line of JSON: seconds of a step
 * there, and by the model.
 *
 * usage: patterns PATTERN ROWS WORK LATENCY BANDWIDTH   WORK: seconds of a step on one rank */
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/exchange_cost.h"
#include "oddlot/par/partition.h"
#include "oddlot/par/route.h"
#include "oddlot/par/sum_exchange.h"
#include "oddlot/par/treesum.h"

#include <math.h>
#include <smpi/smpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum {
    WIDTH = 40,         /* values of a reduced row */
    COMPONENTS = 2,     /* of a mixture of full covariances */
    CENTRES = 20,       /* of k-means */
    PARAMETERS = 65536, /* of a network */
    FEATURES = 384,     /* of rows that look for neighbours */
    PANELS = 8          /* of them: all are alike */
};

typedef struct {
    int64_t rows;
    double work; /* seconds on one rank */
    odd_partition part;
    odd_interconnect network;
} setting;

static void work(const setting *s, double share)
{
    smpi_execute(s->work * share);
}

static double my_share(const setting *s)
{
    return (double)s->part.n_local / (double)s->rows;
}

/* The largest share of all. */
static double largest_share(const setting *s)
{
    return (double)odd_partition_of(s->rows, 0, s->network.ranks).n_local / (double)s->rows;
}

/* A pass over the rows, as odd_rows_sum() ends: agreement, the sum of all blocks in its order, to
 * all. */
static double pass(const setting *s, int64_t length)
{
    odd_treesum *sum;
    double *out = odd_alloc(length, sizeof *out);
    ODD_CHECK(out && odd_treesum_new(length, s->part.block0, &sum) == ODD_OK);
    const int64_t blocks = (s->part.n_local + s->part.block - 1) / s->part.block;
    work(s, my_share(s));
    for (int64_t b = 0; b < blocks; b++) {
        ODD_CHECK(odd_treesum_next(sum));
        odd_treesum_push(sum);
    }
    ODD_CHECK(odd_agree(WORLD, ODD_OK) == ODD_OK && odd_treesum_total(WORLD, sum, out) == ODD_OK);
    odd_treesum_free(&sum);
    odd_free(out);
    return s->work * largest_share(s) +
           2 * odd_exchange_seconds(ODD_EXCHANGE_AGREE, 0, &s->network) +
           odd_exchange_seconds(ODD_EXCHANGE_SUM, (double)length * 8, &s->network);
}

static double do_em(const setting *s)
{
    return pass(s, COMPONENTS * (1 + WIDTH + WIDTH * (WIDTH + 1) / 2));
}

static double do_kmeans(const setting *s)
{
    return pass(s, CENTRES * (1 + WIDTH));
}

/* A step of training: a shard for each rank. */
static double do_gradient(const setting *s)
{
    odd_exchange *e;
    float *gradient = odd_alloc(PARAMETERS, sizeof *gradient);
    double *sum = odd_alloc(PARAMETERS, sizeof *sum);
    ODD_CHECK(gradient && sum && odd_exchange_new(WORLD, PARAMETERS, &e) == ODD_OK);
    ODD_CHECK(odd_exchange_cut(e, s->network.ranks) == ODD_OK);
    work(s, 1.0 / s->network.ranks);
    odd_exchange_begin(e, &gradient);
    odd_exchange_end(e, sum);
    odd_exchange_free(&e);
    odd_free(gradient);
    odd_free(sum);
    return s->work / s->network.ranks + odd_exchange_seconds(ODD_EXCHANGE_AGREE, 0, &s->network) +
           odd_exchange_seconds(ODD_EXCHANGE_GRADIENT, PARAMETERS * sizeof(double), &s->network);
}

/* Keys go to the ranks that they are spread over evenly. */
typedef struct {
    uint64_t key;
    int64_t row;
} keyed;

static int owner(const void *context, const void *thing)
{
    return (int)(((const keyed *)thing)->key % (uint64_t)((const setting *)context)->network.ranks);
}

static double do_sort(const setting *s)
{
    keyed *mine = odd_alloc(s->part.n_local, sizeof *mine);
    void *come;
    int64_t n;
    ODD_CHECK(mine);
    for (int64_t i = 0; i < s->part.n_local; i++) {
        const uint64_t row = (uint64_t)(s->part.row0 + i);
        mine[i] = (keyed){(row * 0x9E3779B97F4A7C15u) >> 20, (int64_t)row};
    }
    work(s, my_share(s));
    ODD_CHECK(odd_route(WORLD, mine, s->part.n_local, sizeof *mine, owner, s, &come, &n) == ODD_OK);
    odd_free(mine);
    odd_free(come);
    return s->work * largest_share(s) +
           2 * odd_exchange_seconds(ODD_EXCHANGE_AGREE, 0, &s->network) +
           odd_exchange_seconds(ODD_EXCHANGE_ROUTE, (double)s->rows * sizeof *mine, &s->network);
}

static double do_gather(const setting *s)
{
    double *mine = odd_alloc(s->part.n_local, sizeof *mine);
    void *all;
    int64_t n;
    ODD_CHECK(mine);
    work(s, my_share(s));
    ODD_CHECK(odd_gather_rows(WORLD, 0, mine, s->part.n_local, sizeof *mine, &all, &n) == ODD_OK);
    odd_free(mine);
    odd_free(all);
    return s->work * largest_share(s) +
           2 * odd_exchange_seconds(ODD_EXCHANGE_AGREE, 0, &s->network) +
           odd_exchange_seconds(ODD_EXCHANGE_GATHER, (double)s->rows * sizeof *mine, &s->network);
}

/* Rows of some ranks come by, as in linalg/neighbours_between.c: a step is a panel. */
static double do_ring(const setting *s)
{
    const int owners = s->network.ranks < PANELS ? s->network.ranks : PANELS;
    const int64_t most = odd_partition_of(s->rows, 0, s->network.ranks).n_local;
    const int64_t panel = most < 4096 ? most : 4096;
    float *x = odd_alloc(panel * FEATURES, sizeof *x);
    ODD_CHECK(x);
    for (int o = 0; o < owners; o++) {
        const int64_t count = odd_partition_of(s->rows, o, s->network.ranks).n_local;
        const size_t bytes = (size_t)(count < panel ? count : panel) * sizeof *x;
        ODD_CHECK(odd_agree(WORLD, ODD_OK) == ODD_OK && odd_agree(WORLD, ODD_OK) == ODD_OK);
        odd_broadcast(WORLD, o, x, FEATURES * bytes);
        odd_broadcast(WORLD, o, x, bytes);
        work(s, my_share(s) * (double)(count < panel ? count : panel) / (double)s->rows);
    }
    odd_free(x);
    const double bytes = (double)panel * sizeof *x, share = largest_share(s);
    return owners * (s->work * share * (double)panel / (double)s->rows +
                     2 * odd_exchange_seconds(ODD_EXCHANGE_AGREE, 0, &s->network) +
                     odd_exchange_seconds(ODD_EXCHANGE_BROADCAST, FEATURES * bytes, &s->network) +
                     odd_exchange_seconds(ODD_EXCHANGE_BROADCAST, bytes, &s->network));
}

static const struct {
    const char *name;
    double (*step)(const setting *); /* returns the seconds of the model */
} patterns[] = {{"em", do_em},     {"kmeans", do_kmeans}, {"gradient", do_gradient},
                {"sort", do_sort}, {"gather", do_gather}, {"ring", do_ring}};

static void take_pattern(int i, const setting *s)
{
    odd_agree(WORLD,
              ODD_OK); /* SMPI looks for ranks that share nodes in the first collective call */
    MPI_Barrier(WORLD);
    double began = MPI_Wtime(), ended;
    const double model = patterns[i].step(s);
    ended = MPI_Wtime();
    odd_max_f64(WORLD, &began, 1);
    odd_max_f64(WORLD, &ended, 1);
    const double took = ended - began;
    if (odd_rank(WORLD) == 0)
        printf("{\"pattern\": \"%s\", \"ranks\": %d, \"rows\": %lld, \"work\": %g, "
               "\"simulated_seconds\": %.9g, \"model_seconds\": %.9g}\n",
               patterns[i].name, s->network.ranks, (long long)s->rows, s->work, took, model);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    if (argc != 6) MPI_Abort(WORLD, 2);
    setting s = {.rows = atoll(argv[2]), .work = atof(argv[3])};
    s.part = odd_partition_rows(WORLD, s.rows);
    s.network = (odd_interconnect){odd_size(WORLD), s.part.blocks, atof(argv[4]), 0, atof(argv[5])};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (strcmp(argv[1], patterns[i].name) == 0) take_pattern((int)i, &s);
    MPI_Finalize();
    return 0;
}

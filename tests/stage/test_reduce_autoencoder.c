/* Tests of the auto-encoder as a reduction: rows of a plane are given back through two numbers,
 * on any number of ranks; models are kept whole; what cannot be is told. */
#include "oddlot_test_mpi.h"

#include "oddlot/stage/reductions.h"
#include "stage/reduce/reduce_coder_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "stage/reduce_autoencoder";

#define WORLD MPI_COMM_WORLD

enum { N = 300, D = 10, K = 2 };

static char *plane[] = {"dense 2"}, *nothing[] = {"dense 3", "dense 11"};
static const odd_reduce_coder_options usual = {
    .network = {plane, 1}, .epochs = 60, .batch = 30, .shards = 5, .rate = 0.02};

/* Row i: a point of a plane, far from the origin, in units of 100. */
static void fill_row(int64_t i, float x[D])
{
    const double u = odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, 0);
    const double v = odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, 1);
    for (int j = 0; j < D; j++)
        x[j] = (float)(100 * (u * cos(j) + 0.5 * v * sin(2 * j) + 7));
}

/* My rows of `comm`; owned by caller. */
static odd_rows rows_of(MPI_Comm comm, float **x)
{
    const odd_partition part = odd_partition_rows(comm, N);
    *x = odd_alloc(part.n_local * D, sizeof **x);
    for (int64_t i = 0; i < part.n_local; i++)
        fill_row(part.row0 + i, *x + i * D);
    return odd_rows_in_memory(comm, N, D, *x);
}

static odd_status learn(const odd_rows *rows, const odd_reduce_coder_options *o, odd_bundle *model,
                        int *k, int64_t *bad_row)
{
    return odd_reduction_autoencoder.fit(o, rows, 3, model, k, bad_row);
}

static void is_in_the_table(void)
{
    CU_ASSERT_PTR_EQUAL(odd_stage_reduction_find("autoencoder"), &odd_reduction_autoencoder);
    CU_ASSERT_PTR_EQUAL(odd_stage_reduction_find("pca"), odd_reductions[0]);
    CU_ASSERT_PTR_NULL(odd_stage_reduction_find("no such reduction"));
    for (int i = 0; odd_stage_reductions[i]; i++)
        CU_ASSERT_PTR_EQUAL(odd_stage_reduction_find(odd_stage_reductions[i]->name),
                            odd_stage_reductions[i]);
}

static void a_plane_is_given_back(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    float *x, score[N * K];
    double residual[N], worst = 0, length = 0;
    const odd_rows rows = rows_of(WORLD, &x);
    int d, k;
    int64_t bad_row;
    if (!check_all(WORLD, learn(&rows, &usual, &model, &k, &bad_row) == ODD_OK)) return;
    CU_ASSERT(k == K && bad_row == -1);
    CU_ASSERT(odd_reduction_autoencoder.width(&model, &d, &k) == ODD_OK && d == D && k == K);
    if (!check_all(WORLD,
                   odd_reduction_autoencoder.apply(&model, &rows, score, residual) == ODD_OK))
        return;
    for (int64_t i = 0; i < rows.part.n_local; i++) {
        worst = fmax(worst, residual[i]);
        for (int j = 0; j < D; j++)
            length = fmax(length, fabs(x[i * D + j] - 700));
    }
    odd_max_f64(WORLD, &worst, 1);
    odd_max_f64(WORLD, &length, 1);
    CU_ASSERT(worst < 0.05 * length);
    odd_bundle_free(&model);
    odd_free(x);
}

static void check_same_models(const odd_bundle *a, const odd_bundle *b)
{
    CU_ASSERT_EQUAL(a->count, b->count);
    for (int i = 0; i < a->count && i < b->count; i++) {
        const odd_array *x = &a->array[i], *y = &b->array[i];
        int64_t bytes;
        CU_ASSERT(strcmp(x->name, y->name) == 0);
        CU_ASSERT(odd_shape_bytes(&x->shape, &bytes) == ODD_OK);
        CU_ASSERT(memcmp(x->data, y->data, (size_t)bytes) == 0);
    }
}

/* The model of all ranks and that of one alone, and the rows by them. */
static void ranks_do_not_show(void)
{
    odd_bundle together = ODD_BUNDLE_EMPTY, alone = ODD_BUNDLE_EMPTY;
    float *x, *y, score[N * K], expected[N * K];
    double residual[N], left[N];
    const odd_rows rows = rows_of(WORLD, &x), all = rows_of(MPI_COMM_SELF, &y);
    int k;
    int64_t bad_row;
    if (!check_all(WORLD, learn(&rows, &usual, &together, &k, &bad_row) == ODD_OK)) return;
    if (!check_all(WORLD, learn(&all, &usual, &alone, &k, &bad_row) == ODD_OK)) return;
    check_same_models(&alone, &together);
    const odd_status st = odd_reduction_autoencoder.apply(&together, &rows, score, residual);
    if (!check_all(WORLD, st == ODD_OK)) return;
    CU_ASSERT(odd_reduction_autoencoder.apply(&alone, &all, expected, left) == ODD_OK);
    CU_ASSERT(memcmp(score, expected + rows.part.row0 * K,
                     (size_t)(rows.part.n_local * K) * sizeof *score) == 0);
    CU_ASSERT(
        memcmp(residual, left + rows.part.row0, (size_t)rows.part.n_local * sizeof *residual) == 0);
    odd_bundle_free(&together);
    odd_bundle_free(&alone);
    odd_free(x);
    odd_free(y);
}

/* A reader that counts. */
typedef struct {
    const float *x;
    int64_t longest, rows; /* of one read; of all */
} source;

static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    source *s = context;
    s->rows += count;
    if (count > s->longest) s->longest = count;
    memcpy(x, s->x + local * D, (size_t)(count * D) * sizeof *x);
    return ODD_OK;
}

/* The same bits as in memory, and never more rows at a time than a panel has: twice all of them to
 * measure, once an epoch, once to apply. */
static void streams(void)
{
    enum { PANEL = 256 };
    odd_bundle held = ODD_BUNDLE_EMPTY, streamed = ODD_BUNDLE_EMPTY;
    float *x, score[N * K], expected[N * K];
    double residual[N], left[N];
    const odd_rows in_memory = rows_of(WORLD, &x);
    source s = {.x = x};
    odd_rows rows = in_memory;
    int k;
    int64_t bad_row;
    rows.x = NULL;
    rows.read = read_rows;
    rows.reader = &s;
    if (!check_all(WORLD, learn(&in_memory, &usual, &held, &k, &bad_row) == ODD_OK)) return;
    if (!check_all(WORLD, learn(&rows, &usual, &streamed, &k, &bad_row) == ODD_OK)) return;
    check_same_models(&held, &streamed);
    odd_status st = odd_reduction_autoencoder.apply(&held, &in_memory, expected, left);
    if (!check_all(WORLD, st == ODD_OK)) return;
    st = odd_reduction_autoencoder.apply(&streamed, &rows, score, residual);
    if (!check_all(WORLD, st == ODD_OK)) return;
    const size_t n_local = (size_t)rows.part.n_local;
    CU_ASSERT(memcmp(score, expected, n_local * K * sizeof *score) == 0);
    CU_ASSERT(memcmp(residual, left, n_local * sizeof *residual) == 0);
    CU_ASSERT(s.longest <= PANEL);
    CU_ASSERT_EQUAL(s.rows, rows.part.n_local * (3 + usual.epochs));
    odd_bundle_free(&held);
    odd_bundle_free(&streamed);
    odd_free(x);
}

static void what_cannot_be_is_told(void)
{
    odd_reduce_coder_options o = usual;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    float *x;
    const odd_rows rows = rows_of(WORLD, &x);
    int k, d;
    int64_t bad_row;
    o.network.count = 0;
    check_all(WORLD, learn(&rows, &o, &model, &k, &bad_row) == ODD_USAGE);
    o = usual;
    o.decoder = (odd_list){nothing, 2};
    check_all(WORLD, learn(&rows, &o, &model, &k, &bad_row) == ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "ends in 11 values, rows have 10"));
    if (rows.part.row0 <= 123 && rows.part.row0 + rows.part.n_local > 123)
        x[(123 - rows.part.row0) * D + 4] = NAN;
    check_all(WORLD, learn(&rows, &usual, &model, &k, &bad_row) == ODD_NUMERIC);
    CU_ASSERT_EQUAL(bad_row, 123);
    CU_ASSERT_EQUAL(model.count, 0);
    CU_ASSERT_EQUAL(odd_reduction_autoencoder.width(&model, &d, &k), ODD_FORMAT);
    odd_free(x);
}

/* Without any one of its arrays, or with one too short. */
static void models_are_whole(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    float *x;
    const odd_rows rows = rows_of(WORLD, &x);
    int k, d;
    int64_t bad_row;
    if (!check_all(WORLD, learn(&rows, &usual, &model, &k, &bad_row) == ODD_OK)) return;
    for (int i = 0; i < model.count; i++) {
        odd_array *a = &model.array[i];
        char *name = a->name;
        a->name = "other";
        CU_ASSERT_EQUAL(odd_reduction_autoencoder.width(&model, &d, &k), ODD_FORMAT);
        a->name = name;
        if (a->shape.rank != 1) continue;
        a->shape.shape[0]--;
        CU_ASSERT_EQUAL(odd_reduction_autoencoder.width(&model, &d, &k), ODD_FORMAT);
        a->shape.shape[0]++;
    }
    CU_ASSERT_EQUAL(odd_reduction_autoencoder.width(&model, &d, &k), ODD_OK);
    odd_bundle_free(&model);
    odd_free(x);
}

CU_TestInfo odd_tests[] = {
    {"it is in the table", is_in_the_table},
    {"a plane is given back", a_plane_is_given_back},
    {"ranks do not show", ranks_do_not_show},
    {"what cannot be is told", what_cannot_be_is_told},
    {"models are whole", models_are_whole},
    {"rows are streamed", streams},
    CU_TEST_INFO_NULL,
};

/* UMAP: known curves and nearness, groups that stay apart, and the same bits wherever it is done.
 */
#include "pca_fixture.h"
#include "umap_reference.h"

#include "linalg/umap_internal.h"
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/threads.h"

/* The settings, as a job fills them. */
typedef struct {
    int64_t components, neighbours, epochs, most;
    double apart;
} settings;

enum { GROUPS = 3, N = 240 };

/* Three groups of rows far apart, each on a bent line. */
static float group_value(int64_t i, int j)
{
    const double along = (double)(i / GROUPS) / (N / GROUPS) * 3;
    const double noise = 0.05 * odd_normal(8, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
    const double bent = j == 0 ? cos(along) : j == 1 ? sin(along) : 0;
    return (float)(bent + noise + (j % GROUPS == i % GROUPS ? 4 : 0));
}

static float same_value(int64_t i, int j)
{
    (void)i;
    return (float)j;
}

static odd_status lay_out(const odd_rows *rows, settings o, uint64_t seed, odd_bundle *model,
                          float *score)
{
    const odd_reduction *umap = odd_reduction_find("umap");
    int64_t bad;
    int k;
    odd_status st;
    ODD_TRY(umap->fit(&o, rows, seed, model, &k, &bad));
    CU_ASSERT(k == o.components && bad == -1);
    ODD_TRY(umap->apply(model, rows, score, NULL));
done:
    return st;
}

static void test_curves(void)
{
    for (size_t i = 0; i < sizeof umap_curves / sizeof *umap_curves; i++) {
        const odd_umap_curve c = odd_umap_curve_for(umap_curves[i][0]);
        CU_ASSERT_DOUBLE_EQUAL(c.a, umap_curves[i][1], 1e-5);
        CU_ASSERT_DOUBLE_EQUAL(c.b, umap_curves[i][2], 1e-5);
    }
}

static void test_nearness(void)
{
    static const double equal[4] = {0, 0, 0, 0}, some[4] = {0, 0, 2, 3};
    double nearness[5];
    for (size_t i = 0; i < sizeof umap_distances / sizeof *umap_distances; i++) {
        odd_umap_nearness(5, umap_distances[i], nearness);
        for (int j = 0; j < 5; j++)
            CU_ASSERT_DOUBLE_EQUAL(nearness[j], umap_nearness[i][j], 1e-4);
    }
    odd_umap_nearness(4, equal, nearness);
    for (int j = 0; j < 4; j++)
        CU_ASSERT(nearness[j] == 1);
    odd_umap_nearness(4, some, nearness); /* the first that is not a copy is as near as copies */
    CU_ASSERT(nearness[0] == 1 && nearness[1] == 1 && nearness[2] == 1 && nearness[3] < 1);
}

/* 0 is near to 1 and 2, 1 to 0, 2 to nobody. */
static void test_join(void)
{
    static const int32_t to[] = {1, 2, 0, -1, -1, -1};
    static const float nearness[] = {0.5f, 0.25f, 1, 0, 0, 0};
    odd_umap_graph g;
    CU_ASSERT_EQUAL_FATAL(odd_umap_join(3, 2, to, nearness, &g), ODD_OK);
    CU_ASSERT(g.begin[0] == 0 && g.begin[1] == 2 && g.begin[2] == 3 && g.begin[3] == 4);
    CU_ASSERT(g.to[0] == 1 && g.to[1] == 2 && g.to[2] == 0 && g.to[3] == 0);
    CU_ASSERT(g.nearness[0] == 1 && g.nearness[2] == 1); /* 0.5 + 1 - 0.5 */
    CU_ASSERT(g.nearness[1] == 0.25f && g.nearness[3] == 0.25f);
    odd_umap_graph_free(&g);
}

static double distance(int64_t e, const float a[], const float b[])
{
    double sum = 0;
    for (int64_t c = 0; c < e; c++)
        sum += ((double)a[c] - b[c]) * ((double)a[c] - b[c]);
    return sqrt(sum);
}

/* Share of the rows whose nearest row in the layout is of their group. */
static double of_one_group(int64_t n, int64_t e, const float y[])
{
    int64_t good = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t nearest = i == 0;
        for (int64_t j = 0; j < n; j++)
            if (j != i &&
                distance(e, y + i * e, y + j * e) < distance(e, y + i * e, y + nearest * e))
                nearest = j;
        good += nearest % GROUPS == i % GROUPS;
    }
    return (double)good / (double)n;
}

/* The widest group is less wide than the gap between two. */
static bool is_apart(int64_t n, int64_t e, const float y[])
{
    double widest = 0, gap = INFINITY;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) {
            const double d = distance(e, y + i * e, y + j * e);
            if (i % GROUPS == j % GROUPS)
                widest = fmax(widest, d);
            else
                gap = fmin(gap, d);
        }
    return widest < 2 * gap;
}

static void check_groups(settings o)
{
    fixture f;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    if (!check_all(WORLD, open_fixture(MPI_COMM_SELF, group_value, N, 12, &f) == ODD_OK)) return;
    float *y = odd_alloc(N * o.components, sizeof *y);
    CU_ASSERT_EQUAL(lay_out(&f.rows, o, 3, &model, y), ODD_OK);
    CU_ASSERT(of_one_group(N, o.components, y) == 1);
    CU_ASSERT(is_apart(N, o.components, y));
    odd_bundle_free(&model);
    odd_free(y);
    odd_free(f.x);
}

static void test_groups(void)
{
    check_groups((settings){2, 10, 200, 1000, 0});
    check_groups((settings){5, 15, 0, 1000, 0.1});
    check_groups((settings){15, 15, 100, 1000, 0}); /* more than the features */
    check_groups((settings){2, 10, 200, 90, 0});    /* most rows are put between others */
}

/* All ranks, streamed, against each rank alone with one thread. */
static void check_bits(int64_t n, int d, settings o)
{
    const int64_t k = o.components;
    fixture all, alone;
    odd_bundle ours = ODD_BUNDLE_EMPTY, own = ODD_BUNDLE_EMPTY;
    bool open = open_fixture(WORLD, group_value, n, d, &all) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, group_value, n, d, &alone) == ODD_OK;
    if (!check_all(WORLD, open)) return;
    float *part = odd_alloc(all.rows.part.n_local * k, sizeof *part);
    float *whole = odd_alloc(n * k, sizeof *whole);
    const odd_rows read = read_rows_of(&all);
    check_all(WORLD, lay_out(&read, o, 3, &ours, part) == ODD_OK);
    const int threads = odd_threads();
    odd_threads_setup(1, 1);
    check_all(WORLD, lay_out(&alone.rows, o, 3, &own, whole) == ODD_OK);
    odd_threads_setup(threads, 1);
    check_all(WORLD, same_bits(whole + all.rows.part.row0 * k, part, all.rows.part.n_local * k,
                               sizeof *part));
    odd_bundle_free(&ours);
    odd_bundle_free(&own);
    odd_free(whole);
    odd_free(part);
    odd_free(alone.x);
    odd_free(all.x);
}

static void test_same_bits(void)
{
    check_bits(N, 12, (settings){2, 15, 60, 1000, 0});
    check_bits(N, 40, (settings){10, 5, 40, 1000, 0.1});
    check_bits(150, 6, (settings){3, 8, 50, 70, 0});
    check_bits(9, 4, (settings){2, 15, 30, 1000, 0}); /* fewer rows than neighbours, or ranks */
}

/* Rows that are laid out lie in the layout, and so do their copies; another row lies between. */
static void test_others(void)
{
    fixture f;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    const settings o = {2, 10, 100, 1000, 0};
    const odd_reduction *umap = odd_reduction_find("umap");
    float y[2 * N], other[3 * 12], placed[3 * 2];
    if (!check_all(WORLD, open_fixture(MPI_COMM_SELF, group_value, N, 12, &f) == ODD_OK)) return;
    CU_ASSERT_EQUAL(lay_out(&f.rows, o, 3, &model, y), ODD_OK);
    const odd_array *layout = odd_bundle_find(&model, "layout");
    CU_ASSERT(layout && memcmp(layout->data, y, sizeof y) == 0);
    memcpy(other, f.x + 7 * 12, 12 * sizeof *other);
    for (int j = 0; j < 12; j++) {
        other[12 + j] = (f.x[7 * 12 + j] + f.x[10 * 12 + j]) / 2;
        other[24 + j] = f.x[8 * 12 + j] + 100;
    }
    const odd_rows rows = odd_rows_in_memory(MPI_COMM_SELF, 3, 12, other);
    CU_ASSERT_EQUAL(umap->apply(&model, &rows, placed, NULL), ODD_OK);
    CU_ASSERT(memcmp(placed, y + 2 * 7, 2 * sizeof *y) == 0);
    CU_ASSERT(distance(2, placed + 2, y + 2 * 7) < distance(2, placed + 2, y + 2 * 8));
    CU_ASSERT(isfinite(placed[4]) && isfinite(placed[5])); /* far from all */
    odd_bundle_free(&model);
    odd_free(f.x);
}

static void test_copies(void)
{
    fixture f;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    float y[40 * 2];
    if (!check_all(WORLD, open_fixture(MPI_COMM_SELF, same_value, 40, 3, &f) == ODD_OK)) return;
    CU_ASSERT_EQUAL(lay_out(&f.rows, (settings){2, 5, 50, 1000, 0}, 1, &model, y), ODD_OK);
    for (int i = 0; i < 40 * 2; i++)
        CU_ASSERT(isfinite(y[i]));
    odd_bundle_free(&model);
    odd_free(f.x);
}

static odd_status try_model(const odd_rows *rows, int64_t m, int64_t d, int64_t places, int64_t k)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    float score[64], *data;
    CU_ASSERT_EQUAL(odd_bundle_add(&b, "reference", ODD_F32, "", &data, 2, m, d), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add(&b, "layout", ODD_F32, "", &data, 2, places, (int64_t)2),
                    ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_i64(&b, "neighbours", "", k), ODD_OK);
    const odd_status st = odd_reduction_find("umap")->apply(&b, rows, score, NULL);
    odd_bundle_free(&b);
    return st;
}

static void test_refusals(void)
{
    fixture f;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    float score[64];
    int64_t bad;
    int k;
    const settings o = {2, 5, 10, 1000, 0};
    const odd_reduction *umap = odd_reduction_find("umap");
    if (!check_all(WORLD, open_fixture(WORLD, group_value, 20, 3, &f) == ODD_OK)) return;
    check_all(WORLD, try_model(&f.rows, 6, 3, 6, 4) == ODD_OK);
    check_all(WORLD, try_model(&f.rows, 6, 4, 6, 4) == ODD_ARG); /* another width */
    check_all(WORLD, try_model(&f.rows, 6, 3, 5, 4) == ODD_FORMAT);
    check_all(WORLD, try_model(&f.rows, 6, 3, 6, 7) == ODD_FORMAT);
    check_all(WORLD, try_model(&f.rows, 6, 3, 6, 0) == ODD_FORMAT);
    check_all(WORLD, umap->apply(&model, &f.rows, score, NULL) == ODD_FORMAT);
    const odd_rows few = odd_rows_in_memory(WORLD, 2, 3, f.x);
    check_all(WORLD, umap->fit(&o, &few, 1, &model, &k, &bad) == ODD_ARG);
    odd_bundle_free(&model);
    if (f.rows.part.row0 <= 13 && 13 < f.rows.part.row0 + f.rows.part.n_local)
        f.x[(13 - f.rows.part.row0) * 3 + 1] = NAN;
    check_all(WORLD, umap->fit(&o, &f.rows, 1, &model, &k, &bad) == ODD_NUMERIC && bad == 13);
    odd_bundle_free(&model);
    odd_free(f.x);
}

const char *odd_test_name = "linalg/umap";
CU_TestInfo odd_tests[] = {
    {"known curves", test_curves},
    {"known nearness", test_nearness},
    {"nearness of every two rows", test_join},
    {"groups are together and apart", test_groups},
    {"the same bits on any ranks and threads, streamed", test_same_bits},
    {"other rows", test_others},
    {"copies of one row", test_copies},
    {"what it refuses", test_refusals},
    CU_TEST_INFO_NULL,
};

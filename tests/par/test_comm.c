/* Collective operations: values, uneven and empty parts, and messages cut into pieces. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "par/comm_internal.h"

#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD

static void test_reductions(void)
{
    int rank = odd_rank(WORLD), size = odd_size(WORLD);
    int64_t sum[3] = {1, rank, (int64_t)1 << 40}, max[2] = {rank, -rank};
    double sum_f[2] = {0.5, rank}, max_f[2] = {-1.0 - rank, rank};
    odd_sum_i64(WORLD, sum, 3);
    odd_max_i64(WORLD, max, 2);
    odd_sum_f64(WORLD, sum_f, 2);
    odd_max_f64(WORLD, max_f, 2);
    CU_ASSERT(sum[0] == size && sum[1] == size * (size - 1) / 2);
    CU_ASSERT(sum[2] == (int64_t)size << 40);
    CU_ASSERT(max[0] == size - 1 && max[1] == 0);
    CU_ASSERT(sum_f[0] == 0.5 * size && sum_f[1] == size * (size - 1) / 2.0);
    CU_ASSERT(max_f[0] == -1 && max_f[1] == size - 1);
}

static void test_sum_before(void)
{
    int rank = odd_rank(WORLD);
    CU_ASSERT_EQUAL(odd_sum_before(WORLD, rank + 1), rank * (rank + 1) / 2);
    CU_ASSERT_EQUAL(odd_sum_before(WORLD, (int64_t)1 << 40), (int64_t)rank << 40);
}

static void test_broadcast(void)
{
    for (int root = 0; root < odd_size(WORLD); root++) {
        char text[40] = "";
        if (odd_rank(WORLD) == root) snprintf(text, sizeof text, "from rank %d", root);
        odd_broadcast(WORLD, root, text, sizeof text);
        char expected[40];
        snprintf(expected, sizeof expected, "from rank %d", root);
        CU_ASSERT_STRING_EQUAL(text, expected);
    }
}

typedef struct {
    int32_t rank, number, square; /* 12 bytes: no power of two */
} row;

/* Rank r brings `rows_of(r)` rows. */
typedef int64_t (*counts)(int rank);

static int64_t uneven(int rank)
{
    return (rank * 7 + 3) % 5;
}

static int64_t none(int rank)
{
    (void)rank;
    return 0;
}

static int64_t only_last(int rank)
{
    return rank == odd_size(WORLD) - 1 ? 4 : 0;
}

static bool is_in_order(const row all[], counts rows_of)
{
    for (int rank = 0; rank < odd_size(WORLD); rank++)
        for (int32_t i = 0; i < rows_of(rank); i++, all++)
            if (all->rank != rank || all->number != i || all->square != i * i) return false;
    return true;
}

/* How many are mine; *all: how many there are. */
static int64_t make_rows(counts rows_of, row mine[5], int64_t *all)
{
    const int64_t n_local = rows_of(odd_rank(WORLD));
    *all = 0;
    for (int32_t i = 0; i < n_local; i++)
        mine[i] = (row){odd_rank(WORLD), i, i * i};
    for (int rank = 0; rank < odd_size(WORLD); rank++)
        *all += rows_of(rank);
    return n_local;
}

static bool gathers(counts rows_of, int root)
{
    row mine[5];
    int64_t n, expected, n_local = make_rows(rows_of, mine, &expected);
    void *all;
    odd_status st =
        odd_gather_rows(WORLD, root, n_local ? mine : NULL, n_local, sizeof(row), &all, &n);
    bool good = st == ODD_OK && n == expected &&
                (odd_rank(WORLD) == root ? all && is_in_order(all, rows_of) : !all);
    odd_free(all);
    return good;
}

static bool shares_rows(counts rows_of)
{
    row mine[5];
    int64_t n, expected, n_local = make_rows(rows_of, mine, &expected);
    void *all;
    odd_status st = odd_share_rows(WORLD, n_local ? mine : NULL, n_local, sizeof(row), &all, &n);
    bool good = st == ODD_OK && n == expected && (n == 0 || is_in_order(all, rows_of));
    odd_free(all);
    return good;
}

static void test_gather(void)
{
    const counts all[] = {uneven, none, only_last};
    for (int i = 0; i < 3; i++)
        if (!check_all(WORLD, shares_rows(all[i]))) return;
    for (int i = 0; i < 3; i++)
        for (int root = 0; root < odd_size(WORLD); root++)
            if (!check_all(WORLD, gathers(all[i], root))) return;
}

/* More rows than any memory holds: refused before they move, on every rank. */
static void test_gather_too_much(void)
{
    int64_t n;
    void *all;
    odd_status st = odd_gather_rows(WORLD, 0, NULL, (int64_t)1 << 58, 64, &all, &n);
    CU_ASSERT(check_all(WORLD, st == ODD_NOMEM && !all && n == 0));
}

static bool shares_bytes(int root, int64_t size)
{
    char *bytes = NULL;
    int64_t got = 0;
    if (odd_rank(WORLD) == root) {
        got = size;
        bytes = odd_alloc(size, 1);
        for (int64_t i = 0; i < size; i++)
            bytes[i] = (char)(i % 251);
    }
    bool good = odd_share_bytes(WORLD, root, &bytes, &got) == ODD_OK && got == size && bytes;
    for (int64_t i = 0; i < size && good; i++)
        good = bytes[i] == (char)(i % 251);
    if (odd_rank(WORLD) != root) good = good && bytes[size] == '\0';
    odd_free(bytes);
    return good;
}

static void test_share_bytes(void)
{
    const int64_t sizes[] = {0, 1, 1000, 100001};
    for (int root = 0; root < odd_size(WORLD); root++)
        for (int i = 0; i < 4; i++)
            if (!check_all(WORLD, shares_bytes(root, sizes[i]))) return;
}

static void test_share_bytes_too_much(void)
{
    char small[1] = "", *bytes = small;
    int64_t size = INT64_MAX - 1;
    if (odd_size(WORLD) == 1) return;
    odd_status st = odd_share_bytes(WORLD, 0, &bytes, &size);
    CU_ASSERT(check_all(WORLD, st == ODD_NOMEM));
    CU_ASSERT(check_all(WORLD, odd_rank(WORLD) == 0 ? bytes == small : !bytes && size == 0));
}

static odd_status fill_bundle(odd_bundle *b)
{
    odd_status st = ODD_OK;
    double *mean;
    char *names;
    void *empty;
    const odd_shape strings = {.type = ODD_STRING, .width = 5, .rank = 1, .shape = {2}};
    ODD_TRY(odd_bundle_add(b, "theme/mean", ODD_F64, "mean of each feature", &mean, 2, (int64_t)2,
                           (int64_t)3));
    for (int i = 0; i < 6; i++)
        mean[i] = 1.0 / (i + 1);
    ODD_TRY(odd_bundle_add_shape(b, "names", "of the two", &strings, &names));
    memcpy(names, "shoe\0scarf", 10); /* the second fills its width */
    ODD_TRY(odd_bundle_add(b, "none", ODD_F32, "", &empty, 1, (int64_t)0));
    ODD_TRY(odd_bundle_add_i64(b, "n", "rows", 131784));
done:
    return st;
}

static bool is_filled(const odd_bundle *b)
{
    int64_t n;
    const odd_array *mean, *names, *none_at_all;
    if (b->count != 4 || odd_bundle_get_i64(b, "n", &n) != ODD_OK || n != 131784) return false;
    if (odd_bundle_get(b, "theme/mean", ODD_F64, 2, &mean) != ODD_OK ||
        odd_bundle_get(b, "names", ODD_STRING, 1, &names) != ODD_OK ||
        odd_bundle_get(b, "none", ODD_F32, 1, &none_at_all) != ODD_OK)
        return false;
    return strcmp(mean->about, "mean of each feature") == 0 && mean->shape.shape[1] == 3 &&
           ((double *)mean->data)[5] == 1.0 / 6 && names->shape.width == 5 &&
           memcmp(names->data, "shoe\0scarf", 10) == 0 && none_at_all->shape.shape[0] == 0;
}

static void test_share_bundle(void)
{
    for (int root = 0; root < odd_size(WORLD); root++) {
        odd_bundle b = ODD_BUNDLE_EMPTY;
        odd_status st = odd_rank(WORLD) == root ? fill_bundle(&b) : ODD_OK;
        if (st == ODD_OK) st = odd_share_bundle(WORLD, root, &b);
        CU_ASSERT(check_all(WORLD, st == ODD_OK && is_filled(&b)));
        odd_bundle_free(&b);
    }
}

static void test_share_empty_bundle(void)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st = odd_share_bundle(WORLD, 0, &b);
    CU_ASSERT(check_all(WORLD, st == ODD_OK && b.count == 0));
    odd_bundle_free(&b);
}

/* ---- from each to each ---- */

/* Rank r sends rank s so many values, all 100 r + s. */
static size_t values_of(int r, int s)
{
    return (size_t)((3 * r + 5 * s) % 4);
}

static void test_all_to_all(void)
{
    enum { MOST = 8 };
    const int rank = odd_rank(WORLD), size = odd_size(WORLD);
    int32_t out[MOST * 4], in[MOST * 4];
    odd_extent send[MOST], receive[MOST];
    size_t sent = 0, taken = 1; /* what comes need not begin where the buffer does */
    for (int r = 0; r < size; r++) {
        send[r] = (odd_extent){sent * sizeof *out, values_of(rank, r) * sizeof *out};
        receive[r] = (odd_extent){taken * sizeof *in, values_of(r, rank) * sizeof *in};
        for (size_t i = 0; i < values_of(rank, r); i++)
            out[sent++] = 100 * rank + r;
        taken += values_of(r, rank);
    }
    odd_all_to_all(WORLD, out, send, in, receive);
    bool good = true;
    for (int r = 0; r < size; r++)
        for (size_t i = 0; i < values_of(r, rank); i++)
            good = good && in[receive[r].at / sizeof *in + i] == 100 * r + rank;
    check_all(WORLD, good);
}

/* All of the above once more, with messages of 8 bytes. */
static void test_pieces(void)
{
    size_t longest = odd_longest_message;
    odd_longest_message = 8;
    test_reductions();
    test_broadcast();
    test_gather();
    test_share_bundle();
    test_all_to_all();
    CU_ASSERT(check_all(WORLD, shares_bytes(0, 1001)));
    odd_longest_message = longest;
}

const char *odd_test_name = "par.comm";
CU_TestInfo odd_tests[] = {
    {"reductions", test_reductions},
    {"sum of the ranks before", test_sum_before},
    {"broadcast", test_broadcast},
    {"gather rows", test_gather},
    {"gather more than memory holds", test_gather_too_much},
    {"share bytes", test_share_bytes},
    {"share more than memory holds", test_share_bytes_too_much},
    {"share a bundle", test_share_bundle},
    {"share an empty bundle", test_share_empty_bundle},
    {"from each to each", test_all_to_all},
    {"in pieces", test_pieces},
    CU_TEST_INFO_NULL,
};

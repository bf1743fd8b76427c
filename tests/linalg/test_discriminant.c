/* Linear discriminants, cross-fitted, against the formula written out for each row; the same bits
 * on any number of ranks, from memory and from a reader. */
#include "pca_fixture.h"

#include "oddlot/linalg/discriminant.h"

enum { N = 300, D = 6, K = 3, FOLDS = 4 };

static int32_t label_of(int64_t i)
{
    return i % 11 == 10 ? -1 : (int32_t)(i * 7 % 5 % K);
}

static uint8_t fold_of(int64_t i)
{
    return (uint8_t)odd_below(FOLDS, 3, ODD_STREAM_TEST, (uint64_t)i, 99);
}

/* Far from 0, features of different widths, classes apart. */
static float value(int64_t i, int j)
{
    const double apart = label_of(i) == j ? 2 : 0;
    return (float)(50 +
                   (j + 1) * (odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j) + apart));
}

typedef struct {
    const odd_discriminant *of;
    float *score; /* (n_local, K) */
} scoring;

static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    const scoring *s = context;
    uint8_t fold[1024];
    (void)sum;
    for (int i = 0; i < block->count; i++)
        fold[i] = fold_of(block->row + i);
    return odd_discriminant_score(s->of, block, fold, s->score + block->local * K);
}

/* Scores of my rows; NULL: it failed. */
static float *score_rows(const odd_rows *rows)
{
    const odd_partition *part = &rows->part;
    int32_t *label = odd_alloc(part->n_local, sizeof *label);
    uint8_t *fold = odd_alloc(part->n_local, sizeof *fold);
    odd_discriminant q;
    scoring s = {&q, odd_alloc(part->n_local * K, sizeof *s.score)};
    for (int64_t i = 0; i < part->n_local; i++) {
        label[i] = label_of(part->row0 + i);
        fold[i] = fold_of(part->row0 + i);
    }
    const odd_labelled_rows l = {rows, label, fold, K, FOLDS};
    odd_status st = odd_discriminant_fit(&l, &q);
    if (st == ODD_OK) st = odd_rows_each(rows, score_block, &s);
    odd_discriminant_free(&q);
    odd_free(label);
    odd_free(fold);
    if (st == ODD_OK) return s.score;
    odd_free(s.score);
    return NULL;
}

/* ---- the formula ---- */

typedef struct {
    double count[K], mean[K][D], covariance[D][D], rows;
} plain;

static void learn_plainly(int f, plain *p)
{
    *p = (plain){0};
    for (int64_t i = 0; i < N; i++) {
        if (label_of(i) < 0 || fold_of(i) == f) continue;
        p->count[label_of(i)]++;
        p->rows++;
        for (int j = 0; j < D; j++)
            p->mean[label_of(i)][j] += (double)value(i, j);
    }
    for (int c = 0; c < K; c++)
        for (int j = 0; j < D; j++)
            p->mean[c][j] /= p->count[c];
    for (int64_t i = 0; i < N; i++) {
        const int32_t c = label_of(i);
        if (c < 0 || fold_of(i) == f) continue;
        for (int j = 0; j < D; j++)
            for (int l = 0; l < D; l++)
                p->covariance[j][l] += ((double)value(i, j) - p->mean[c][j]) *
                                       ((double)value(i, l) - p->mean[c][l]) / p->rows;
    }
    double trace = 0;
    const double share = D / (p->rows + D);
    for (int j = 0; j < D; j++)
        trace += p->covariance[j][j];
    for (int j = 0; j < D; j++)
        for (int l = 0; l < D; l++)
            p->covariance[j][l] =
                (1 - share) * p->covariance[j][l] + (j == l ? share * trace / D : 0);
}

/* (x - m)' C^-1 (x - m), by elimination. */
static double squared_distance(const plain *p, int64_t i, int c)
{
    double a[D][D + 1], square = 0;
    for (int j = 0; j < D; j++) {
        for (int l = 0; l < D; l++)
            a[j][l] = p->covariance[j][l];
        a[j][D] = (double)value(i, j) - p->mean[c][j];
    }
    for (int s = 0; s < D; s++)
        for (int j = 0; j < D; j++) {
            const double factor = j == s ? 0 : a[j][s] / a[s][s];
            for (int l = s; l <= D && factor != 0; l++)
                a[j][l] -= factor * a[s][l];
        }
    for (int j = 0; j < D; j++)
        square += ((double)value(i, j) - p->mean[c][j]) * a[j][D] / a[j][j];
    return square;
}

/* Scores are right but for a constant of the row. */
static void check_row(const plain *p, int64_t i, const float score[])
{
    double wanted[K];
    for (int c = 0; c < K; c++)
        wanted[c] = log(p->count[c] / p->rows) - 0.5 * squared_distance(p, i, c);
    for (int c = 1; c < K; c++)
        CU_ASSERT_DOUBLE_EQUAL((double)score[c] - (double)score[0], wanted[c] - wanted[0], 2e-3);
}

static void test_formula(void)
{
    plain p[FOLDS];
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, value, N, D, &f) == ODD_OK)) return;
    for (int k = 0; k < FOLDS; k++)
        learn_plainly(k, &p[k]);
    float *score = score_rows(&f.rows);
    if (check_all(WORLD, score != NULL))
        for (int64_t i = 0; i < f.rows.part.n_local; i++)
            check_row(&p[fold_of(f.rows.part.row0 + i)], f.rows.part.row0 + i, score + i * K);
    odd_free(score);
    odd_free(f.x);
}

static void test_bits(void)
{
    fixture f, whole;
    bool open = open_fixture(WORLD, value, N, D, &f) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, value, N, D, &whole) == ODD_OK;
    if (!check_all(WORLD, open)) return;
    const odd_rows read = read_rows_of(&f);
    float *alone = score_rows(&whole.rows), *mine = score_rows(&f.rows), *again = score_rows(&read);
    if (check_all(WORLD, alone && mine && again)) {
        const size_t bytes = (size_t)(f.rows.part.n_local * K) * sizeof *mine;
        CU_ASSERT(memcmp(mine, alone + f.rows.part.row0 * K, bytes) == 0);
        CU_ASSERT(memcmp(mine, again, bytes) == 0);
    }
    odd_free(alone);
    odd_free(mine);
    odd_free(again);
    odd_free(f.x);
    odd_free(whole.x);
}

/* A class that the other folds do not have cannot be learnt; rows that do not differ tell nothing.
 */
static void test_hard(void)
{
    fixture f;
    odd_discriminant q;
    if (!check_all(WORLD, open_fixture(WORLD, value, N, D, &f) == ODD_OK)) return;
    const odd_partition *part = &f.rows.part;
    int32_t *label = odd_alloc(part->n_local, sizeof *label);
    uint8_t *fold = odd_alloc(part->n_local, sizeof *fold);
    for (int64_t i = 0; i < part->n_local; i++) {
        label[i] = part->row0 + i == 0 ? 1 : 0;
        fold[i] = (uint8_t)(part->row0 + i) % 2;
    }
    const odd_labelled_rows l = {&f.rows, label, fold, 2, 2};
    if (check_all(WORLD, odd_discriminant_fit(&l, &q) == ODD_OK)) {
        CU_ASSERT(q.bias[1] == -INFINITY); /* row 0 is in fold 0 */
        CU_ASSERT(isfinite(q.bias[3]));
        odd_discriminant_free(&q);
    }
    memset(f.x, 0, (size_t)(part->n_local * D) * sizeof *f.x);
    check_all(WORLD, odd_discriminant_fit(&l, &q) == ODD_NUMERIC);
    odd_free(label);
    odd_free(fold);
    odd_free(f.x);
}

const char *odd_test_name = "linalg/discriminant";
CU_TestInfo odd_tests[] = {
    {"as the formula says, for what has not seen the row", test_formula},
    {"the same bits on any number of ranks", test_bits},
    {"classes of one row, rows that are equal", test_hard},
    CU_TEST_INFO_NULL,
};

/* Linear discriminants, cross-fitted, see linalg/discriminant.h.
 *
 * Letters: n rows, d features, k classes. */
#include "oddlot/linalg/discriminant.h"

#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

/* What is summed of the rows of a fold, in one vector of doubles: their upper triangle of products,
 * sums of each class, rows of each class. About an origin, near which products lose least. */
typedef struct {
    double *product; /* (d, d) */
    double *sum;     /* (k, d) */
    double *count;   /* (k) */
} sums;

typedef struct {
    const odd_labelled_rows *of;
    const double *origin; /* (d) */
    int fold;             /* the one that is summed */
} summing;

static int64_t sums_length(const odd_labelled_rows *l)
{
    const int64_t d = l->rows->d;
    return d * d + l->classes * (d + 1);
}

static sums sums_in(const odd_labelled_rows *l, double vector[])
{
    const int64_t d = l->rows->d;
    return (sums){vector, vector + d * d, vector + d * d + l->classes * d};
}

/* -- one pass for each fold -- */

static odd_status add_rows(void *context, const odd_block *block, double sum[])
{
    (void)context;
    for (int i = 0; i < block->count; i++)
        for (int j = 0; j < block->d; j++)
            sum[j] += (double)block->x[(int64_t)i * block->d + j];
    return ODD_OK;
}

/* The rows of the block that are summed, less the origin: z (count, d). Returns the count. */
static int take_rows(const summing *s, const odd_block *block, double z[], int32_t label[])
{
    int count = 0;
    for (int i = 0; i < block->count; i++) {
        const int64_t local = block->local + i;
        if (s->of->label[local] < 0 || s->of->fold[local] != s->fold) continue;
        label[count] = s->of->label[local];
        odd_centre_rows(1, block->d, block->x + (int64_t)i * block->d, s->origin,
                        z + (int64_t)count++ * block->d);
    }
    return count;
}

static odd_status sum_block(void *context, const odd_block *block, double vector[])
{
    const summing *s = context;
    const int d = block->d;
    const sums to = sums_in(s->of, vector);
    double *z = NULL;
    int32_t *label = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(z, (int64_t)block->count * d));
    ODD_TRY(ODD_NEW(label, block->count));
    const int count = take_rows(s, block, z, label);
    for (int i = 0; i < count; i++) {
        double *sum = to.sum + (int64_t)label[i] * d;
        for (int j = 0; j < d; j++)
            sum[j] += z[(int64_t)i * d + j];
        to.count[label[i]] += 1;
    }
    if (count > 0) odd_dsyrk(count, d, 1, z, 1, to.product);
done:
    odd_free(z);
    odd_free(label);
    return st;
}

/* -- discriminants of what is not in a fold -- */

/* rest = all - fold; the covariance within classes in the upper triangle of rest.product, sums
 * become means. Returns the rows. */
static double within_classes(const odd_labelled_rows *l, sums rest)
{
    const int d = l->rows->d;
    double n = 0;
    for (int c = 0; c < l->classes; c++) {
        double *mean = rest.sum + (int64_t)c * d;
        const double count = rest.count[c];
        n += count;
        for (int j = 0; j < d && count > 0; j++)
            mean[j] /= count;
        if (count > 0) odd_dsyrk(1, d, -count, mean, 1, rest.product);
    }
    return n;
}

/* C = (1 - a) C + a mean variance I, a = d / (n + d). */
static odd_status shrink(int d, double n, double c[])
{
    const double a = d / (n + d);
    double trace = 0;
    for (int64_t j = 0; j < d; j++)
        trace += c[j * d + j];
    if (!isfinite(trace) || trace <= 0)
        return odd_fail(ODD_NUMERIC, "rows of a class do not differ, or are too large");
    for (int64_t i = 0; i < (int64_t)d * d; i++)
        c[i] *= (1 - a) / n;
    for (int64_t j = 0; j < d; j++)
        c[j * d + j] += a * trace / n / d;
    return ODD_OK;
}

/* weight (k, d) = means C^-1, by C^-1 = u u'; bias (k). All d^2 k of it by products. */
static odd_status weigh(const odd_labelled_rows *l, sums rest, double n, const double origin[],
                        float weight[], float bias[])
{
    const int d = l->rows->d, k = l->classes;
    double *u = NULL, *half = NULL, *whole = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(u, (int64_t)d * d));
    ODD_TRY(ODD_NEW(half, (int64_t)k * d));
    ODD_TRY(ODD_NEW(whole, (int64_t)k * d));
    ODD_TRY(odd_cholesky(d, rest.product));
    ODD_TRY(odd_cholesky_inverse(d, rest.product, u));
    odd_dgemm(0, k, d, d, 1, rest.sum, u, 0, half);
    odd_dgemm(1, k, d, d, 1, half, u, 0, whole);
    for (int c = 0; c < k; c++) {
        double square = 0, moved = 0;
        for (int64_t j = 0, at = (int64_t)c * d; j < d; j++, at++) {
            square += half[at] * half[at];
            moved += whole[at] * origin[j];
            weight[at] = (float)whole[at];
        }
        bias[c] =
            rest.count[c] > 0 ? (float)(log(rest.count[c] / n) - 0.5 * square - moved) : -INFINITY;
    }
done:
    odd_free(u);
    odd_free(half);
    odd_free(whole);
    return st;
}

/* @local: every rank has all sums, and does the same. */
static odd_status solve_fold(const odd_labelled_rows *l, const double all[], const double fold[],
                             const double origin[], float weight[], float bias[])
{
    const int64_t length = sums_length(l);
    const int d = l->rows->d;
    double *rest = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(rest, length));
    for (int64_t i = 0; i < length; i++)
        rest[i] = all[i] - fold[i];
    const sums of = sums_in(l, rest);
    const double n = within_classes(l, of);
    if (n < 1) ODD_TRY(odd_fail(ODD_NUMERIC, "all labelled rows are in one fold"));
    ODD_TRY(shrink(d, n, of.product));
    ODD_TRY(weigh(l, of, n, origin, weight, bias));
done:
    odd_free(rest);
    return st;
}

/* -- all -- */

static odd_status find_origin(const odd_rows *rows, double origin[])
{
    odd_status st;
    ODD_TRY(odd_rows_sum(rows, add_rows, NULL, rows->d, origin));
    for (int j = 0; j < rows->d && rows->part.n > 0; j++)
        origin[j] /= (double)rows->part.n;
done:
    return st;
}

static odd_status new_discriminant(const odd_labelled_rows *l, odd_discriminant *out)
{
    odd_status st;
    *out = (odd_discriminant){.d = l->rows->d, .classes = l->classes, .folds = l->folds};
    ODD_TRY(ODD_NEW(out->weight, (int64_t)l->folds * l->classes * out->d));
    ODD_TRY(ODD_NEW(out->bias, (int64_t)l->folds * l->classes));
done:
    return st;
}

/* @local */
static odd_status solve(const odd_labelled_rows *l, const double all[], const double fold[],
                        const double origin[], odd_discriminant *out)
{
    const int64_t length = sums_length(l), k = l->classes;
    odd_status st = ODD_OK;
    for (int64_t f = 0; f < l->folds; f++)
        ODD_TRY(solve_fold(l, all, fold + f * length, origin, out->weight + f * k * out->d,
                           out->bias + f * k));
done:
    return st;
}

odd_status odd_discriminant_fit(const odd_labelled_rows *l, odd_discriminant *out)
{
    const MPI_Comm comm = l->rows->comm;
    const int64_t length = sums_length(l);
    double *origin = NULL, *fold = NULL, *all = NULL;
    summing s = {.of = l};
    odd_status st;
    ODD_TRY_ALL(comm, new_discriminant(l, out));
    ODD_TRY_ALL(comm, ODD_NEW(origin, l->rows->d));
    ODD_TRY_ALL(comm, ODD_NEW(fold, l->folds * length));
    ODD_TRY_ALL(comm, ODD_NEW(all, length));
    ODD_TRY(find_origin(l->rows, origin));
    s.origin = origin;
    for (s.fold = 0; s.fold < l->folds; s.fold++) {
        double *mine = fold + s.fold * length;
        ODD_TRY(odd_rows_sum(l->rows, sum_block, &s, length, mine));
        for (int64_t i = 0; i < length; i++)
            all[i] += mine[i];
    }
    ODD_TRY_ALL(comm, solve(l, all, fold, origin, out));
done:
    odd_free(origin);
    odd_free(fold);
    odd_free(all);
    if (st != ODD_OK) odd_discriminant_free(out);
    return st;
}

void odd_discriminant_free(odd_discriminant *discriminant)
{
    odd_free(discriminant->weight);
    odd_free(discriminant->bias);
    *discriminant = (odd_discriminant){0};
}

/* -- scores -- */

/* The rows of a fold, together: x (count, d), where each was in `at`. Returns the count. */
static int gather_fold(const odd_block *block, const uint8_t fold[], int f, float x[], int at[])
{
    const size_t row = (size_t)block->d * sizeof *x;
    int count = 0;
    for (int i = 0; i < block->count; i++) {
        if (fold[i] != f) continue;
        memcpy(x + (int64_t)count * block->d, block->x + (int64_t)i * block->d, row);
        at[count++] = i;
    }
    return count;
}

odd_status odd_discriminant_score(const odd_discriminant *q, const odd_block *block,
                                  const uint8_t fold[], float score[])
{
    const int64_t d = q->d, k = q->classes;
    float *x = NULL, *product = NULL;
    int *at = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(x, block->count * d));
    ODD_TRY(ODD_NEW(product, block->count * k));
    ODD_TRY(ODD_NEW(at, block->count));
    for (int f = 0; f < q->folds; f++) {
        const int count = gather_fold(block, fold, f, x, at);
        if (count == 0) continue;
        odd_sgemm(1, count, (int)k, (int)d, 1, x, q->weight + f * k * d, 0, product);
        for (int64_t i = 0; i < count; i++)
            for (int64_t c = 0; c < k; c++)
                score[at[i] * k + c] = product[i * k + c] + q->bias[f * k + c];
    }
done:
    odd_free(x);
    odd_free(product);
    odd_free(at);
    return st;
}

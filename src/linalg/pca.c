/* PCA: which solver, the passes over the rows in order, and the model. */
#include "oddlot/linalg/pca.h"

#include "linalg/pca_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <string.h>

enum { MOST_FEATURES = 1 << 26 }; /* 16 such rows, the shortest panel, are 4 GiB */

static const double small_work = 1e9; /* products: below, float64 takes no time worth saving */
static const double long_work = 2e12; /* products: some ten seconds of two cores */
static const double much_longer = 4;

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Time in float32 products. Eigenvectors of a square matrix run at a twentieth of their speed
 * (PDSYEVD of order 1536 on 2 cores), mapping back from the gram matrix at half of it. */
static double exact_work(double n, double d, double k)
{
    const double order = n < d ? n : d, back = n < d ? 4 * n * d * k : 0;
    return n * d * order + 20 * order * order * order + back;
}

static double random_work(int64_t n, int d, const odd_pca_options *o)
{
    const double l = odd_pca_columns(n, d, o->components, o->oversampling);
    const double pass = 4.0 * (double)n * d * l, thin = 12.0 * d * l * l;
    return (double)o->iterations * (pass + thin) + pass / 2;
}

const char *odd_pca_choose(int64_t n, int d, const odd_pca_options *options, const char **why)
{
    static const char *const solvers[] = {"covariance", "gram", "randomized"};
    const double exact = exact_work((double)n, d, (double)options->components);
    *why = "as the job asks";
    for (int i = 0; i < 3; i++)
        if (strcmp(options->solver, solvers[i]) == 0) return solvers[i];
    *why = "rows so many and wide that exact components take much longer";
    if (exact > long_work && exact > much_longer * random_work(n, d, options)) return "randomized";
    *why = n < d ? "fewer rows than features" : "at least as many rows as features";
    return n < d ? "gram" : "covariance";
}

static bool is(const char *solver, const char *name)
{
    return strcmp(solver, name) == 0;
}

/* Beside the model and the mean. */
static int64_t solver_bytes(int64_t n, int d, const odd_pca_options *o, const char *solver,
                            int ranks, int threads)
{
    const int l = odd_pca_columns(n, d, o->components, o->oversampling);
    if (is(solver, "randomized")) return odd_pca_random_bytes(n, d, l, ranks, threads);
    if (is(solver, "gram"))
        return odd_pca_gram_bytes(n, d, smaller(o->components, smaller(n, d)), ranks, threads);
    return odd_pca_covariance_bytes(n, d, ranks);
}

int64_t odd_pca_bytes(int64_t n, int d, const odd_pca_options *options, const char *solver,
                      int ranks, int threads)
{
    if (n < 1 || d < 1) return 0;
    const int64_t k = smaller(options->components, smaller(n, d));
    const int64_t model = 8 * (int64_t)d * (k + 1), means = 8 * (int64_t)d * 32 * (threads + 1);
    const int64_t parts = solver_bytes(n, d, options, solver, ranks, threads);
    return model + (parts > means ? parts : means);
}

odd_status odd_pca_new(int d, int k, odd_pca **out)
{
    odd_status st = ODD_OK;
    odd_pca *pca = NULL;
    *out = NULL;
    ODD_TRY(ODD_NEW(pca, 1));
    pca->d = d;
    pca->k = k;
    ODD_TRY(ODD_NEW(pca->mean, d));
    ODD_TRY(ODD_NEW(pca->axis, (int64_t)k * d));
    ODD_TRY(ODD_NEW(pca->value, k));
    *out = pca;
    pca = NULL;
done:
    odd_pca_free(&pca);
    return st;
}

void odd_pca_free(odd_pca **pca)
{
    odd_pca *p = *pca;
    if (!p) return;
    odd_free(p->value);
    odd_free(p->axis);
    odd_free(p->mean);
    odd_free(p);
    *pca = NULL;
}

static odd_status check_input(const odd_rows *rows, const odd_pca_options *options)
{
    if (options->components < 1)
        return odd_fail(ODD_ARG, "a PCA of %lld components", (long long)options->components);
    if (rows->part.n < 2)
        return odd_fail(ODD_ARG, "a PCA needs 2 rows or more, there are %lld",
                        (long long)rows->part.n);
    if (rows->d < 1 || rows->d > MOST_FEATURES)
        return odd_fail(ODD_ARG, "a PCA of %d features", rows->d);
    return ODD_OK;
}

static odd_status check_memory(const odd_rows *rows, const odd_pca_options *options,
                               const char *solver)
{
    char needs[32], has[32];
    const int64_t bytes =
        odd_pca_bytes(rows->part.n, rows->d, options, solver, odd_size(rows->comm), odd_threads());
    const int64_t available = odd_memory_available();
    if (bytes <= available) return ODD_OK;
    return odd_fail(ODD_NOMEM, "PCA by %s of %lld rows of %d features needs %s, %s are left",
                    solver, (long long)rows->part.n, rows->d, odd_human_bytes(bytes, needs),
                    odd_human_bytes(available, has));
}

/* First in float32, where that saves time; then, where that was not enough, in float64. */
static odd_status solve_exactly(const odd_rows *rows, odd_pca *pca)
{
    odd_status st = ODD_OK;
    const odd_pca_solver by = is(pca->solver, "gram") ? odd_pca_by_gram : odd_pca_by_covariance;
    const double n = (double)rows->part.n, d = rows->d;
    bool blurred = false;
    ODD_TRY(by(rows, n * d * (n < d ? n : d) < small_work, pca, &blurred));
    if (!blurred) goto done;
    odd_log(ODD_LOG_INFO, "PCA once more in float64: the variances reach too far down for float32");
    ODD_TRY(by(rows, true, pca, &blurred));
done:
    return st;
}

/* The mean, then the axes. */
static odd_status solve(const odd_rows *rows, const odd_pca_options *options, odd_pca *pca,
                        int64_t *bad_row)
{
    const bool random = is(pca->solver, "randomized");
    double squares;
    odd_status st;
    ODD_TRY(odd_pca_mean(rows, pca->mean, random ? &squares : NULL, bad_row));
    if (random)
        ODD_TRY(odd_pca_by_random(rows, options, squares, pca));
    else
        ODD_TRY(solve_exactly(rows, pca));
done:
    return st;
}

static void tell_missing(const odd_pca *pca, int64_t wanted)
{
    if (pca->k < wanted)
        odd_log(ODD_LOG_INFO,
                "PCA keeps %d of %lld components: %lld rows of %d features have no more", pca->k,
                (long long)wanted, (long long)pca->n, pca->d);
}

odd_status odd_pca_fit(const odd_rows *rows, const odd_pca_options *options, odd_pca **out,
                       int64_t *bad_row)
{
    odd_status st = ODD_OK;
    odd_pca *pca = NULL;
    const char *why;
    *out = NULL;
    *bad_row = -1;
    ODD_TRY(odd_same_i64(rows->comm, "rows", rows->part.n));
    ODD_TRY(odd_same_i64(rows->comm, "features", rows->d));
    ODD_TRY(odd_same_i64(rows->comm, "components", options->components));
    ODD_TRY(check_input(rows, options));
    const int64_t n = rows->part.n, k = smaller(options->components, smaller(n - 1, rows->d));
    const char *solver = odd_pca_choose(n, rows->d, options, &why);
    odd_log(ODD_LOG_INFO, "PCA by %s: %s", solver, why);
    ODD_TRY_ALL(rows->comm, check_memory(rows, options, solver));
    ODD_TRY_ALL(rows->comm, odd_pca_new(rows->d, (int)k, &pca));
    pca->n = n;
    pca->whiten = options->whiten;
    pca->solver = solver;
    ODD_TRY(solve(rows, options, pca, bad_row));
    for (int i = 0; i < pca->k; i++)
        pca->value[i] /= (double)(n - 1);
    pca->total_variance /= (double)(n - 1);
    tell_missing(pca, options->components);
    *out = pca;
    pca = NULL;
done:
    odd_pca_free(&pca);
    return st;
}

/* PCA: which solver, the passes over the rows in order, and the model. */
#include "oddlot/linalg/pca.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"
#include "pca_internal.h"

#include <string.h>

enum { MOST_FEATURES = 1 << 26 }; /* the offsets of a panel of 16 such rows still fit an int */

static const double small_work = 1e9; /* products: below, float64 takes no time worth saving */

const char *odd_pca_choose(int64_t n, int d, const char *wish, const char **why)
{
    *why = "as the job asks";
    if (strcmp(wish, "covariance") == 0) return "covariance";
    if (strcmp(wish, "gram") == 0) return "gram";
    *why = n < d ? "fewer rows than features" : "at least as many rows as features";
    return n < d ? "gram" : "covariance";
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_gram(const char *solver)
{
    return strcmp(solver, "gram") == 0;
}

int64_t odd_pca_bytes(int64_t n, int d, int64_t k, const char *solver, int ranks, int threads)
{
    if (n < 1 || d < 1) return 0;
    const int64_t model = 8 * (int64_t)d * (k + 1), means = 8 * (int64_t)d * 32 * (threads + 1);
    const int64_t parts = is_gram(solver) ? odd_pca_gram_bytes(n, d, k, ranks)
                                          : odd_pca_covariance_bytes(n, d, ranks);
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

static odd_status check_memory(const odd_rows *rows, int64_t k, const char *solver)
{
    char needs[32], has[32];
    const int64_t bytes =
        odd_pca_bytes(rows->part.n, rows->d, k, solver, odd_size(rows->comm), odd_threads());
    const int64_t available = odd_memory_available();
    if (bytes <= available) return ODD_OK;
    return odd_fail(ODD_NOMEM, "PCA by %s of %lld rows of %d features needs %s, %s are left",
                    solver, (long long)rows->part.n, rows->d, odd_human_bytes(bytes, needs),
                    odd_human_bytes(available, has));
}

/* First in float32, where that saves time; then, where that was not enough, in float64. */
static odd_status solve(const odd_rows *rows, odd_pca *pca)
{
    odd_status st = ODD_OK;
    const odd_pca_solver by = is_gram(pca->solver) ? odd_pca_by_gram : odd_pca_by_covariance;
    const double n = (double)rows->part.n, d = rows->d;
    bool blurred = false;
    ODD_TRY(by(rows, n * d * (n < d ? n : d) < small_work, pca, &blurred));
    if (!blurred) goto done;
    odd_log(ODD_LOG_INFO, "PCA once more in float64: the variances reach too far down for float32");
    ODD_TRY(by(rows, true, pca, &blurred));
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
    const char *solver = odd_pca_choose(n, rows->d, options->solver, &why);
    odd_log(ODD_LOG_INFO, "PCA by %s: %s", solver, why);
    ODD_TRY_ALL(rows->comm, check_memory(rows, k, solver));
    ODD_TRY_ALL(rows->comm, odd_pca_new(rows->d, (int)k, &pca));
    pca->n = n;
    pca->whiten = options->whiten;
    pca->solver = solver;
    ODD_TRY(odd_pca_mean(rows, pca->mean, bad_row));
    ODD_TRY(solve(rows, pca));
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

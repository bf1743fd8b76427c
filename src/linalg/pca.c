/* PCA: the table of solvers, which of them, and the model. */
#include "oddlot/linalg/pca.h"

#include "linalg/pca_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <string.h>

enum { MOST_FEATURES = 1 << 26 }; /* 16 such rows, the shortest panel, are 4 GiB */

#define LINE(name, about) &odd_pca_solver_##name,
static const odd_pca_solver *const solvers[] = {ODD_PCA_SOLVERS(LINE)};
#undef LINE
enum { SOLVERS = sizeof solvers / sizeof *solvers };

/* NULL: none of them. */
static const odd_pca_solver *find_solver(const char *name)
{
    for (int i = 0; i < SOLVERS; i++)
        if (strcmp(solvers[i]->name, name) == 0) return solvers[i];
    return NULL;
}

const char *odd_pca_choose(int64_t n, int d, const odd_pca_options *options, const char **why)
{
    const odd_pca_solver *wanted = find_solver(options->solver);
    *why = "as the job asks";
    for (int i = SOLVERS - 1; !wanted && i >= 0; i--)
        if (solvers[i]->suits(n, d, options, why)) wanted = solvers[i];
    ODD_CHECK(wanted); /* the first one suits any shape */
    return wanted->name;
}

void odd_pca_work(int64_t n, int d, const odd_pca_options *options, double *flops, double *cubes)
{
    const char *why;
    find_solver(odd_pca_choose(n, d, options, &why))->work((double)n, d, options, flops, cubes);
}

int64_t odd_pca_bytes(int64_t n, int d, const odd_pca_options *options, const char *solver,
                      int ranks, int threads)
{
    if (n < 1 || d < 1) return 0;
    const int64_t k = odd_min(options->components, odd_min(n, d));
    const int64_t model = 8 * (int64_t)d * (k + 1), means = 8 * (int64_t)d * 32 * (threads + 1);
    const int64_t parts = find_solver(solver)->bytes(n, d, options, ranks, threads);
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
    if (rows->part.n < 1) return odd_fail(ODD_ARG, "a PCA needs a row or more, there is none");
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

static void log_missing(const odd_pca *pca, int64_t wanted)
{
    if (pca->k < wanted)
        odd_log(ODD_LOG_INFO,
                "PCA keeps %d of %lld components: %lld rows of %d features have no more", pca->k,
                (long long)wanted, (long long)pca->n, pca->d);
}

/* Of one row there is the mean, and no direction: one that says nothing stands for it. */
static odd_status fit_one_row(const odd_rows *rows, odd_pca *pca, int64_t *bad_row)
{
    pca->axis[0] = 1;
    return odd_pca_mean(rows, pca->mean, NULL, bad_row);
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
    const int64_t n = rows->part.n,
                  k = odd_min(options->components, odd_min(n > 1 ? n - 1 : 1, rows->d));
    const double freedom = n > 1 ? (double)(n - 1) : 1;
    const char *solver = odd_pca_choose(n, rows->d, options, &why);
    odd_log(ODD_LOG_INFO, "PCA by %s: %s", solver, why);
    ODD_TRY_ALL(rows->comm, check_memory(rows, options, solver));
    ODD_TRY_ALL(rows->comm, odd_pca_new(rows->d, (int)k, &pca));
    pca->n = n;
    pca->whiten = options->whiten;
    pca->solver = solver;
    ODD_TRY(n > 1 ? find_solver(solver)->fit(rows, options, pca, bad_row)
                  : fit_one_row(rows, pca, bad_row));
    for (int i = 0; i < pca->k; i++)
        pca->value[i] /= freedom;
    pca->total_variance /= freedom;
    log_missing(pca, options->components);
    *out = pca;
    pca = NULL;
done:
    odd_pca_free(&pca);
    return st;
}

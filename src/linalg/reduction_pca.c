/* PCA as a reduction. */
#include "linalg/pca_internal.h"
#include "oddlot/base/minmax.h"
#include "oddlot/linalg/eigh.h"
#include "oddlot/linalg/pca.h"
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/agree.h"

#define NAME(name, about) #name,
static const char *const solvers[] = {"auto", ODD_PCA_SOLVERS(NAME) NULL};
#undef NAME
#define DIGITS(number)     #number
#define TEXT_OF(number)    DIGITS(number)
#define WORDS(name, about) #name ": " about "; "

static const odd_option pca_options[] = {
    ODD_INT(odd_pca_options, components, "40", 1, 1e6, "directions kept, of the most variance"),
    ODD_CHOICE(odd_pca_options, solver, "auto", solvers,
               ODD_PCA_SOLVERS(WORDS) "auto: by shape. The same bits on any number of ranks, "
                                      "but for more than " TEXT_OF(
                                          ODD_EIGH_ALONE) " features (gram: rows), which "
                                                          "ScaLAPACK solves on all ranks: there "
                                                          "singular values to 1e-5 of the largest"),
    ODD_BOOL(odd_pca_options, whiten, "false", "scale each score to unit variance"),
    ODD_INT(odd_pca_options, oversampling, "10", 0, 1e6,
            "directions followed beside those kept; randomized only"),
    ODD_INT(odd_pca_options, iterations, "4", 1, 1000,
            "passes over the rows that sharpen the directions; randomized only"),
    ODD_OPTIONS_END,
};

static odd_status plan_pca(const void *options, int64_t n, int d, int ranks, int threads, int *k,
                           int64_t *bytes, odd_text *what)
{
    const odd_pca_options *o = options;
    const char *why, *solver = odd_pca_choose(n, d, o, &why);
    const int64_t most = odd_min(n > 1 ? n - 1 : n, d);
    *k = (int)odd_min(o->components, most);
    *bytes = odd_pca_bytes(n, d, o, solver, ranks, threads);
    odd_text_format(what, "PCA by %s (%s) from %d to %d features%s", solver, why, d, *k,
                    o->whiten ? ", whitened" : "");
    return odd_text_status(what);
}

static void work_of_pca(const void *options, int64_t n, int64_t d, double *flops, double *cubes)
{
    odd_pca_work(n, (int)d, options, flops, cubes);
}

static odd_status fit_pca(const void *options, const odd_rows *rows, uint64_t seed,
                          odd_bundle *model, int *k, int64_t *bad_row)
{
    odd_status st = ODD_OK;
    odd_pca *pca = NULL;
    odd_pca_options o = *(const odd_pca_options *)options;
    o.seed = seed;
    *k = 0;
    ODD_TRY(odd_pca_fit(rows, &o, &pca, bad_row));
    ODD_TRY_ALL(rows->comm, odd_pca_save(pca, model));
    *k = pca->k;
done:
    odd_pca_free(&pca);
    return st;
}

static odd_status pca_width(const odd_bundle *model, int *d, int *k)
{
    odd_pca view;
    const odd_status st = odd_pca_borrow(model, &view);
    *d = view.d;
    *k = view.k;
    return st;
}

static odd_status apply_pca(const odd_bundle *model, const odd_rows *rows, float score[],
                            double residual[])
{
    odd_status st = ODD_OK;
    odd_pca view;
    ODD_TRY_ALL(rows->comm, odd_pca_borrow(model, &view));
    ODD_TRY(odd_pca_apply(&view, rows, score, residual));
done:
    return st;
}

const odd_reduction odd_reduction_pca = {
    .name = "pca",
    .summary = "principal components: the directions of the most variance",
    .options = pca_options,
    .options_size = sizeof(odd_pca_options),
    .plan = plan_pca,
    .work = work_of_pca,
    .fit = fit_pca,
    .width = pca_width,
    .apply = apply_pca,
};

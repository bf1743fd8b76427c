/* Scores of a PCA: rows projected onto its axes, whitened where the model is. */
#include "oddlot/linalg/pca.h"

#include "linalg/projector_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>

/* Without variance there is nothing to scale: all scores are 0. */
static odd_status find_scale(const odd_pca *pca, double **scale)
{
    odd_status st = ODD_OK;
    if (!pca->whiten) return ODD_OK;
    ODD_TRY(ODD_NEW(*scale, pca->k));
    for (int i = 0; i < pca->k; i++)
        (*scale)[i] = pca->value[i] > 0 ? 1 / sqrt(pca->value[i]) : 0;
done:
    return st;
}

odd_status odd_pca_apply(const odd_pca *pca, const odd_rows *rows, float score[], double residual[])
{
    odd_status st = ODD_OK;
    double *scale = NULL;
    ODD_TRY_ALL(rows->comm, find_scale(pca, &scale));
    const odd_projector by = {
        .d = pca->d, .k = pca->k, .mean = pca->mean, .axis = pca->axis, .scale = scale};
    ODD_TRY(odd_project(&by, rows, score, residual));
done:
    odd_free(scale);
    return st;
}

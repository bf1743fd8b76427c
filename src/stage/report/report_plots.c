/* The plots of the report that show what files have as curves. */
#include "oddlot/run/columns.h"
#include "oddlot/store/dataset.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#define ROC_POINTS 500
#define FOUND      "metrics/curve/sensitivity"
#define KEPT       "metrics/curve/recall"

/* How the fit went, where the detector says so. */
static odd_status read_objective(odd_page *p, const odd_bundle *model)
{
    const odd_array *history = odd_bundle_find(model, "objective");
    odd_status st = ODD_OK;
    if (!history || history->shape.type != ODD_F64 || history->shape.rank != 1) return ODD_OK;
    int64_t count = history->shape.shape[0];
    ODD_TRY(ODD_NEW(p->objective, count));
    for (int64_t i = 0; i < count; i++)
        p->objective[i] = (odd_curve_point){(double)i, ((const double *)history->data)[i]};
    p->data.objective = p->objective;
    p->data.objective_count = count;
done:
    return st;
}

/* Some points of a curve, evenly taken: value (count) of `points`. */
static odd_status read_points(const odd_file *file, const char *name, int64_t points, int64_t count,
                              double value[])
{
    const odd_shape curve = {.type = ODD_F64, .rank = 1, .shape = {points}};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(file, name, &curve, &dataset));
    for (int64_t i = 0; i < count; i++) {
        const int64_t at = count > 1 ? i * (points - 1) / (count - 1) : 0;
        ODD_TRY(odd_dataset_read(dataset, at, 1, ODD_F64, &value[i]));
    }
done:
    odd_dataset_close(&dataset);
    return st;
}

static odd_status read_curve(odd_page *p, int64_t points)
{
    double found[ROC_POINTS], kept[ROC_POINTS];
    const int64_t count = odd_min(points, ROC_POINTS);
    odd_status st;
    ODD_TRY(read_points(p->evaluate, FOUND, points, count, found));
    ODD_TRY(read_points(p->evaluate, KEPT, points, count, kept));
    ODD_TRY(ODD_NEW(p->roc, count));
    for (int64_t i = 0; i < count; i++)
        p->roc[i] = (odd_curve_point){1 - kept[i], found[i]};
    p->data.roc = p->roc;
    p->data.roc_count = count;
done:
    return st;
}

static odd_status read_roc(odd_page *p, const odd_bundle *metrics)
{
    int64_t points;
    odd_status st = ODD_OK;
    if (!odd_file_has(p->evaluate, FOUND)) return ODD_OK;
    ODD_TRY(odd_image_count(p->evaluate, FOUND, &points));
    ODD_TRY(read_curve(p, points));
    ODD_TRY(odd_bundle_get_f64(metrics, "roc_auc/score", &p->data.auc));
done:
    return st;
}

odd_status odd_page_plots(odd_page *p)
{
    odd_status st;
    ODD_TRY(odd_page_bundle_read(p, p->evaluate, "metrics", read_roc));
    ODD_TRY(odd_page_bundle_read(p, p->model, "model", read_objective));
done:
    return st;
}

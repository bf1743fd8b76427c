/* The plots of the report: which rows and points they show. */
#include "oddlot/run/columns.h"
#include "oddlot/store/matrix.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"

#include <math.h>

#define ROC_POINTS 500
#define FOUND      "metrics/curve/sensitivity"
#define KEPT       "metrics/curve/recall"

/* Pack the finite scores with their truth, after the gallery has used them by row. */
static odd_status pack_histogram(odd_page *p)
{
    const int64_t rows = odd_selection_rows(p->selection);
    bool known = false;
    odd_status st;
    ODD_TRY(ODD_NEW(p->truth, rows));
    p->data.threshold = NAN;
    if (p->data.flagged_total > 0)
        p->data.threshold = p->score[p->flagged_row[p->data.flagged_total - 1]];
    for (int64_t i = 0; i < rows; i++) {
        if (!isfinite(p->score[i])) continue;
        p->score[p->data.scores] = p->score[i];
        p->truth[p->data.scores] = (int8_t)p->truth_of[i];
        known = known || p->truth[p->data.scores] != ODD_TRUTH_UNKNOWN;
        p->data.scores++;
    }
    p->data.score = p->score;
    p->data.truth = known ? p->truth : NULL;
done:
    return st;
}

/* What the scatter plot draws from. */
typedef struct {
    odd_matrix *components; /* short rows */
    int64_t rows, *row;     /* image of each */
    int64_t *rank;          /* of each image */
    int64_t *pool, *chosen; /* (rows) scratch */
    float *line;            /* one short row */
} cloud;

static void cloud_close(cloud *c)
{
    odd_matrix_close(&c->components);
    odd_free(c->row);
    odd_free(c->rank);
    odd_free(c->pool);
    odd_free(c->chosen);
    odd_free(c->line);
}

static odd_status cloud_open(const odd_page *p, cloud *c)
{
    const int64_t images = odd_selection_rows(p->selection);
    odd_status st;
    ODD_TRY(odd_matrix_open(p->reduce, "components", &c->components));
    ODD_TRY(odd_feature_images_read(p->features, images, &c->row, &c->rows));
    ODD_TRY(
        odd_image_column_read(p->scores, "scores.h5", "rank", ODD_I64, images, (void **)&c->rank));
    ODD_TRY(ODD_NEW(c->pool, c->rows));
    ODD_TRY(ODD_NEW(c->chosen, c->rows));
    ODD_TRY(ODD_NEW(c->line, odd_matrix_width(c->components)));
done:
    return st;
}

static bool is_flagged(const odd_page *p, const cloud *c, int64_t i)
{
    int64_t rank = c->rank[c->row[i]];
    return rank > 0 && rank <= p->data.flagged_total;
}

static bool is_rare(const odd_page *p, const cloud *c, int64_t i)
{
    return is_flagged(p, c, i) || p->truth_of[c->row[i]] == ODD_TRUTH_ODD;
}

static odd_status draw_point(odd_page *p, cloud *c, int64_t i)
{
    odd_status st = odd_matrix_read(c->components, i, 1, c->line);
    p->scatter[p->data.scatter_count++] = (odd_scatter_point){
        .x = c->line[0],
        .y = odd_matrix_width(c->components) > 1 ? c->line[1] : 0,
        .truth = (int8_t)p->truth_of[c->row[i]],
        .estimate = is_flagged(p, c, i),
    };
    return st;
}

/* At most `most` of the rare or of the usual rows, drawn by the seed. */
static odd_status draw_some(odd_page *p, cloud *c, bool rare, int64_t most)
{
    int64_t count = 0;
    odd_status st;
    for (int64_t i = 0; i < c->rows; i++)
        if (is_rare(p, c, i) == rare) c->pool[count++] = i;
    if (most > count) most = count;
    ODD_TRY(
        odd_choose(count, most, (uint64_t)p->run->options->seed, ODD_STREAM_SCATTER, c->chosen));
    for (int64_t i = 0; i < most; i++)
        ODD_TRY(draw_point(p, c, c->pool[c->chosen[i]]));
done:
    return st;
}

/* The rare kinds get up to half of the points, or one would not see them. */
static odd_status draw_scatter(odd_page *p)
{
    const odd_report_options *options = odd_job_section(p->run->job, "report");
    cloud c = {0};
    odd_status st;
    ODD_TRY(cloud_open(p, &c));
    ODD_TRY(ODD_NEW(p->scatter, options->scatter));
    ODD_TRY(draw_some(p, &c, true, options->scatter / 2));
    ODD_TRY(draw_some(p, &c, false, options->scatter - p->data.scatter_count));
    p->data.scatter = p->scatter;
    p->data.scatter_total = c.rows;
done:
    cloud_close(&c);
    return st;
}

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
    ODD_TRY(draw_scatter(p));
    ODD_TRY(pack_histogram(p));
    ODD_TRY(odd_page_bundle_read(p, p->evaluate, "metrics", read_roc));
    ODD_TRY(odd_page_bundle_read(p, p->model, "model", read_objective));
done:
    return st;
}

/* The ranking of one view: its rows, on one scale, by their distance from the dense core. */
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/detect/core.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

void odd_view_ranking_forget(odd_view_ranking *ranking)
{
    odd_free(ranking->distance);
    odd_free(ranking->leading);
    odd_free(ranking->measured);
    *ranking = (odd_view_ranking){.model = ranking->model};
}

void odd_view_ranking_free(odd_view_ranking *ranking)
{
    odd_view_ranking_forget(ranking);
    odd_bundle_free(&ranking->model);
}

/* Learns the scale where the view wants one. @collective */
static odd_status fit_view(const odd_run *run, odd_view_rows *learnt, int64_t axes,
                           const uint8_t verified[], odd_view_scaling *scaling,
                           odd_view_ranking *out)
{
    const odd_views_options *o = odd_job_section(run->job, "views");
    const odd_core_shape shape = {o->core_share, axes, o->neighbours, o->sample};
    odd_status st;
    if (learnt->view->scores) return ODD_OK;
    if (learnt->view->standardised) {
        ODD_TRY(odd_view_scaling_fit(&learnt->rows, &out->model, scaling));
        odd_view_rows_scale(learnt, scaling);
    }
    ODD_TRY(
        odd_core_learn(&shape, &learnt->rows, verified, (uint64_t)run->options->seed, &out->model));
done:
    return st;
}

static odd_status copy_scores(void *context, const odd_block *block, double sum[])
{
    double *distance = context;
    (void)sum;
    for (int i = 0; i < block->count; i++)
        distance[block->local + i] = (double)block->x[i];
    return ODD_OK;
}

/* @collective */
static odd_status score_rows(const odd_view_rows *rows, odd_view_ranking *out)
{
    odd_status st;
    ODD_TRY_ALL(rows->rows.comm, ODD_NEW(out->distance, rows->rows.part.n_local));
    ODD_TRY(rows->view->scores ? odd_rows_each(&rows->rows, copy_scores, out->distance)
                               : odd_core_log_distances(&out->model, &rows->rows, out->distance));
done:
    return st;
}

/* The columns of a row that are farthest from their middle, the farthest first. */
static void find_leading(int d, const float x[], int at[ODD_VIEW_LEADING])
{
    for (int l = 0; l < ODD_VIEW_LEADING; l++) {
        at[l] = -1;
        for (int c = 0; c < d; c++) {
            const bool taken = l > 0 && at[0] == c;
            if (!taken && (at[l] < 0 || fabsf(x[c]) > fabsf(x[at[l]]))) at[l] = c;
        }
    }
}

/* given, scaled: (d) of one image. */
static void note_leading(const odd_view_rows *rows, int64_t local, const float given[],
                         const float scaled[], odd_view_ranking *out)
{
    int at[ODD_VIEW_LEADING];
    find_leading(rows->rows.d, scaled, at);
    for (int l = 0; l < ODD_VIEW_LEADING; l++) {
        out->leading[local * ODD_VIEW_LEADING + l] = rows->view->measure(at[l]);
        out->measured[local * ODD_VIEW_LEADING + l] = given[at[l]];
    }
}

/* What can be said of why, where columns mean something. @local */
static odd_status explain_rows(const odd_view_rows *rows, odd_view_ranking *out)
{
    const odd_partition *part = &rows->rows.part;
    const int d = rows->rows.d;
    float *given = NULL, *scaled = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(out->leading, part->n_local * ODD_VIEW_LEADING));
    ODD_TRY(ODD_NEW(out->measured, part->n_local * ODD_VIEW_LEADING));
    ODD_TRY(ODD_NEW(given, part->block * d));
    ODD_TRY(ODD_NEW(scaled, part->block * d));
    for (int64_t i = 0; i < part->n_local; i += part->block) {
        const int64_t count = odd_min(part->block, part->n_local - i);
        ODD_TRY(rows->view->read(rows->state, count, rows->at + i, given));
        memcpy(scaled, given, (size_t)(count * d) * sizeof *given);
        odd_view_scaling_apply(rows->scaling, count, scaled);
        for (int64_t j = 0; j < count; j++)
            note_leading(rows, i + j, given + j * d, scaled + j * d, out);
    }
done:
    odd_free(given);
    odd_free(scaled);
    return st;
}

/* Rows that were not learnt from, on the scale of the model. @collective */
static odd_status open_scored(const odd_image_view *view, const odd_view_inputs *inputs,
                              const odd_view_images *scored, const odd_bundle *model,
                              odd_view_scaling *scaling, odd_view_rows *out)
{
    odd_status st;
    ODD_TRY(odd_view_rows_open(view, inputs, scored, out));
    if (!view->standardised) goto done;
    ODD_TRY_ALL(out->rows.comm, odd_view_scaling_find(model, out->rows.d, scaling));
    odd_view_rows_scale(out, scaling);
done:
    return st;
}

odd_status odd_view_rank(const odd_image_view *view, const odd_view_inputs *inputs, int64_t axes,
                         const odd_view_images *learnt, const odd_view_images *scored,
                         const uint8_t verified[], odd_view_ranking *out)
{
    const bool same = learnt && learnt->part.n == scored->part.n;
    odd_view_rows of_learnt = {0}, of_scored = {0};
    odd_view_scaling scaling = {0};
    odd_status st;
    if (learnt) {
        ODD_TRY(odd_view_rows_open(view, inputs, learnt, &of_learnt));
        ODD_TRY(fit_view(inputs->run, &of_learnt, axes, verified, &scaling, out));
    }
    if (!same) {
        odd_view_rows_close(&of_learnt);
        ODD_TRY(open_scored(view, inputs, scored, &out->model, &scaling, &of_scored));
    }
    const odd_view_rows *rows = same ? &of_learnt : &of_scored;
    ODD_TRY(score_rows(rows, out));
    ODD_TRY_ALL(rows->rows.comm, view->measure ? explain_rows(rows, out) : ODD_OK);
done:
    odd_view_rows_close(&of_learnt);
    odd_view_rows_close(&of_scored);
    return st;
}

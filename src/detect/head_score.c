/* The scores of `head`: rows through its layers, by products of matrices. */
#include "detect/head_internal.h"

#include "detect/detectors_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>

enum { STEP = 256 }; /* rows at a time */

typedef struct {
    odd_head head;
    int64_t room;  /* doubles of a thread's: two layers (STEP, d or w) */
    double *work;  /* (threads, room) */
    double *score; /* (n_local, ODD_HEAD_COLUMNS) */
} head_pass;

static void scale_rows(const odd_head *h, const odd_block *part, double z[])
{
    for (int64_t i = 0; i < part->count; i++)
        for (int64_t j = 0; j < h->d; j++)
            z[i * h->d + j] = ((double)part->x[i * h->d + j] - h->mean[j]) * h->scale[j];
}

/* y (n, outputs) = x weight + bias, and 0 in place of what is negative where it is `hidden`. */
static void apply_layer(const odd_head *h, int layer, int n, const double x[], double y[])
{
    const bool hidden = layer < h->layers;
    const int inputs = layer == 0 ? h->d : h->width, outputs = hidden ? h->width : 1;
    odd_dgemm(0, n, outputs, inputs, 1, x, h->weight[layer], 0, y);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < outputs; j++) {
            double *value = &y[i * outputs + j];
            *value += h->bias[layer][j];
            if (hidden && *value < 0) *value = 0; /* NaN stays */
        }
}

static odd_status score_part(void *context, const odd_block *part, double sum[])
{
    const head_pass *p = context;
    const odd_head *h = &p->head;
    double *x = p->work + part->thread * p->room, *y = x + p->room / 2;
    (void)sum;
    scale_rows(h, part, x);
    for (int layer = 0; layer <= h->layers; layer++) {
        apply_layer(h, layer, part->count, x, y);
        double *made = y;
        y = x;
        x = made;
    }
    for (int64_t i = 0; i < part->count; i++) {
        double *score = p->score + (part->local + i) * ODD_HEAD_COLUMNS;
        if (!isfinite(x[i]))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(part->row + i));
        score[ODD_HEAD_LOGIT] = x[i];
        score[ODD_HEAD_POSTERIOR] = 1 / (1 + exp(-x[i]));
    }
    return ODD_OK;
}

static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    return odd_block_parts_each(block, STEP, score_part, context, sum);
}

static odd_status pass_open(const odd_bundle *model, const odd_rows *rows, head_pass *p)
{
    odd_status st;
    ODD_TRY(odd_head_find(model, &p->head));
    ODD_TRY(odd_detector_check_width("head", rows, p->head.d));
    p->room = 2 * STEP * (int64_t)(p->head.d > p->head.width ? p->head.d : p->head.width);
    ODD_TRY(ODD_NEW(p->work, odd_threads() * p->room));
done:
    return st;
}

odd_status odd_head_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    head_pass p = {.score = score};
    odd_status st;
    ODD_TRY_ALL(rows->comm, pass_open(model, rows, &p));
    ODD_TRY(odd_rows_each(rows, score_block, &p));
done:
    odd_free(p.work);
    return st;
}

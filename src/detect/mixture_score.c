/* Scores of rows under a fitted mixture. */
#include "detect/mixture_internal.h"

#include "detect/detectors_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>

typedef struct {
    const odd_mixture *m;
    int64_t panel;     /* rows at a time */
    int64_t room;      /* doubles of one thread's workspace */
    double *workspace; /* (threads, room): z (panel, d), white (panel, d + rank), joint, square
                          (C, panel) */
    double *score;     /* (n_local, ODD_MIXTURE_COLUMNS) */
} score_pass;

static void score_row(const odd_mixture *m, const double joint[], const double square[],
                      int64_t stride, double score[])
{
    const double theme = odd_log_sum_exp(m->themes, joint, stride);
    const double anomaly = joint[m->themes * stride];
    double nearest = INFINITY;
    for (int k = 0; k < m->themes; k++)
        nearest = fmin(nearest, square[k * stride]);
    score[ODD_MIXTURE_LOG_ODDS] = anomaly - theme;
    score[ODD_MIXTURE_POSTERIOR] = 1 / (1 + exp(theme - anomaly));
    score[ODD_MIXTURE_LOG_DENSITY] = odd_log_sum_exp(m->components, joint, stride);
    score[ODD_MIXTURE_DISTANCE] = sqrt(nearest);
}

/* Panel by panel, so that what is known of its rows stays in the cache. */
static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const score_pass *p = context;
    const odd_mixture *m = p->m;
    double *z = p->workspace + block->thread * p->room, *white = z + p->panel * m->d;
    double *joint = white + p->panel * ((int64_t)m->d + m->rank),
           *square = joint + p->panel * m->components;
    for (int64_t first = 0; first < block->count; first += p->panel) {
        const odd_block part = odd_block_part(block, first, p->panel);
        const int n = part.count;
        odd_centre_rows(n, m->d, part.x, m->centre, z);
        odd_mixture_joint(m, n, z, white, joint, square);
        for (int i = 0; i < n; i++) {
            double *score = p->score + (part.local + i) * ODD_MIXTURE_COLUMNS;
            score_row(m, joint + i, square + i, n, score);
            if (isnan(score[ODD_MIXTURE_LOG_ODDS]) || isnan(score[ODD_MIXTURE_DISTANCE]))
                return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                                (long long)(part.row + i));
        }
    }
    return ODD_OK;
}

static odd_status score_new(const odd_bundle *model, const odd_rows *rows, odd_mixture **m,
                            score_pass *p)
{
    odd_status st;
    ODD_TRY(odd_mixture_load(model, m));
    ODD_TRY(odd_detector_check_width("mixture", rows, (*m)->d));
    p->m = *m;
    p->panel = odd_mixture_panel(rows->part.block, (*m)->d);
    p->room = p->panel * (2 * ((int64_t)(*m)->d + (*m)->components) + (*m)->rank);
    ODD_TRY(ODD_NEW(p->workspace, odd_threads() * p->room));
done:
    return st;
}

odd_status odd_mixture_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    odd_status st;
    odd_mixture *m = NULL;
    score_pass p = {.score = score};
    ODD_TRY_ALL(rows->comm, score_new(model, rows, &m, &p));
    ODD_TRY(odd_rows_each(rows, score_block, &p));
done:
    odd_free(p.workspace);
    odd_mixture_free(&m);
    return st;
}

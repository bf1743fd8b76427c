/* Forecast memory: whether a run fits, and if not, what would. */
#include "bench/forecast_internal.h"

#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stdio.h>

#define MOST_RANKS (1 << 24) /* that are looked at */

/* The most memory of a node with so many of the ranks, by the plans alone. @collective */
static odd_status most_memory(odd_run *run, const odd_forecast_result *f, int ranks, int per_node,
                              double *most)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_stage_plan plan = odd_forecast_plan(f, ranks);
    odd_status st = ODD_OK;
    *most = 0;
    for (int i = 0; stage[i]; i++) {
        if (!odd_stage_applies(stage[i], run->job)) continue;
        ODD_TRY(odd_run_plan_stage(run, stage[i], &plan));
        const double bytes = (double)odd_forecast_memory(&f->rehearsals, i, &plan);
        *most = fmax(*most, bytes * odd_min_int(per_node, ranks));
    }
done:
    odd_text_free(&plan.what);
    return st;
}

/* The least power of two of ranks, so many on a node, that fit; 0: none do. @collective */
static odd_status ranks_that_fit(odd_run *run, const odd_forecast_result *f, int per_node,
                                 int64_t *ranks)
{
    odd_status st = ODD_OK;
    for (*ranks = 1; *ranks <= MOST_RANKS; *ranks *= 2) {
        double most;
        ODD_TRY(most_memory(run, f, (int)*ranks, per_node, &most));
        if (most <= f->place.memory) return ODD_OK;
    }
    *ranks = 0;
done:
    return st;
}

/* "16 ranks would do", "1 rank on a node would do, 8 in all", or that nothing would. @collective */
static odd_status add_remedy(odd_run *run, const odd_forecast_result *f, odd_text *out)
{
    int64_t ranks, alone = 0;
    odd_status st;
    ODD_TRY(ranks_that_fit(run, f, f->place.per_node, &ranks));
    if (ranks == 0) ODD_TRY(ranks_that_fit(run, f, 1, &alone));
    if (ranks > 0)
        odd_text_format(out, "%lld ranks would do", (long long)ranks);
    else if (alone > 0)
        odd_text_format(out, "with one rank a node (--per-node 1), %lld ranks would do",
                        (long long)alone);
    else
        odd_text_add(out,
                     "no number of ranks would do, as it holds what does not grow smaller with "
                     "them on one node: it needs nodes with more memory");
done:
    return st;
}

/* @collective */
odd_status odd_forecast_fits(odd_run *run, odd_forecast_result *f)
{
    const odd_stage_forecast *s = &f->stage[f->worst];
    const int sharing = odd_min_int(f->place.per_node, f->place.ranks);
    odd_text words = ODD_TEXT_EMPTY;
    char needs[32], has[32];
    odd_status st = ODD_OK;
    f->fits = (double)s->memory * sharing <= f->place.memory;
    if (f->fits) return ODD_OK;
    odd_text_format(&words,
                    "stage '%s' does not fit: it needs %s on each of %d ranks, and a node of %d "
                    "has %s; ",
                    s->stage->name, odd_human_bytes(s->memory, needs), f->place.ranks, sharing,
                    odd_human_bytes((int64_t)f->place.memory, has));
    ODD_TRY(add_remedy(run, f, &words));
    snprintf(f->refusal, sizeof f->refusal, "%s", odd_text_string(&words));
done:
    odd_text_free(&words);
    return st;
}

/* Forecast growth: from what a stage took in the rehearsal to what it will take. */
#include "bench/forecast_internal.h"

#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/partition.h"

#include <math.h>

/* ---- how a figure grows ---- */

/* fixed + slope * amount, neither below 0. */
typedef struct {
    double fixed, slope;
} line;

/* Figures of the cold, the small and the large rehearsal at these amounts of work. */
static line line_through(bool whole, const double amount[3], const double figure[3])
{
    const double apart = amount[2] - amount[1];
    line l = {0};
    if (whole) return (line){0, amount[0] > 0 ? figure[0] / amount[0] : 0};
    if (apart > 0)
        l.slope = fmax(0, (figure[2] - figure[1]) / apart);
    else if (amount[2] > 0) /* one amount alone: all of it grows */
        l.slope = figure[2] / amount[2];
    l.fixed = fmax(0, figure[0] - l.slope * amount[0]);
    return l;
}

static double at(line l, double amount)
{
    return l.fixed + l.slope * amount;
}

/* ---- a stage ---- */

typedef struct {
    const odd_rehearsals *all;
    const odd_rehearsed *of[3]; /* cold, small, large */
    double rows[3];
} tried;

static tried tried_stage(const odd_rehearsals *r, int i)
{
    return (tried){r,
                   {&r->cold.stage[i], &r->small.stage[i], &r->large.stage[i]},
                   {(double)r->cold.rows, (double)r->small.rows, (double)r->large.rows}};
}

/* Bytes go by rows, but where there is an end to the work. */
static double bytes_at(const tried *t, bool written, double rows, double amount)
{
    const bool ends = t->of[1]->cost.amount >= t->of[2]->cost.amount;
    double figure[3], by[3];
    for (int i = 0; i < 3; i++) {
        figure[i] = (double)(written ? t->of[i]->written : t->of[i]->read);
        by[i] = ends ? t->of[i]->cost.amount : t->rows[i];
    }
    return at(line_through(t->all->whole, by, figure), ends ? amount : rows);
}

/* Less what is known to grow otherwise; of the clock, or of processors. */
static line line_of_seconds(const odd_machine_rates *rates, const tried *t, bool cpu)
{
    double figure[3], amount[3];
    for (int i = 0; i < 3; i++) {
        const odd_rehearsed *s = t->of[i];
        const odd_known_seconds known = odd_machine_rates_seconds(rates, &s->cost, cpu);
        figure[i] = fmax(0, (cpu ? s->cpu : s->seconds) - known.threaded - known.ranked);
        amount[i] = s->cost.amount;
    }
    return line_through(t->all->whole, amount, figure);
}

/* The rank with most rows has so many times its share. */
static double imbalance(int64_t rows, int ranks, bool images)
{
    const odd_partition most =
        images ? odd_partition_images_of(rows, 0, ranks) : odd_partition_of(rows, 0, ranks);
    return rows > 0 ? fmax(1, (double)most.n_local * ranks / (double)rows) : 1;
}

/* How many times as long as here all ranks work, where all threads take part. */
static double worker_factor(const odd_forecast_result *f, bool images)
{
    const odd_forecast_place *p = &f->place;
    const int sharing = odd_min_int(p->per_node, p->ranks);
    const int busy = odd_min_int(sharing * p->threads, p->cpus); /* of a node's */
    return (double)f->rates.workers / busy * sharing / p->ranks *
           imbalance(f->rows, p->ranks, images);
}

/* And where ranks alone do. */
static double rank_factor(const odd_forecast_result *f)
{
    const odd_forecast_place *p = &f->place;
    const int sharing = odd_min_int(p->per_node, p->ranks);
    return (double)f->rates.ranks / odd_min_int(sharing, p->cpus) * sharing / p->ranks;
}

#define OVERHEAD 0.2 /* of the latency of a message: a rank can begin no other */

/* Between nodes; within one it is part of what was measured. Ranks of a node share its network. */
static double exchanges_seconds(const odd_forecast_result *f, const odd_stage_cost *cost)
{
    const odd_forecast_options *o = &f->options;
    const int sharing = odd_min_int(f->place.per_node, f->place.ranks);
    const odd_interconnect network = {.ranks = f->place.ranks,
                                      .blocks = odd_partition_of(f->rows, 0, f->place.ranks).blocks,
                                      .latency = 1e-6 * o->latency,
                                      .overhead = OVERHEAD * 1e-6 * o->latency,
                                      .bandwidth = 1e9 * o->network / sharing};
    double seconds = 0;
    if (f->place.nodes == 1) return 0;
    for (int k = 0; k < ODD_EXCHANGES; k++) {
        const double times = cost->exchange[k].times;
        if (times > 0)
            seconds += times * odd_exchange_seconds((odd_exchange_kind)k,
                                                    cost->exchange[k].bytes / times, &network);
    }
    return seconds;
}

static double bytes_received(const odd_forecast_result *f, const odd_stage_cost *cost)
{
    double bytes = 0;
    for (int k = 0; k < ODD_EXCHANGES; k++)
        bytes +=
            odd_exchange_received((odd_exchange_kind)k, cost->exchange[k].bytes, f->place.ranks);
    return bytes;
}

static void forecast_time(const odd_forecast_result *f, const tried *t, const odd_stage_cost *cost,
                          odd_stage_forecast *out)
{
    const line clock = line_of_seconds(&f->rates, t, false),
               cpu = line_of_seconds(&f->rates, t, true);
    const odd_known_seconds here = odd_machine_rates_seconds(&f->rates, cost, false);
    const odd_known_seconds known = odd_machine_rates_seconds(&f->rates, cost, true);
    const double grown = clock.slope * cost->amount, factor = worker_factor(f, cost->images);
    const double disk = f->options.disk > 0 ? 1e9 * f->options.disk : f->rates.disk;
    const double work = factor * here.threaded + rank_factor(f) * here.ranked +
                        (cost->alone ? grown : factor * grown);
    out->cpu = at(cpu, cost->amount) + known.threaded + known.ranked;
    out->seconds = clock.fixed + fmax(work, out->written / disk) + exchanges_seconds(f, cost);
}

/* What libraries keep from rehearsal to rehearsal is in the later ones, and would be counted twice:
 * what more rows need is the difference between two that both have it. */
int64_t odd_forecast_memory(const odd_rehearsals *r, int i, const odd_stage_plan *plan)
{
    const odd_rehearsed *cold = &r->cold.stage[i], *warm = &r->warm.stage[i];
    const odd_rehearsed *large = &r->large.stage[i];
    const int64_t planned = plan->held + plan->memory;
    if (!large->done) return planned;
    const int64_t grown = large->peak > warm->peak ? large->peak - warm->peak : 0;
    const int64_t more = planned > large->planned ? planned - large->planned : 0;
    return cold->peak + grown + more;
}

odd_status odd_forecast_stage(odd_forecast_result *f, int i, const odd_stage_plan *plan)
{
    const odd_stage *stage = f->run->pipeline->stages[i];
    const tried t = tried_stage(&f->rehearsals, i);
    odd_stage_forecast *out = &f->stage[f->stages++];
    odd_stage_cost cost;
    odd_status st;
    ODD_TRY(odd_forecast_cost(f->run, stage, plan, &cost));
    *out = (odd_stage_forecast){.stage = stage, .modelled = t.of[2]->done};
    out->memory = odd_forecast_memory(&f->rehearsals, i, plan);
    if (!out->modelled) return ODD_OK;
    out->read = bytes_at(&t, false, (double)plan->rows, cost.amount);
    out->written = bytes_at(&t, true, (double)plan->rows, cost.amount);
    out->sent = bytes_received(f, &cost);
    forecast_time(f, &t, &cost, out);
done:
    return st;
}

odd_stage_plan odd_forecast_plan(const odd_forecast_result *f, int ranks)
{
    return (odd_stage_plan){
        .ranks = ranks, .threads = f->place.threads, .images = f->options.images};
}

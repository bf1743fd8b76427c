/* Net: a folded graph with its program and weights, and lanes: each runs images of its own with one
 * thread, so that no thread waits for another between layers. */
#include "oddlot/nn/net.h"

#include "nn/dnnl_isa_internal.h"
#include "nn/graph_internal.h"
#include "nn/plan_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

/* A run needs two sizes of parts (full ones and the last), and perhaps one for all threads. */
#define PLANS 4

/* A share runs in parts whose layers work inside the caches: with four times as much, the wide
 * early layers of MobileNet and EfficientNet wait for memory (a fifth slower); with half, the
 * weights of the late layers of ResNet come too often (a sixth). */
#define PART_BYTES (12 << 20) /* of a thread */

/* What runs at one time: its plans, in memory of their own. */
typedef struct {
    dnnl_stream_t stream;
    odd_plan *plan[PLANS]; /* the latest used first */
    float **part_output;   /* (outputs) where the part at work writes */
    odd_status status;     /* of the last run */
    char reason[ODD_REASON_SIZE];
} lane;

struct odd_net {
    odd_graph *graph;
    odd_program program;
    odd_weights weights;     /* with engine and stream */
    odd_precision precision; /* F32 or BF16 */
    int64_t image_bytes;     /* that the widest step reads and writes for one image */
    lane *lane;              /* lane 0 also runs what all threads do together */
    int lanes;
};

const char *odd_net_precision(const odd_net *net)
{
    return net->precision == ODD_PRECISION_BF16 ? "bfloat16" : "float32";
}

/* ---- The object ---- */

static void lane_close(lane *l)
{
    for (int i = 0; i < PLANS; i++) {
        odd_plan_free(&l->plan[i]);
    }
    dnnl_stream_destroy(l->stream);
    odd_free(l->part_output);
}

static void free_lanes(odd_net *net)
{
    for (int i = 0; i < net->lanes; i++) {
        lane_close(&net->lane[i]);
    }
    odd_free(net->lane);
    net->lane = NULL;
    net->lanes = 0;
}

void odd_net_free(odd_net **net)
{
    odd_net *n = *net;
    if (!n) return;
    free_lanes(n);
    odd_weights_free(&n->weights);
    odd_program_free(&n->program);
    dnnl_stream_destroy(n->weights.stream);
    dnnl_engine_destroy(n->weights.engine);
    odd_graph_free(&n->graph);
    odd_free(n);
    *net = NULL;
}

static odd_status new_stream(odd_net *net, dnnl_stream_t *stream)
{
    return odd_dnnl(dnnl_stream_create(stream, net->weights.engine, dnnl_stream_default_flags),
                    "stream");
}

odd_status odd_net_new(const odd_graph *graph, odd_precision precision, odd_net **out)
{
    odd_status st;
    odd_net *n;
    *out = NULL;
    ODD_TRY(ODD_NEW(n, 1));
    ODD_TRY(odd_precision_choose(precision, &n->precision));
    ODD_TRY(odd_graph_copy(graph, &n->graph));
    ODD_TRY(odd_graph_fold(n->graph));
    ODD_TRY(odd_program_new(n->graph, true, &n->program));
    n->image_bytes = odd_program_width(n->graph, &n->program);
    ODD_TRY(odd_dnnl(dnnl_engine_create(&n->weights.engine, dnnl_cpu, 0), "engine"));
    ODD_TRY(new_stream(n, &n->weights.stream));
    *out = n;
    n = NULL; /* handed over */
done:
    odd_net_free(&n);
    return st;
}

/* ---- Lanes and their plans ---- */

/* At least `lanes` of them; those that are there are made anew, with their plans. */
static odd_status make_lanes(odd_net *net, int lanes)
{
    odd_status st;
    if (net->lanes >= lanes) return ODD_OK;
    free_lanes(net);
    ODD_TRY(ODD_NEW(net->lane, lanes));
    net->lanes = lanes;
    for (int i = 0; i < lanes; i++) {
        ODD_TRY(new_stream(net, &net->lane[i].stream));
        ODD_TRY(ODD_NEW(net->lane[i].part_output, net->graph->outputs));
    }
done:
    if (st != ODD_OK) free_lanes(net);
    return st;
}

static void to_front(lane *l, int i)
{
    odd_plan *used = l->plan[i];
    memmove(&l->plan[1], &l->plan[0], sizeof used * (size_t)i);
    l->plan[0] = used;
}

/* Make a plan that is used by so many threads: oneDNN asks OpenMP for their number. */
static odd_status make_plan(odd_net *net, int64_t n, int threads, odd_plan **plan)
{
    int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    odd_status st =
        odd_plan_new(net->graph, &net->program, &net->weights,
                     net->precision == ODD_PRECISION_BF16 ? dnnl_bf16 : dnnl_f32, n, plan);
    omp_set_num_threads(before);
    return st;
}

/* Bring the plan for n images and so many threads to the front; the one that was not used for the
 * longest time makes room. */
static odd_status ready_plan(odd_net *net, lane *l, int64_t n, int threads)
{
    int last = 0;
    for (int i = 0; i < PLANS; i++) {
        odd_plan *plan = l->plan[i];
        last = i;
        if (!plan || (plan->n == n && plan->threads == threads)) break;
    }
    odd_plan *found = l->plan[last];
    if (!found || found->n != n || found->threads != threads) {
        odd_plan *made;
        odd_status st = make_plan(net, n, threads, &made);
        if (st != ODD_OK) return st;
        odd_plan_free(&l->plan[last]);
        l->plan[last] = made;
    }
    to_front(l, last);
    return ODD_OK;
}

static odd_plan *plan_of(const lane *l, int64_t n, int threads)
{
    int i = 0;
    while (l->plan[i]->n != n || l->plan[i]->threads != threads) {
        i++;
    }
    return l->plan[i];
}

/* ---- Running ---- */

/* How a batch is cut: `each` images for each lane, in parts; what is left runs with all threads. */
typedef struct {
    int threads;
    int64_t each, part, rest;
} cut;

static cut cut_batch(const odd_net *net, int64_t n)
{
    cut c = {.threads = omp_get_max_threads()};
    int64_t fit = PART_BYTES / net->image_bytes;
    c.each = n / c.threads;
    c.rest = n % c.threads;
    c.part = fit < 1 ? 1 : fit < c.each ? fit : c.each;
    return c;
}

static odd_status check_count(const odd_net *net, int64_t n)
{
    const odd_graph *g = net->graph;
    bool batched = g->input >= 0 && g->tensor[g->input].batched;
    if (n < 1) return odd_fail(ODD_ARG, "a batch of %" PRId64 " images", n);
    if (n > 1 && !batched) return odd_fail(ODD_ARG, "'%s' does not take a batch", g->name);
    return ODD_OK;
}

/* All that a run needs; planning is for one thread at a time. */
static odd_status ready(odd_net *net, const cut *c)
{
    odd_status st;
    ODD_TRY(make_lanes(net, c->threads));
    for (int i = 0; c->each > 0 && i < c->threads; i++) {
        int64_t last = c->each % c->part;
        if (last > 0) ODD_TRY(ready_plan(net, &net->lane[i], last, 1));
        ODD_TRY(ready_plan(net, &net->lane[i], c->part, 1));
    }
    if (c->rest > 0) ODD_TRY(ready_plan(net, &net->lane[0], c->rest, c->threads));
done:
    return st;
}

static int64_t bytes_of(const odd_plan *plan)
{
    return plan->arena_bytes + plan->scratch_bytes;
}

odd_status odd_net_memory(odd_net *net, int64_t n, int64_t *bytes)
{
    int64_t together = 0;
    odd_status st;
    *bytes = 0;
    ODD_TRY(check_count(net, n));
    const cut c = cut_batch(net, n);
    ODD_TRY(ready(net, &c));
    if (c.each > 0) *bytes = c.threads * bytes_of(plan_of(&net->lane[0], c.part, 1));
    if (c.rest > 0) together = bytes_of(plan_of(&net->lane[0], c.rest, c.threads));
    if (together > *bytes) *bytes = together;
done:
    return st;
}

/* Images first ... first + count - 1. */
static odd_status run_part(const odd_net *net, lane *l, odd_plan *plan, int64_t first,
                           const float input[], float *const output[])
{
    const odd_graph *g = net->graph;
    for (int o = 0; o < g->outputs; o++) {
        const odd_tensor *t = &g->tensor[g->output[o]];
        l->part_output[o] = output[o] + (t->batched ? first * odd_tensor_values(t) : 0);
    }
    const float *images =
        g->input >= 0 ? input + first * odd_tensor_values(&g->tensor[g->input]) : NULL;
    return odd_plan_run(plan, &net->program, l->stream, images, l->part_output, false);
}

/* The images of one lane. */
static odd_status run_share(const odd_net *net, const cut *c, int number, const float input[],
                            float *const output[])
{
    lane *l = &net->lane[number];
    odd_status st = ODD_OK;
    for (int64_t done = 0; st == ODD_OK && done < c->each; done += c->part) {
        int64_t count = c->each - done < c->part ? c->each - done : c->part;
        st = run_part(net, l, plan_of(l, count, 1), number * c->each + done, input, output);
    }
    return st;
}

static odd_status run_lanes(const odd_net *net, const cut *c, const float input[],
                            float *const output[])
{
#pragma omp parallel for schedule(static, 1) num_threads(c->threads) default(none)                 \
    shared(net, c, input, output)
    for (int i = 0; i < c->threads; i++) {
        lane *l = &net->lane[i];
        l->status = run_share(net, c, i, input, output);
        if (l->status != ODD_OK) snprintf(l->reason, sizeof l->reason, "%s", odd_fail_reason());
    }
    for (int i = 0; i < c->threads; i++) {
        const lane *l = &net->lane[i];
        if (l->status != ODD_OK) return odd_fail(l->status, "%s", l->reason);
    }
    return ODD_OK;
}

odd_status odd_net_run(odd_net *net, int64_t n, const float input[], float *const output[])
{
    odd_status st;
    ODD_TRY(check_count(net, n));
    const cut c = cut_batch(net, n);
    ODD_TRY(ready(net, &c));
    if (c.each > 0) ODD_TRY(run_lanes(net, &c, input, output));
    if (c.rest > 0)
        ODD_TRY(run_part(net, &net->lane[0], plan_of(&net->lane[0], c.rest, c.threads), n - c.rest,
                         input, output));
done:
    return st;
}

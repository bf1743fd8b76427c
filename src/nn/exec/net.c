/* Net: a folded graph with its program and weights, and lanes: each runs groups of images of its
 * own with one thread, so that no thread waits for another between layers.
 *
 * A primitive may give an image other bits at another place of its batch, in a batch of another
 * size, or with another number of threads: oneDNN's products of matrices do, where their kernels
 * are not those of AVX-512. So there is one plan, for a group of one size and one thread, and an
 * image has its place in a group by its number: the bits cannot depend on anything else. */
#include "oddlot/nn/net.h"

#include "nn/exec/dnnl_isa_internal.h"
#include "nn/exec/plan_internal.h"
#include "nn/graph/graph_internal.h"
#include "oddlot/base/first_failure.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* What runs at one time, in memory of its own. */
typedef struct {
    dnnl_stream_t stream;
    odd_plan *plan;  /* of a whole group */
    float *input;    /* (group, ...) of a group with gaps: images at their places, 0 elsewhere */
    float **output;  /* (outputs) (group, ...) likewise */
    float **results; /* (outputs) where the group at work writes */
} lane;

struct odd_net {
    odd_graph *graph;
    odd_program program;
    odd_weights weights;     /* with engine and stream */
    odd_precision precision; /* F32 or BF16 */
    int group;               /* images that go through together */
    lane *lane;
    int lanes;
    bool watched;   /* by odd_net_watch() */
    int64_t *start; /* (groups + 1) images that groups of this run begin with */
    int64_t room;   /* of start */
};

const char *odd_net_precision(const odd_net *net)
{
    return net->precision == ODD_PRECISION_BF16 ? "bfloat16" : "float32";
}

/* ---- The object ---- */

static void lane_close(const odd_net *net, lane *l)
{
    odd_plan_free(&l->plan);
    dnnl_stream_destroy(l->stream);
    odd_free(l->input);
    for (int o = 0; l->output && o < net->graph->outputs; o++)
        odd_free(l->output[o]);
    odd_free(l->output);
    odd_free(l->results);
}

void odd_net_free(odd_net **net)
{
    odd_net *n = *net;
    if (!n) return;
    for (int i = 0; i < n->lanes; i++)
        lane_close(n, &n->lane[i]);
    odd_free(n->lane);
    odd_free(n->start);
    odd_weights_free(&n->weights);
    odd_program_free(&n->program);
    dnnl_stream_destroy(n->weights.stream);
    dnnl_engine_destroy(n->weights.engine);
    odd_graph_free(&n->graph);
    odd_free(n);
    *net = NULL;
}

/* Images of a group at most: where each weight is used for many places of an image, more of them
 * gain nothing, and the places of a group that are empty cost as much as the others. */
static int most_of_group(const odd_graph *g)
{
    enum { MANY_USES = 5 };
    const bool many = odd_graph_flops(g) / 2 >= MANY_USES * odd_graph_parameters(g);
    return many ? ODD_NET_GROUP / 2 : ODD_NET_GROUP;
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
    ODD_TRY(odd_program_cut(n->graph, most_of_group(n->graph), &n->program));
    n->group = (int)n->program.section[n->program.sections - 1].images;
    ODD_TRY(odd_dnnl(dnnl_engine_create(&n->weights.engine, dnnl_cpu, 0), "engine"));
    ODD_TRY(new_stream(n, &n->weights.stream));
    *out = n;
    n = NULL; /* handed over */
done:
    odd_net_free(&n);
    return st;
}

/* ---- Lanes ---- */

/* For one thread: oneDNN asks OpenMP for their number. */
static odd_status make_plan(odd_net *net, odd_plan **plan)
{
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    odd_status st = odd_plan_new(net->graph, &net->program, &net->weights,
                                 net->precision == ODD_PRECISION_BF16 ? dnnl_bf16 : dnnl_f32, plan);
    omp_set_num_threads(before);
    return st;
}

static odd_status new_values(const odd_net *net, int tensor, float **values)
{
    const odd_tensor *t = &net->graph->tensor[tensor];
    return ODD_NEW(*values, (t->batched ? net->group : 1) * odd_tensor_values(t));
}

static odd_status lane_open(odd_net *net, lane *l)
{
    const odd_graph *g = net->graph;
    odd_status st;
    ODD_TRY(new_stream(net, &l->stream));
    ODD_TRY(ODD_NEW(l->results, g->outputs));
    ODD_TRY(ODD_NEW(l->output, g->outputs));
    if (g->input >= 0) ODD_TRY(new_values(net, g->input, &l->input));
    for (int o = 0; o < g->outputs; o++)
        ODD_TRY(new_values(net, g->output[o], &l->output[o]));
    ODD_TRY(make_plan(net, &l->plan));
    l->plan->watched = net->watched;
done:
    return st;
}

/* At least `lanes` of them; planning is for one thread at a time. */
static odd_status make_lanes(odd_net *net, int lanes)
{
    lane *more;
    odd_status st;
    if (net->lanes >= lanes) return ODD_OK;
    ODD_TRY(ODD_NEW(more, lanes));
    if (net->lanes > 0) memcpy(more, net->lane, (size_t)net->lanes * sizeof *more);
    odd_free(net->lane);
    net->lane = more;
    while (net->lanes < lanes)
        ODD_TRY(lane_open(net, &net->lane[net->lanes++])); /* closed also where it is half open */
done:
    return st;
}

/* ---- Groups ---- */

static odd_status check_count(const odd_net *net, int64_t n)
{
    const odd_graph *g = net->graph;
    bool batched = g->input >= 0 && g->tensor[g->input].batched;
    if (n < 1) return odd_fail(ODD_ARG, "a batch of %" PRId64 " images", n);
    if (n > 1 && !batched) return odd_fail(ODD_ARG, "'%s' does not take a batch", g->name);
    return ODD_OK;
}

static int lanes_for(int64_t groups)
{
    const int threads = omp_get_max_threads();
    return groups < threads ? (int)groups : threads;
}

static int64_t number_of(const int64_t number[], int64_t i)
{
    return number ? number[i] : i;
}

/* True if the i-th image cannot go with the one before it. */
static bool begins_group(const odd_net *net, const int64_t number[], int64_t i)
{
    const int64_t here = number_of(number, i), before = number_of(number, i - 1);
    return here <= before || here / net->group != before / net->group;
}

static odd_status cut_groups(odd_net *net, int64_t n, const int64_t number[], int64_t *groups)
{
    odd_status st = ODD_OK;
    *groups = 0;
    if (net->room < n + 1) {
        odd_free(net->start);
        net->room = 0;
        ODD_TRY(ODD_NEW(net->start, n + 1));
        net->room = n + 1;
    }
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || begins_group(net, number, i)) net->start[(*groups)++] = i;
    net->start[*groups] = n;
done:
    return st;
}

odd_status odd_net_memory(odd_net *net, int64_t n, int64_t *bytes)
{
    odd_status st;
    *bytes = 0;
    ODD_TRY(check_count(net, n));
    const int lanes = lanes_for((n + net->group - 1) / net->group);
    ODD_TRY(make_lanes(net, lanes));
    *bytes = lanes * (net->lane[0].plan->arena_bytes + net->lane[0].plan->scratch_bytes);
done:
    return st;
}

/* ---- Running ---- */

/* One call of odd_net_run(). */
typedef struct {
    odd_net *net;
    const int64_t *number;
    const float *input;
    float *const *output;
} call;

/* Values of one image in a tensor; 0: it has none. */
static int64_t values_of(const odd_graph *g, int tensor)
{
    return g->tensor[tensor].batched ? odd_tensor_values(&g->tensor[tensor]) : 0;
}

/* A whole group, where its images lie. */
static odd_status run_whole(const call *c, lane *l, int64_t first)
{
    const odd_net *net = c->net;
    const odd_graph *g = net->graph;
    const float *input = g->input < 0 ? NULL : c->input + first * values_of(g, g->input);
    for (int o = 0; o < g->outputs; o++)
        l->results[o] = c->output[o] + first * values_of(g, g->output[o]);
    return odd_plan_run(l->plan, &net->program, l->stream, input, l->results, false);
}

static void copy_values(int64_t values, const float *from, float *to)
{
    memcpy(to, from, (size_t)values * sizeof *to);
}

/* Images at their places; what is in the others is nobody's. */
static void bring_images(const call *c, lane *l, int64_t first, int64_t end)
{
    const odd_net *net = c->net;
    const int64_t values = values_of(net->graph, net->graph->input);
    memset(l->input, 0, (size_t)(net->group * values) * sizeof *l->input);
    for (int64_t i = first; i < end; i++)
        copy_values(values, c->input + i * values,
                    l->input + number_of(c->number, i) % net->group * values);
}

static void take_results(const call *c, const lane *l, int64_t first, int64_t end)
{
    const odd_net *net = c->net;
    for (int o = 0; o < net->graph->outputs; o++) {
        const int tensor = net->graph->output[o];
        const int64_t values = values_of(net->graph, tensor);
        if (values == 0) /* of no image */
            copy_values(odd_tensor_values(&net->graph->tensor[tensor]), l->output[o], c->output[o]);
        for (int64_t i = first; i < end && values > 0; i++)
            copy_values(values, l->output[o] + number_of(c->number, i) % net->group * values,
                        c->output[o] + i * values);
    }
}

static odd_status run_group(const call *c, lane *l, int64_t first, int64_t end)
{
    const odd_net *net = c->net;
    if (end - first == net->group) return run_whole(c, l, first);
    bring_images(c, l, first, end);
    odd_status st = odd_plan_run(l->plan, &net->program, l->stream, l->input, l->output, false);
    if (st == ODD_OK) take_results(c, l, first, end);
    return st;
}

static odd_status run_groups(const call *c, int64_t groups)
{
    odd_net *net = c->net;
    odd_first_failure f = ODD_NO_FAILURE;
    const int lanes = lanes_for(groups);
#pragma omp parallel for schedule(dynamic) num_threads(lanes) default(none)                        \
    shared(c, net, groups, f)
    for (int64_t i = 0; i < groups; i++)
        odd_first_failure_keep(
            &f, i,
            run_group(c, &net->lane[omp_get_thread_num()], net->start[i], net->start[i + 1]));
    return odd_first_failure_tell(&f);
}

odd_status odd_net_run(odd_net *net, int64_t n, const int64_t number[], const float input[],
                       float *const output[])
{
    const call c = {net, number, input, output};
    int64_t groups;
    odd_status st;
    ODD_TRY(check_count(net, n));
    ODD_TRY(cut_groups(net, n, number, &groups));
    ODD_TRY(make_lanes(net, lanes_for(groups)));
    ODD_TRY(run_groups(&c, groups));
done:
    return st;
}

/* ---- Where the time goes ---- */

void odd_net_watch(odd_net *net)
{
    net->watched = true;
    for (int i = 0; i < net->lanes; i++)
        net->lane[i].plan->watched = true;
}

/* The longest first; ties by kind. */
static int by_seconds(const void *a, const void *b)
{
    const odd_net_share *x = a, *y = b;
    if (x->seconds != y->seconds) return x->seconds > y->seconds ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

odd_status odd_net_shares(const odd_net *net, odd_net_share **share, int *shares)
{
    odd_status st;
    int room = 1;
    *share = NULL;
    *shares = 0;
    for (int i = 0; i < net->lanes; i++)
        room += net->lane[i].plan->operations;
    ODD_TRY(ODD_NEW(*share, room));
    for (int i = 0; i < net->lanes; i++)
        odd_plan_shares(net->lane[i].plan, &net->program, *share, shares);
    qsort(*share, (size_t)*shares, sizeof **share, by_seconds);
done:
    return st;
}

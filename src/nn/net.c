/* Net: a folded graph with its program, its weights and a few plans, one for each batch size. */
#include "oddlot/nn/net.h"

#include "nn/graph_internal.h"
#include "nn/plan_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

/* A run needs two batch sizes (full parts and the last one), for two numbers of threads. */
#define PLANS 4

/* A batch runs in parts whose layers work inside the caches: with all of it at once, the wide early
 * layers of MobileNet and EfficientNet wait for memory (a quarter slower at 32 images). */
#define PART_BYTES (12 << 20)

struct odd_net {
    odd_graph *graph;
    odd_program program;
    odd_weights weights;     /* with engine and stream */
    odd_precision precision; /* F32 or BF16 */
    int64_t image_bytes;     /* that the widest step reads and writes for one image */
    odd_plan *plan[PLANS];   /* the latest used first */
    float **part_output;     /* (outputs) where the part at work writes */
};

/* ---- CPU and library ---- */

bool odd_cpu_has_amx(void)
{
    return dnnl_get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_amx;
}

static const char *isa_name(void)
{
    switch ((int)dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_avx512_core_amx:
        return "avx512_core_amx";
    case dnnl_cpu_isa_avx512_core_bf16:
        return "avx512_core_bf16";
    case dnnl_cpu_isa_avx512_core_vnni:
        return "avx512_core_vnni";
    case dnnl_cpu_isa_avx512_core:
        return "avx512_core";
    case dnnl_cpu_isa_avx2_vnni:
        return "avx2_vnni";
    case dnnl_cpu_isa_avx2:
        return "avx2";
    case dnnl_cpu_isa_avx:
        return "avx";
    case dnnl_cpu_isa_sse41:
        return "sse41";
    default:
        return "generic";
    }
}

static bool cpu_has_bf16(void)
{
    int isa = (int)dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
}

const char *odd_net_text(void)
{
    static char text[128];
    const dnnl_version_t *v = dnnl_version();
    snprintf(text, sizeof text, "oneDNN %d.%d.%d, %s, %d threads", v->major, v->minor, v->patch,
             isa_name(), omp_get_max_threads());
    return text;
}

const char *odd_net_precision(const odd_net *net)
{
    return net->precision == ODD_PRECISION_BF16 ? "bfloat16" : "float32";
}

static odd_status choose_precision(odd_precision wish, odd_precision *precision)
{
    *precision = wish;
    if (wish == ODD_PRECISION_AUTO)
        *precision = odd_cpu_has_amx() ? ODD_PRECISION_BF16 : ODD_PRECISION_F32;
    if (*precision == ODD_PRECISION_BF16 && !cpu_has_bf16())
        return odd_fail(ODD_ARG, "bfloat16 needs a CPU with AVX-512; this one has %s", isa_name());
    return ODD_OK;
}

/* ---- The object ---- */

void odd_net_free(odd_net **net)
{
    odd_net *n = *net;
    if (!n) return;
    for (int i = 0; i < PLANS; i++) {
        odd_plan_free(&n->plan[i]);
    }
    odd_weights_free(&n->weights);
    odd_program_free(&n->program);
    dnnl_stream_destroy(n->weights.stream);
    dnnl_engine_destroy(n->weights.engine);
    odd_free(n->part_output);
    odd_graph_free(&n->graph);
    odd_free(n);
    *net = NULL;
}

odd_status odd_net_new(const odd_graph *graph, odd_precision precision, odd_net **out)
{
    odd_status st;
    odd_net *n;
    *out = NULL;
    ODD_TRY(ODD_NEW(n, 1));
    ODD_TRY(choose_precision(precision, &n->precision));
    ODD_TRY(odd_graph_copy(graph, &n->graph));
    ODD_TRY(odd_graph_fold(n->graph));
    ODD_TRY(odd_program_new(n->graph, true, &n->program));
    ODD_TRY(ODD_NEW(n->part_output, n->graph->outputs));
    n->image_bytes = odd_program_width(n->graph, &n->program);
    ODD_TRY(odd_dnnl(dnnl_engine_create(&n->weights.engine, dnnl_cpu, 0), "engine"));
    ODD_TRY(odd_dnnl(
        dnnl_stream_create(&n->weights.stream, n->weights.engine, dnnl_stream_default_flags),
        "stream"));
    *out = n;
    n = NULL; /* handed over */
done:
    odd_net_free(&n);
    return st;
}

/* ---- Plans ---- */

static void to_front(odd_net *net, int i)
{
    odd_plan *used = net->plan[i];
    memmove(&net->plan[1], &net->plan[0], sizeof used * (size_t)i);
    net->plan[0] = used;
}

/* The plan for n images with as many threads as there are now; the one that was not used for the
 * longest time makes room. */
static odd_status find_plan(odd_net *net, int64_t n, odd_plan **out)
{
    int last = 0, threads = omp_get_max_threads();
    for (int i = 0; i < PLANS; i++) {
        odd_plan *plan = net->plan[i];
        last = i;
        if (!plan || (plan->n == n && plan->threads == threads)) break;
    }
    odd_plan *found = net->plan[last];
    if (!found || found->n != n || found->threads != threads) {
        odd_plan *made;
        odd_status st =
            odd_plan_new(net->graph, &net->program, &net->weights,
                         net->precision == ODD_PRECISION_BF16 ? dnnl_bf16 : dnnl_f32, n, &made);
        if (st != ODD_OK) return st;
        odd_plan_free(&net->plan[last]);
        net->plan[last] = made;
    }
    to_front(net, last);
    *out = net->plan[0];
    return ODD_OK;
}

/* Images of a part: as many as fit, the same number for each thread. */
static int64_t part_of(const odd_net *net, int64_t n)
{
    int64_t threads = omp_get_max_threads(), each = PART_BYTES / net->image_bytes / threads;
    int64_t part = (each > 0 ? each : 1) * threads;
    return part < n ? part : n;
}

static odd_status check_count(const odd_net *net, int64_t n)
{
    const odd_graph *g = net->graph;
    bool batched = g->input >= 0 && g->tensor[g->input].batched;
    if (n < 1) return odd_fail(ODD_ARG, "a batch of %" PRId64 " images", n);
    if (n > 1 && !batched) return odd_fail(ODD_ARG, "'%s' does not take a batch", g->name);
    return ODD_OK;
}

odd_status odd_net_memory(odd_net *net, int64_t n, int64_t *bytes)
{
    odd_plan *plan = NULL;
    *bytes = 0;
    odd_status st = check_count(net, n);
    if (st == ODD_OK) st = find_plan(net, part_of(net, n), &plan);
    if (st == ODD_OK) *bytes = plan->arena_bytes + plan->scratch_bytes;
    return st;
}

/* Images first ... first + count - 1. */
static odd_status run_part(odd_net *net, int64_t first, int64_t count, const float input[],
                           float *const output[])
{
    const odd_graph *g = net->graph;
    odd_plan *plan = NULL;
    odd_status st = find_plan(net, count, &plan);
    if (st != ODD_OK) return st;
    for (int o = 0; o < g->outputs; o++) {
        const odd_tensor *t = &g->tensor[g->output[o]];
        net->part_output[o] = output[o] + (t->batched ? first * odd_tensor_values(t) : 0);
    }
    const float *images =
        g->input >= 0 ? input + first * odd_tensor_values(&g->tensor[g->input]) : NULL;
    return odd_plan_run(plan, &net->program, net->weights.stream, images, net->part_output);
}

odd_status odd_net_run(odd_net *net, int64_t n, const float input[], float *const output[])
{
    int64_t part = part_of(net, n);
    odd_status st = check_count(net, n);
    for (int64_t first = 0; st == ODD_OK && first < n; first += part) {
        int64_t count = n - first < part ? n - first : part;
        st = run_part(net, first, count, input, output);
    }
    return st;
}

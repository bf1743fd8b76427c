/* Bench case of networks: one batch through an ONNX model on every rank, all threads of the rank,
 * and how that compares with a large product of matrices. */
#include "bench/bench_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/nn/net.h"
#include "oddlot/nn/onnx.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <stdio.h>
#include <time.h>

#define PEAK_ORDER 2000
#define PEAK_TRIES 3

/* GFLOP/s of the best of some float32 products, with the threads that the network has. @local */
static odd_status measure_peak(double *gflops)
{
    const int n = PEAK_ORDER;
    float *a = NULL, *c = NULL;
    odd_status st;
    *gflops = 0;
    ODD_TRY(ODD_NEW(a, (int64_t)n * n));
    ODD_TRY(ODD_NEW(c, (int64_t)n * n));
    odd_threads_to_blas(1);
    for (int i = 0; i < PEAK_TRIES; i++) {
        const double started = odd_seconds();
        odd_sgemm(0, n, n, n, 1, a, a, 0, c);
        const double rate = 2e-9 * n * n * n / (odd_seconds() - started);
        if (rate > *gflops) *gflops = rate;
    }
    odd_threads_to_blas(0);
done:
    odd_free(a);
    odd_free(c);
    return st;
}

/* A model ready to run, with its data. */
typedef struct {
    MPI_Comm comm;
    odd_graph *graph;
    odd_net *net;
    float *x, **y;
    double gflop; /* of one image */
    double peak;  /* GFLOP/s of a large product */
} forward;

static void forward_close(forward *f)
{
    for (int o = 0; f->y && o < f->graph->outputs; o++)
        odd_free(f->y[o]);
    odd_free(f->y);
    odd_free(f->x);
    odd_net_free(&f->net);
    odd_graph_free(&f->graph);
}

static odd_status forward_open(const odd_bench_settings *s, forward *f)
{
    odd_status st;
    odd_precision precision;
    if (!s->file) return odd_fail(ODD_USAGE, "bench forward wants file=MODEL.onnx");
    ODD_TRY(odd_bench_precision(s, ODD_PRECISION_AUTO, &precision));
    ODD_TRY(odd_onnx_read_sized(s->file, s->size, s->size, &f->graph));
    ODD_TRY(ODD_NEW(f->x, s->n * odd_tensor_values(&f->graph->tensor[f->graph->input])));
    ODD_TRY(ODD_NEW(f->y, f->graph->outputs));
    for (int o = 0; o < f->graph->outputs; o++)
        ODD_TRY(ODD_NEW(f->y[o], s->n * odd_tensor_values(&f->graph->tensor[f->graph->output[o]])));
    f->gflop = 1e-9 * (double)odd_graph_flops(f->graph);
    ODD_TRY(odd_net_new(f->graph, precision, &f->net));
    ODD_TRY(odd_net_run(f->net, s->n, NULL, f->x, f->y)); /* makes the plan */
done:
    return st;
}

static odd_status forward_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const forward *f = context;
    odd_status st;
    const double started = odd_bench_start(f->comm);
    const clock_t cpu = clock();
    ODD_TRY_ALL(f->comm, odd_net_run(f->net, s->n, NULL, f->x, f->y));
    took->seconds = odd_bench_stop(f->comm, started);
    const double cpu_seconds = (double)(clock() - cpu) / CLOCKS_PER_SEC;
    const double gflops = f->gflop * (double)s->n / took->seconds;
    snprintf(
        took->more, sizeof took->more,
        ", \"precision\": \"%s\", \"images_per_second_per_rank\": %.2f, \"cpu_seconds\": %.6f, "
        "\"gflops\": %.1f, \"peak_gflops\": %.1f, \"share_of_peak\": %.3f",
        odd_net_precision(f->net), (double)s->n / took->seconds, cpu_seconds, gflops, f->peak,
        gflops / f->peak);
done:
    return st;
}

/* One more batch, whose operations are timed: where the time of rank 0 goes, by kind of layer.
 * @collective */
static odd_status profile(const odd_bench_case *self, const odd_bench_settings *s, forward *f)
{
    odd_net_share *share = NULL;
    odd_text more = ODD_TEXT_EMPTY;
    odd_status st;
    int shares;
    double all = 0;
    odd_net_watch(f->net);
    ODD_TRY_ALL(f->comm, odd_net_run(f->net, s->n, NULL, f->x, f->y));
    ODD_TRY_ALL(f->comm, odd_net_shares(f->net, &share, &shares));
    for (int i = 0; i < shares; i++)
        all += share[i].seconds;
    odd_text_add(&more, ", \"profile\": [");
    for (int i = 0; i < shares; i++)
        odd_text_format(
            &more, "%s{\"layer\": \"%s\", \"part\": \"%s\", \"share\": %.3f%s}", i > 0 ? ", " : "",
            share[i].kind < ODD_LAYER_COUNT ? odd_layer_name(share[i].kind) : "output",
            share[i].part, share[i].seconds / all, share[i].plain ? ", \"plain\": true" : "");
    odd_text_add(&more, "]");
    ODD_TRY_ALL(f->comm, odd_text_status(&more));
    ODD_TRY(odd_bench_print(f->comm, self, s, all, odd_text_string(&more)));
done:
    odd_text_free(&more);
    odd_free(share);
    return st;
}

static odd_status run_forward(MPI_Comm comm, const odd_bench_case *self,
                              const odd_bench_settings *s)
{
    forward f = {.comm = comm};
    odd_status st;
    ODD_TRY_ALL(comm, forward_open(s, &f));
    ODD_TRY_ALL(comm, measure_peak(&f.peak));
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, forward_once, &f));
    if (s->profile) ODD_TRY(profile(self, s, &f));
done:
    forward_close(&f);
    return st;
}

const odd_bench_case odd_bench_forward = {
    .name = "forward",
    .summary = "a batch of n images through the network `file`; auto: bf16 where the CPU has AMX;\n"
               "            size: of images, where the file leaves it open; profile=1: at the end\n"
               "            the CPU time of one batch by kind of layer",
    .keys = "file=MODEL n=8 precision=auto size= repeat=5 profile=0",
    .run = run_forward,
};

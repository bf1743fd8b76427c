/* Graphs made in a few words, and a net held against the plain evaluator. */
#include "net_check.h"

#include "nn/graph/graph_internal.h"
#include "nn/graph/reference_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/onnx.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_IMAGES = ODD_NET_GROUP + 1 };

static void note(net_maker *m, odd_status st)
{
    if (st == ODD_OK || m->st != ODD_OK) return;
    m->st = st;
    printf("cannot make the graph: %s\n", odd_fail_reason());
}

net_maker net_start_shape(uint64_t seed, int rank, const int64_t shape[])
{
    net_maker m = {.seed = seed};
    note(&m, odd_graph_new("test", &m.g));
    if (m.st == ODD_OK)
        note(&m, odd_graph_tensor(m.g, "images", rank, shape, true, NULL, &m.g->input));
    return m;
}

net_maker net_start(uint64_t seed, int64_t channels, int64_t rows, int64_t columns)
{
    return net_start_shape(seed, 4, (const int64_t[]){1, channels, rows, columns});
}

int64_t net_draw(net_maker *m, int64_t n)
{
    return (int64_t)odd_below((uint64_t)n, m->seed, ODD_STREAM_TEST, m->draws++, 0);
}

int net_constant(net_maker *m, int rank, const int64_t shape[], float scale, float shift)
{
    int64_t count = 1;
    int id = 0;
    for (int i = 0; i < rank; i++)
        count *= shape[i];
    float *data = odd_alloc(count, sizeof *data);
    for (int64_t i = 0; data && i < count; i++)
        data[i] =
            shift + scale * (float)odd_normal(m->seed, ODD_STREAM_TEST, m->draws, (uint32_t)i + 1);
    m->draws++;
    note(m, odd_graph_tensor(m->g, "", rank, shape, false, data, &id));
    odd_free(data);
    return id;
}

int net_number(net_maker *m, float value)
{
    int id = 0;
    note(m, odd_graph_tensor(m->g, "", 0, NULL, false, &value, &id));
    return id;
}

static int add(net_maker *m, odd_layer_kind kind, const odd_layer_settings *set, int inputs,
               const int input[])
{
    const odd_layer_settings defaults = odd_layer_defaults();
    int output = 0;
    if (m->st != ODD_OK) return 0;
    note(m, odd_graph_layer(m->g, kind, "", set ? set : &defaults, inputs, input, "", &output));
    return m->st == ODD_OK ? output : 0;
}

int net_layer(net_maker *m, odd_layer_kind kind, const odd_layer_settings *set, int a)
{
    return add(m, kind, set, 1, &a);
}

int net_layer2(net_maker *m, odd_layer_kind kind, const odd_layer_settings *set, int a, int b)
{
    return add(m, kind, set, 2, (const int[]){a, b});
}

odd_layer_settings net_window(int64_t kernel, int64_t stride, int64_t pad)
{
    odd_layer_settings set = odd_layer_defaults();
    set.kernel[0] = set.kernel[1] = kernel;
    set.stride[0] = set.stride[1] = stride;
    for (int i = 0; i < 4; i++)
        set.pad[i] = pad;
    return set;
}

/* Weights that keep the size of what goes through them. */
static float gain(int64_t inputs)
{
    return 1 / sqrtf((float)inputs);
}

int net_conv(net_maker *m, const odd_layer_settings *set, int a, int64_t outputs)
{
    int64_t inputs = m->g->tensor[a].shape[1] / set->group;
    const int64_t shape[] = {outputs, inputs, set->kernel[0], set->kernel[1]};
    int weights = net_constant(m, 4, shape, gain(inputs * shape[2] * shape[3]), 0);
    int bias = net_constant(m, 1, &outputs, 0.1f, 0);
    return add(m, ODD_LAYER_CONV, set, 3, (const int[]){a, weights, bias});
}

int net_conv_transpose(net_maker *m, const odd_layer_settings *set, int a, int64_t outputs)
{
    int64_t inputs = m->g->tensor[a].shape[1];
    const int64_t shape[] = {inputs, outputs / set->group, set->kernel[0], set->kernel[1]};
    int weights = net_constant(m, 4, shape, gain(inputs / set->group), 0);
    int bias = net_constant(m, 1, &outputs, 0.1f, 0);
    return add(m, ODD_LAYER_CONV_TRANSPOSE, set, 3, (const int[]){a, weights, bias});
}

int net_batch_norm(net_maker *m, int a)
{
    int64_t channels = m->g->tensor[a].shape[1];
    int scale = net_constant(m, 1, &channels, 0.2f, 1), shift = net_constant(m, 1, &channels, 1, 0);
    int mean = net_constant(m, 1, &channels, 0.5f, 0);
    int variance = net_constant(m, 1, &channels, 0.05f, 1);
    return add(m, ODD_LAYER_BATCH_NORM, NULL, 5, (const int[]){a, scale, shift, mean, variance});
}

int net_gemm(net_maker *m, int a, int64_t outputs)
{
    int64_t inputs = m->g->tensor[a].shape[1];
    int weights = net_constant(m, 2, (const int64_t[]){inputs, outputs}, gain(inputs), 0);
    int bias = net_constant(m, 1, &outputs, 0.1f, 0);
    return add(m, ODD_LAYER_GEMM, NULL, 3, (const int[]){a, weights, bias});
}

void net_output(net_maker *m, int tensor)
{
    if (m->st == ODD_OK) note(m, odd_graph_add_output(m->g, tensor));
}

/* ---- Running ---- */

/* Arrays for the outputs of n images; freed with their list. */
static float **output_arrays(const odd_graph *g, int64_t n)
{
    float **array = odd_alloc(g->outputs, sizeof *array);
    for (int o = 0; o < g->outputs; o++) {
        const odd_tensor *t = &g->tensor[g->output[o]];
        array[o] = odd_alloc(odd_tensor_values(t) * (t->batched ? n : 1), sizeof **array);
    }
    return array;
}

static void free_arrays(const odd_graph *g, float **array)
{
    for (int o = 0; o < g->outputs; o++)
        odd_free(array[o]);
    odd_free(array);
}

static double output_difference(const odd_graph *g, int o, int64_t n, const float *a,
                                const float *b)
{
    const odd_tensor *t = &g->tensor[g->output[o]];
    int64_t count = odd_tensor_values(t) * (t->batched ? n : 1);
    double most = 1, difference = 0;
    for (int64_t i = 0; i < count; i++) {
        double d = fabs((double)a[i] - b[i]);
        if (!(d <= difference)) difference = d; /* also where d is not a number */
        if (fabs((double)b[i]) > most) most = fabs((double)b[i]);
    }
    return difference / most;
}

/* The first n images through the net, against the plain evaluator's. */
static double batch_difference(const odd_graph *g, odd_net *net, int64_t n, const float images[],
                               float *const plain[])
{
    float **fast = output_arrays(g, n);
    double worst = 0;
    if (odd_net_run(net, n, NULL, images, fast) != ODD_OK) {
        printf("cannot run: %s\n", odd_fail_reason());
        worst = -1;
    }
    for (int o = 0; worst >= 0 && o < g->outputs; o++) {
        double d = output_difference(g, o, n, fast[o], plain[o]);
        if (!(d <= worst)) worst = d;
    }
    free_arrays(g, fast);
    return worst;
}

static double worst_difference(const odd_graph *g, odd_net *net)
{
    static const int64_t batches[] = {3, 1, MOST_IMAGES, 3};
    const int64_t count = MOST_IMAGES * odd_tensor_values(&g->tensor[g->input]);
    float *images = odd_alloc(count, sizeof *images), **plain = output_arrays(g, MOST_IMAGES);
    for (int64_t i = 0; i < count; i++)
        images[i] = (float)odd_normal(7, ODD_STREAM_TEST, (uint64_t)i, 0);
    double worst = odd_reference_run(g, MOST_IMAGES, images, plain) == ODD_OK ? 0 : -1;
    for (int i = 0; i < 4 && worst >= 0; i++) {
        double d = batch_difference(g, net, batches[i], images, plain);
        if (d < 0 || !(d <= worst)) worst = d;
    }
    free_arrays(g, plain);
    odd_free(images);
    return worst;
}

double net_difference(const odd_graph *g, odd_precision precision)
{
    odd_net *net;
    if (odd_net_new(g, precision, &net) != ODD_OK) {
        printf("cannot make the net: %s\n", odd_fail_reason());
        return -1;
    }
    const double worst = worst_difference(g, net);
    odd_net_free(&net);
    return worst;
}

void net_check(net_maker *m, const char *what, odd_precision precision, double tolerance)
{
    double d = m->st == ODD_OK ? net_difference(m->g, precision) : -1;
    CU_ASSERT(d >= 0 && d <= tolerance);
    if (!(d >= 0 && d <= tolerance)) printf("\n  %s: difference %g\n", what, d);
    odd_graph_free(&m->g);
}

/* ---- Numbers ---- */

enum { NUMBERED = 19, MOST_THREADS = 4 };

/* Images of these numbers; all[o] (NUMBERED, ...) are the outputs of number 0, 1, ... */
static bool same_as_all(const odd_graph *g, odd_net *net, int64_t n, const int64_t number[],
                        const float images[], float *const all[])
{
    const int64_t values = odd_tensor_values(&g->tensor[g->input]);
    float *some = odd_alloc(n * values, sizeof *some), **output = output_arrays(g, n);
    for (int64_t i = 0; i < n; i++)
        memcpy(some + i * values, images + number[i] * values, sizeof *some * (size_t)values);
    bool same = odd_net_run(net, n, number, some, output) == ODD_OK;
    for (int o = 0; o < g->outputs; o++) {
        const int64_t width = odd_tensor_values(&g->tensor[g->output[o]]);
        for (int64_t i = 0; i < n && same; i++)
            same = memcmp(output[o] + i * width, all[o] + number[i] * width,
                          sizeof **all * (size_t)width) == 0;
    }
    free_arrays(g, output);
    odd_free(some);
    return same;
}

/* One after the other, with gaps, from within a group, backwards. */
static void check_batches(const odd_graph *g, odd_net *net, const float images[],
                          float *const all[])
{
    int64_t number[NUMBERED];
    for (int64_t i = 0; i < NUMBERED; i++)
        CU_ASSERT(same_as_all(g, net, 1, &i, images, all));
    for (int step = 1; step <= 3; step++) {
        int64_t n = 0;
        for (int64_t i = 5 - step; i < NUMBERED; i += step)
            number[n++] = i;
        CU_ASSERT(same_as_all(g, net, n, number, images, all));
    }
    for (int64_t i = 0; i < NUMBERED; i++)
        number[i] = NUMBERED - 1 - i;
    CU_ASSERT(same_as_all(g, net, NUMBERED, number, images, all));
}

void net_check_numbers(net_maker *m, odd_precision precision)
{
    const odd_graph *g = m->g;
    const int64_t values = NUMBERED * odd_tensor_values(&g->tensor[g->input]);
    float *images = odd_alloc(values, sizeof *images), **all = output_arrays(g, NUMBERED);
    const int before = omp_get_max_threads();
    odd_net *net = NULL;
    for (int64_t i = 0; i < values; i++)
        images[i] = (float)odd_normal(8, ODD_STREAM_TEST, (uint64_t)i, 0);
    CU_ASSERT(m->st == ODD_OK && odd_net_new(g, precision, &net) == ODD_OK);
    CU_ASSERT(net && odd_net_run(net, NUMBERED, NULL, images, all) == ODD_OK);
    for (int threads = 1; threads <= MOST_THREADS && net; threads++) {
        omp_set_num_threads(threads);
        check_batches(g, net, images, all);
    }
    omp_set_num_threads(before);
    odd_net_free(&net);
    free_arrays(g, all);
    odd_free(images);
    odd_graph_free(&m->g);
}

/* ---- Files ---- */

static void check_file(const char *path)
{
    const char *source = getenv("ODDLOT_SOURCE");
    char command[1024];
    if (!source || system("/usr/bin/python3 -c 'import onnx' 2>/dev/null") != 0) {
        printf(" checker skipped: python3-onnx is not installed ");
        return;
    }
    snprintf(command, sizeof command, "/usr/bin/python3 '%s/tests/nn/check_onnx.py' '%s'", source,
             path);
    CU_ASSERT_EQUAL(system(command), 0);
}

void net_check_export(const odd_graph *g, int64_t n, const float images[])
{
    const char *place = getenv("TMPDIR");
    char path[256];
    odd_graph *back;
    int64_t values = n * odd_tensor_values(&g->tensor[g->output[0]]);
    float *here = odd_alloc(values, sizeof *here), *there = odd_alloc(values, sizeof *there);
    snprintf(path, sizeof path, "%s/oddlot-%d.onnx", place ? place : "/tmp", (int)getpid());
    CU_ASSERT_EQUAL(odd_onnx_write(g, path), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_onnx_read(path, &back), ODD_OK);
    CU_ASSERT_EQUAL(odd_reference_run(g, n, images, &here), ODD_OK);
    CU_ASSERT_EQUAL(odd_reference_run(back, n, images, &there), ODD_OK);
    CU_ASSERT(memcmp(here, there, (size_t)values * sizeof *here) == 0);
    check_file(path);
    unlink(path);
    odd_graph_free(&back);
    odd_free(here);
    odd_free(there);
}

/* Net: real networks, where they are, against the plain evaluator; skipped where they are not. */
#include "net_check.h"

#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/onnx.h"

#include "nn/graph/graph_internal.h"
#include "nn/graph/reference_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TOLERANCE      1e-5 /* of the length of an output */
#define BF16_TOLERANCE 0.2  /* MobileNet-v2 is not kind to short numbers */

/* A smooth picture in [-1, 1]. */
static float *picture(const odd_tensor *t)
{
    int64_t rows = t->shape[2], columns = t->shape[3], maps = t->shape[1];
    float *image = odd_alloc(odd_tensor_values(t), sizeof *image), *at = image;
    for (int64_t c = 0; image && c < maps; c++)
        for (int64_t y = 0; y < rows; y++)
            for (int64_t x = 0; x < columns; x++)
                *at++ = sinf(0.05f * (float)(x + c * y)) * cosf(0.03f * (float)(y - c * x));
    return image;
}

/* Length of the difference over the length of the output. */
static double difference(int64_t count, const float a[], const float b[])
{
    double far = 0, length = 0;
    for (int64_t i = 0; i < count; i++) {
        far += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        length += (double)b[i] * b[i];
    }
    return sqrt(far / length);
}

static void check_model(const odd_graph *g, odd_precision precision, double tolerance)
{
    float *image = picture(&g->tensor[g->input]);
    float *fast[8] = {NULL}, *plain[8] = {NULL};
    odd_net *net = NULL;
    for (int o = 0; o < g->outputs && o < 8; o++) {
        int64_t count = odd_tensor_values(&g->tensor[g->output[o]]);
        fast[o] = odd_alloc(count, sizeof *fast[o]);
        plain[o] = odd_alloc(count, sizeof *plain[o]);
    }
    CU_ASSERT(odd_net_new(g, precision, &net) == ODD_OK);
    CU_ASSERT(net && odd_net_run(net, 1, NULL, image, fast) == ODD_OK);
    CU_ASSERT(odd_reference_run(g, 1, image, plain) == ODD_OK);
    for (int o = 0; o < g->outputs && o < 8; o++) {
        const odd_tensor *t = &g->tensor[g->output[o]];
        double d = difference(odd_tensor_values(t), fast[o], plain[o]);
        printf("\n    %s, %s, %s: %.1e ", g->name, odd_net_precision(net), t->name, d);
        CU_ASSERT(d <= tolerance);
        odd_free(fast[o]);
        odd_free(plain[o]);
    }
    odd_net_free(&net);
    odd_free(image);
}

static bool has_bf16(const odd_graph *g)
{
    odd_net *net;
    bool has = odd_net_new(g, ODD_PRECISION_BF16, &net) == ODD_OK;
    odd_net_free(&net);
    return has;
}

static void check_file(const char *name)
{
    char path[4096];
    odd_graph *g;
    const char *source = getenv("ODDLOT_SOURCE");
    snprintf(path, sizeof path, "%s/../shared/data/models/%s", source ? source : ".", name);
    if (access(path, R_OK) != 0) {
        printf(" skipped: there is no %s ", name);
        return;
    }
    CU_ASSERT(odd_onnx_read(path, &g) == ODD_OK);
    if (!g) return;
    check_model(g, ODD_PRECISION_F32, TOLERANCE);
    if (has_bf16(g)) check_model(g, ODD_PRECISION_BF16, BF16_TOLERANCE);
    odd_graph_free(&g);
}

static void test_mobilenet(void)
{
    check_file("mobilenet_v2.onnx");
}

static void test_squeezenet(void)
{
    check_file("squeezenet_v1.1.onnx");
}

const char *odd_test_name = "net_models";
CU_TestInfo odd_tests[] = {
    {"MobileNet-v2", test_mobilenet},
    {"SqueezeNet 1.1", test_squeezenet},
    CU_TEST_INFO_NULL,
};

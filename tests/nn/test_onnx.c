/* ONNX in and out: models of many opsets give what PyTorch and numpy say, what we write reads back
 * equal and passes the ONNX project's own checker, and the real models that are at hand are what
 * their papers say. */
#include "oddlot_test.h"
#include "onnx_models.h"

#include "nn/graph/reference_internal.h"
#include "nn/onnx/onnx_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *odd_test_name = "nn.onnx";

#define MODELS (sizeof onnx_models / sizeof *onnx_models)
#define IMAGES 2

/* The images of make_onnx.py. */
static float *make_images(const odd_graph *g)
{
    const odd_tensor *t = &g->tensor[g->input];
    int64_t values = IMAGES * odd_tensor_values(t);
    float *image = odd_alloc(values, sizeof *image);
    for (int64_t i = 0; image && i < values; i++)
        image[i] = (float)sin(0.7 * (double)i);
    return image;
}

/* The first output for the images; NULL on failure. Owned by caller. */
static float *run(const odd_graph *g)
{
    float *image = make_images(g);
    float *out = odd_alloc(IMAGES * odd_tensor_values(&g->tensor[g->output[0]]), sizeof *out);
    float *const outputs[] = {out};
    bool good = image && out && odd_reference_run(g, IMAGES, image, outputs) == ODD_OK;
    odd_free(image);
    if (good) return out;
    odd_free(out);
    return NULL;
}

static bool has_shape(const odd_tensor *t, int rank, const long shape[])
{
    bool same = t->rank == rank && t->batched && shape[0] == IMAGES;
    for (int d = 1; same && d < rank; d++)
        same = t->shape[d] == shape[d];
    return same;
}

static double difference(const float a[], const float b[], size_t values)
{
    double most = 0;
    for (size_t i = 0; i < values; i++)
        most = fmax(most, fabs((double)a[i] - b[i]));
    return most;
}

static void models_of_many_opsets(void)
{
    for (size_t i = 0; i < MODELS; i++) {
        odd_graph *g;
        odd_status st = odd_onnx_parse(onnx_models[i].bytes, onnx_models[i].size, NULL, &g);
        if (st != ODD_OK) printf("\n    %s: %s", onnx_models[i].name, odd_fail_reason());
        CU_ASSERT_EQUAL(st, ODD_OK);
        if (st != ODD_OK) continue;
        bool shape = has_shape(&g->tensor[g->output[0]], onnx_models[i].rank, onnx_models[i].shape);
        float *out = run(g);
        double most = shape && out ? difference(out, onnx_models[i].expected, onnx_models[i].values)
                                   : INFINITY;
        if (!(most < 1e-5)) printf("\n    %s: differs by %g", onnx_models[i].name, most);
        CU_ASSERT(most < 1e-5);
        odd_free(out);
        odd_graph_free(&g);
    }
}

static const unsigned char *find_model(const char *name, size_t *size)
{
    size_t i = 0;
    while (strcmp(onnx_models[i].name, name) != 0)
        i++;
    *size = onnx_models[i].size;
    return onnx_models[i].bytes;
}

/* What the file leaves out of the constants' names is folded away; outputs keep theirs. */
static void names_are_kept(void)
{
    odd_graph *g;
    int id;
    size_t size;
    const unsigned char *bytes = find_model("old_attributes", &size);
    CU_ASSERT_EQUAL_FATAL(odd_onnx_parse(bytes, size, NULL, &g), ODD_OK);
    CU_ASSERT_STRING_EQUAL(g->tensor[g->input].name, "x");
    CU_ASSERT_STRING_EQUAL(g->tensor[g->output[0]].name, "y");
    CU_ASSERT_EQUAL(odd_graph_find(g, "c", &id), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_find(g, "d", &id), ODD_FORMAT); /* Dropout */
    CU_ASSERT_STRING_EQUAL(g->layer[0].name, "c");
    CU_ASSERT_EQUAL(g->layers, 8);
    odd_graph_free(&g);
    bytes = find_model("calculated_constants", &size);
    CU_ASSERT_EQUAL_FATAL(odd_onnx_parse(bytes, size, NULL, &g), ODD_OK);
    CU_ASSERT_EQUAL(g->layers, 2); /* Mul, and the Identity that names the output */
    CU_ASSERT_STRING_EQUAL(g->tensor[g->output[0]].name, "y");
    odd_graph_free(&g);
}

static bool same_inputs(const odd_graph *a, const odd_layer *x, const odd_graph *b,
                        const odd_layer *y)
{
    bool same = x->inputs == y->inputs;
    for (int i = 0; same && i < x->inputs; i++) {
        same = (x->input[i] < 0) == (y->input[i] < 0);
        if (!same || x->input[i] < 0) continue;
        const odd_tensor *s = &a->tensor[x->input[i]], *t = &b->tensor[y->input[i]];
        same = strcmp(s->name, t->name) == 0 && s->rank == t->rank && s->batched == t->batched &&
               memcmp(s->shape, t->shape, sizeof s->shape) == 0 && !s->data == !t->data;
        if (same && s->data)
            same = memcmp(s->data, t->data, (size_t)odd_tensor_values(s) * sizeof *s->data) == 0;
    }
    return same;
}

static bool same_settings(const odd_layer_settings *a, const odd_layer_settings *b)
{
    return !memcmp(a->kernel, b->kernel, sizeof a->kernel) &&
           !memcmp(a->stride, b->stride, sizeof a->stride) &&
           !memcmp(a->dilation, b->dilation, sizeof a->dilation) &&
           !memcmp(a->pad, b->pad, sizeof a->pad) &&
           !memcmp(a->output_pad, b->output_pad, sizeof a->output_pad) && a->group == b->group &&
           a->count_padding == b->count_padding && a->transpose_a == b->transpose_a &&
           a->transpose_b == b->transpose_b && a->alpha == b->alpha && a->beta == b->beta &&
           a->low == b->low && a->high == b->high && a->epsilon == b->epsilon &&
           a->value == b->value && a->axis == b->axis && a->keep_dims == b->keep_dims &&
           a->by_tanh == b->by_tanh && a->axes == b->axes &&
           !memcmp(a->list, b->list, sizeof a->list) &&
           !memcmp(a->list2, b->list2, sizeof a->list2) &&
           !memcmp(a->list3, b->list3, sizeof a->list3);
}

/* Of several layers that were one node, the second is "y.tensor". */
static bool same_name(const char *name, const char *again)
{
    size_t length = strlen(name);
    return strncmp(name, again, length) == 0 && (again[length] == '\0' || again[length] == '.');
}

static bool same_graph(const odd_graph *a, const odd_graph *b)
{
    bool same = a->layers == b->layers && a->outputs == b->outputs;
    for (int l = 0; same && l < a->layers; l++) {
        const odd_layer *x = &a->layer[l], *y = &b->layer[l];
        same = x->kind == y->kind && same_name(x->name, y->name) &&
               same_settings(&x->set, &y->set) && same_inputs(a, x, b, y) &&
               strcmp(a->tensor[x->output].name, b->tensor[y->output].name) == 0;
        if (!same) printf("\n    layer '%s' differs", x->name);
    }
    for (int o = 0; same && o < a->outputs; o++)
        same = strcmp(a->tensor[a->output[o]].name, b->tensor[b->output[o]].name) == 0;
    return same;
}

static char folder[128];

static const char *in_folder(const char *name, char path[static 256])
{
    snprintf(path, 256, "%s/%s", folder, name);
    return path;
}

/* Rounding to levels is two nodes of a file: results are compared instead of layers. */
static bool has_levels(const odd_graph *g)
{
    for (int l = 0; l < g->layers; l++)
        if (g->layer[l].kind == ODD_LAYER_QUANTIZE) return true;
    return false;
}

static bool same_results(const odd_graph *a, const odd_graph *b)
{
    float *x = run(a), *y = run(b);
    const size_t values = (size_t)(IMAGES * odd_tensor_values(&a->tensor[a->output[0]]));
    const bool same = x && y && difference(x, y, values) == 0;
    odd_free(x);
    odd_free(y);
    return same;
}

static bool comes_back(const odd_graph *g)
{
    char path[256];
    odd_graph *again = NULL;
    bool same = odd_onnx_write(g, in_folder("again.onnx", path)) == ODD_OK &&
                odd_onnx_read(path, &again) == ODD_OK &&
                (has_levels(g) ? same_results(g, again) : same_graph(g, again));
    if (!same) printf("\n    %s: %s", g->name, odd_fail_reason());
    odd_graph_free(&again);
    return same;
}

static void written_reads_back(void)
{
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/oddlot-test-XXXXXX", place ? place : "/tmp");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    for (size_t i = 0; i < MODELS; i++) {
        odd_graph *g;
        CU_ASSERT_EQUAL_FATAL(odd_onnx_parse(onnx_models[i].bytes, onnx_models[i].size, NULL, &g),
                              ODD_OK);
        CU_ASSERT(comes_back(g));
        odd_graph_free(&g);
    }
}

/* The layers that the small models do not have. */
static odd_graph *other_layers(void)
{
    static const odd_layer_kind points[] = {ODD_LAYER_LEAKY_RELU,
                                            ODD_LAYER_ELU,
                                            ODD_LAYER_SIGMOID,
                                            ODD_LAYER_TANH,
                                            ODD_LAYER_HARD_SIGMOID,
                                            ODD_LAYER_HARD_SWISH,
                                            ODD_LAYER_EXP,
                                            ODD_LAYER_SQRT,
                                            ODD_LAYER_NEG,
                                            ODD_LAYER_ABS,
                                            ODD_LAYER_LOG,
                                            ODD_LAYER_SOFTPLUS,
                                            ODD_LAYER_FLOOR,
                                            ODD_LAYER_CEIL,
                                            ODD_LAYER_ROUND,
                                            ODD_LAYER_SIGN,
                                            ODD_LAYER_SIN,
                                            ODD_LAYER_COS,
                                            ODD_LAYER_THRESHOLDED_RELU};
    odd_graph *g;
    odd_layer_settings set = odd_layer_defaults();
    const int64_t shape[] = {1, 4, 5, 6}, matrix[] = {4, 3};
    const float values[12] = {1, 2, 3, -4, 5, 6, 7, 8, 9, 1, 2, 3};
    int x, weight = -1, two[3];
    if (odd_graph_new("others", &g) != ODD_OK) return NULL;
    odd_status st = odd_graph_tensor(g, "images", 4, shape, true, NULL, &x);
    g->input = x;
    for (size_t i = 0; st == ODD_OK && i < sizeof points / sizeof *points; i++) {
        set.alpha = 0.3f;
        set.beta = points[i] == ODD_LAYER_HARD_SIGMOID ? 0.25f : 1;
        if (points[i] != ODD_LAYER_LEAKY_RELU && points[i] != ODD_LAYER_ELU &&
            points[i] != ODD_LAYER_HARD_SIGMOID)
            set.alpha = 1;
        st = odd_graph_layer(g, points[i], "", &set, 1, &x, "", &x);
    }
    set = odd_layer_defaults();
    set.high = 6; /* no lower end */
    if (st == ODD_OK) st = odd_graph_layer(g, ODD_LAYER_CLIP, "clip", &set, 1, &x, "", &x);
    set = odd_layer_defaults();
    set.axes = 4; /* rows backwards and only every second column */
    memcpy(set.list, (const int64_t[]){0, 0, 4, 1}, 4 * sizeof *set.list);
    memcpy(set.list2, (const int64_t[]){1, 4, -1, 6}, 4 * sizeof *set.list2);
    memcpy(set.list3, (const int64_t[]){1, 1, -1, 2}, 4 * sizeof *set.list3);
    if (st == ODD_OK) st = odd_graph_layer(g, ODD_LAYER_SLICE, "", &set, 1, &x, "", &x);
    set = odd_layer_defaults();
    two[0] = two[1] = x;
    if (st == ODD_OK) st = odd_graph_layer(g, ODD_LAYER_POW, "", &set, 2, two, "", &x);
    if (st == ODD_OK) st = odd_graph_layer(g, ODD_LAYER_GLOBAL_MAX_POOL, "", &set, 1, &x, "", &x);
    if (st == ODD_OK)
        st = odd_graph_layer(g, ODD_LAYER_GLOBAL_AVERAGE_POOL, "", &set, 1, &x, "", &x);
    if (st == ODD_OK) st = odd_graph_layer(g, ODD_LAYER_FLATTEN, "", &set, 1, &x, "flat", &x);
    if (st == ODD_OK) st = odd_graph_tensor(g, "images.shape", 2, matrix, false, values, &weight);
    set.alpha = 0.5f;
    two[0] = x;
    two[1] = weight;
    if (st == ODD_OK) st = odd_graph_layer(g, ODD_LAYER_GEMM, "", &set, 2, two, "logits", &x);
    set = odd_layer_defaults();
    if (st == ODD_OK) st = odd_graph_layer(g, ODD_LAYER_SOFTMAX, "", &set, 1, &x, "", &x);
    if (st == ODD_OK) st = odd_graph_add_output(g, x);
    if (st == ODD_OK) return g;
    printf("\n    %s", odd_fail_reason());
    odd_graph_free(&g);
    return NULL;
}

static void all_layers_read_back(void)
{
    odd_graph *g = other_layers();
    CU_ASSERT_PTR_NOT_NULL_FATAL(g);
    CU_ASSERT(comes_back(g));
    odd_graph_free(&g);
}

/* Names of layers may be missing or there twice; those of nodes may not. */
static void nodes_have_names_of_their_own(void)
{
    static const char *const names[] = {"", "", "a", "a", "a", "a.t", "Relu"};
    static const char *const outputs[] = {"", "", "s", "t", "u", "", ""};
    enum { LAYERS = sizeof names / sizeof *names };
    const odd_layer_settings set = odd_layer_defaults();
    char path[256];
    odd_graph *g, *again;
    int x;
    CU_ASSERT_EQUAL_FATAL(odd_graph_new("unnamed", &g), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "x", 2, (int64_t[]){1, 3}, true, NULL, &x), ODD_OK);
    g->input = x;
    for (int i = 0; i < LAYERS; i++)
        CU_ASSERT_EQUAL(odd_graph_layer(g, ODD_LAYER_RELU, names[i], &set, 1, &x, outputs[i], &x),
                        ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_add_output(g, x), ODD_OK);
    CU_ASSERT_EQUAL(odd_onnx_write(g, in_folder("unnamed.onnx", path)), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_onnx_read(path, &again), ODD_OK);
    CU_ASSERT_EQUAL(again->layers, LAYERS);
    for (int i = 0; i < again->layers; i++)
        for (int j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(again->layer[i].name, again->layer[j].name);
    CU_ASSERT_STRING_EQUAL(again->layer[2].name, "a");
    odd_graph_free(&again);
    odd_graph_free(&g);
}

/* The metadata of the file. */
static void notes_come_along(void)
{
    char path[256];
    odd_graph *g, *copy, *again;
    CU_ASSERT_EQUAL_FATAL(odd_onnx_parse(onnx_models[0].bytes, onnx_models[0].size, NULL, &g),
                          ODD_OK);
    CU_ASSERT_PTR_NULL(odd_graph_noted(g, "oddlot.size"));
    CU_ASSERT_EQUAL(odd_graph_note(g, "oddlot.size", "1"), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_note(g, "who", "\xc3\xa4"), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_note(g, "oddlot.size", "224"), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_copy(g, &copy), ODD_OK);
    CU_ASSERT_EQUAL(odd_onnx_write(copy, in_folder("notes.onnx", path)), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_onnx_read(path, &again), ODD_OK);
    CU_ASSERT_EQUAL(again->notes, 2);
    CU_ASSERT_STRING_EQUAL(odd_graph_noted(again, "oddlot.size"), "224");
    CU_ASSERT_STRING_EQUAL(odd_graph_noted(again, "who"), "\xc3\xa4");
    odd_graph_free(&again);
    odd_graph_free(&copy);
    odd_graph_free(&g);
}

/* The checker of python3-onnx with its shape inference. */
static void checker_agrees(void)
{
    char command[1024], path[256];
    const char *source = getenv("ODDLOT_SOURCE");
    if (!source || system("/usr/bin/python3 -c 'import onnx' 2>/dev/null") != 0) {
        printf(" skipped: python3-onnx is not installed ");
        return;
    }
    odd_graph *g = other_layers();
    CU_ASSERT_PTR_NOT_NULL_FATAL(g);
    CU_ASSERT_EQUAL(odd_onnx_write(g, in_folder("other.onnx", path)), ODD_OK);
    odd_graph_free(&g);
    for (size_t i = 0; i < MODELS; i++) {
        char name[64];
        CU_ASSERT_EQUAL_FATAL(odd_onnx_parse(onnx_models[i].bytes, onnx_models[i].size, NULL, &g),
                              ODD_OK);
        snprintf(name, sizeof name, "%s.onnx", onnx_models[i].name);
        CU_ASSERT_EQUAL(odd_onnx_write(g, in_folder(name, path)), ODD_OK);
        odd_graph_free(&g);
    }
    snprintf(command, sizeof command, "/usr/bin/python3 '%s/tests/nn/check_onnx.py' '%s'/*.onnx",
             source, folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

/* Weights in a file beside the model. */
static void external_weights(void)
{
    char path[256];
    odd_graph *g;
    FILE *f = fopen(in_folder("w.bin", path), "wb");
    float weights[108 + 4], *out;
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    for (int i = 0; i < 112; i++)
        weights[i] = (float)i;
    fwrite(weights, sizeof weights, 1, f);
    fclose(f);
    for (size_t i = 0; i < sizeof onnx_broken / sizeof *onnx_broken; i++) {
        if (strcmp(onnx_broken[i].name, "external") != 0) continue;
        CU_ASSERT_EQUAL(
            odd_file_spill(in_folder("x.onnx", path), onnx_broken[i].bytes, onnx_broken[i].size),
            ODD_OK);
    }
    CU_ASSERT_EQUAL_FATAL(odd_onnx_read(path, &g), ODD_OK);
    out = g->tensor[g->layer[0].input[1]].data;
    CU_ASSERT_EQUAL(out[0], 0.0f);
    CU_ASSERT_EQUAL(out[107], 107.0f);
    odd_graph_free(&g);
    CU_ASSERT_EQUAL(truncate(in_folder("w.bin", path), 400), 0);
    CU_ASSERT_EQUAL(odd_onnx_read(in_folder("x.onnx", path), &g), ODD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "ends before the weights"));
    unlink(in_folder("w.bin", path));
    CU_ASSERT_EQUAL(odd_onnx_read(in_folder("x.onnx", path), &g), ODD_IO);
    CU_ASSERT_EQUAL(mkfifo(in_folder("w.bin", path), 0600), 0);
    CU_ASSERT_EQUAL(odd_onnx_read(in_folder("x.onnx", path), &g), ODD_IO); /* and does not hang */
}

/* Weights that changed in their file, and nothing in the model's own. */
static void digest_has_outside_weights(void)
{
    char model[256], data[256];
    odd_hash first, second;
    float weights[108] = {1};
    in_folder("x.onnx", model);
    in_folder("w.bin", data);
    unlink(data);
    CU_ASSERT_EQUAL(odd_onnx_digest(model, &first), ODD_IO);
    CU_ASSERT_EQUAL(odd_file_spill(data, weights, sizeof weights), ODD_OK);
    CU_ASSERT_EQUAL(odd_onnx_digest(model, &first), ODD_OK);
    weights[107] = 1;
    CU_ASSERT_EQUAL(odd_file_spill(data, weights, sizeof weights), ODD_OK);
    CU_ASSERT_EQUAL(odd_onnx_digest(model, &second), ODD_OK);
    CU_ASSERT_NOT_EQUAL(first.low, second.low);
    unlink(data);
    CU_ASSERT_EQUAL(mkfifo(data, 0600), 0);
    CU_ASSERT_EQUAL(odd_onnx_digest(model, &second), ODD_IO); /* and does not hang */
    unlink(data);
}

static void open_sizes_are_given(void)
{
    char path[256];
    odd_graph *g;
    for (size_t i = 0; i < sizeof onnx_broken / sizeof *onnx_broken; i++)
        if (strcmp(onnx_broken[i].name, "open_input") == 0)
            CU_ASSERT_EQUAL(odd_file_spill(in_folder("open.onnx", path), onnx_broken[i].bytes,
                                           onnx_broken[i].size),
                            ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_onnx_read_sized(path, 32, 48, &g), ODD_OK);
    CU_ASSERT_EQUAL(g->tensor[g->output[0]].shape[2], 32);
    CU_ASSERT_EQUAL(g->tensor[g->output[0]].shape[3], 48);
    odd_graph_free(&g);
}

/* Parameters and FLOPs of one image, and its parts. */
static const struct {
    const char *file;
    int64_t parameters;
    double gflops;
    const char *last_map;
    int64_t channels;
} real[] = {
    /* Sandler et al. 2018: 300 M multiply-adds; 3.50 M parameters with scale and shift of the batch
     * norms (2 x 17,056), which this file has folded to one shift each */
    {"mobilenet_v2.onnx", 3487816, 0.60, "last_map", 1280},
    /* torchvision's squeezenet1_1: 1,235,496 parameters; its last layer pads by one, 0.03 more */
    {"squeezenet_v1.1.onnx", 1235496, 0.76, "last_map", 512},
};

static void real_models(void)
{
    const char *source = getenv("ODDLOT_SOURCE");
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
        char path[512];
        odd_graph *g;
        int id;
        snprintf(path, sizeof path, "%s/../shared/data/models/%s", source ? source : ".",
                 real[i].file);
        if (access(path, R_OK) != 0) {
            printf(" skipped: %s is not here ", real[i].file);
            continue;
        }
        CU_ASSERT_EQUAL_FATAL(odd_onnx_read(path, &g), ODD_OK);
        CU_ASSERT_EQUAL(odd_graph_parameters(g), real[i].parameters);
        CU_ASSERT_DOUBLE_EQUAL((double)odd_graph_flops(g) / 1e9, real[i].gflops, 0.01);
        CU_ASSERT_EQUAL(odd_graph_find(g, "last_map", &id), ODD_OK);
        CU_ASSERT_STRING_EQUAL(g->tensor[id].name, real[i].last_map);
        CU_ASSERT_EQUAL(g->tensor[id].shape[1], real[i].channels);
        CU_ASSERT(comes_back(g));
        odd_graph_free(&g);
    }
}

static void files_that_are_not_there(void)
{
    char path[256];
    odd_graph *g;
    CU_ASSERT_EQUAL(odd_onnx_read(in_folder("none.onnx", path), &g), ODD_IO);
    CU_ASSERT_PTR_NULL(g);
    g = other_layers();
    CU_ASSERT_PTR_NOT_NULL_FATAL(g);
    CU_ASSERT_EQUAL(odd_onnx_write(g, in_folder("no/such/folder.onnx", path)), ODD_IO);
    odd_graph_free(&g);
}

static void knows_its_operators(void)
{
    CU_ASSERT(odd_onnx_knows("Conv"));
    CU_ASSERT(odd_onnx_knows("Shape"));
    CU_ASSERT(!odd_onnx_knows("LSTM"));
    for (int kind = 0; kind < ODD_LAYER_COUNT; kind++) {
        const char *name = odd_layer_name((odd_layer_kind)kind);
        CU_ASSERT(odd_onnx_knows(name));
        CU_ASSERT_EQUAL((int)odd_layer_find(name), kind);
    }
    CU_ASSERT_EQUAL(odd_layer_find("LSTM"), ODD_LAYER_COUNT);
}

static void clean_up(void)
{
    char command[160];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

CU_TestInfo odd_tests[] = {
    {"models of many opsets", models_of_many_opsets},
    {"names are kept", names_are_kept},
    {"written reads back", written_reads_back},
    {"all layers read back", all_layers_read_back},
    {"nodes have names of their own", nodes_have_names_of_their_own},
    {"notes come along", notes_come_along},
    {"checker agrees", checker_agrees},
    {"external weights", external_weights},
    {"the digest has weights outside", digest_has_outside_weights},
    {"open sizes are given", open_sizes_are_given},
    {"real models", real_models},
    {"files that are not there", files_that_are_not_there},
    {"knows its operators", knows_its_operators},
    {"clean up", clean_up},
    CU_TEST_INFO_NULL,
};

/* Tests of networks as feature sources: levels are scaled as presets say, maps are pooled as worked
 * by hand, a model that was written is run, rows do not depend on their batch, and misfits are
 * told. */
#include "oddlot_test_mpi.h"

#include "oddlot/learn/network_input.h"
#include "oddlot/learn/network_pool.h"
#include "stage/features/feature_source_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/image/resize.h"
#include "oddlot/nn/net.h"
#include "oddlot/nn/onnx.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/backbone.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "stage/network_source";

enum { SIDE = 6, CHANNELS = 3, FILTERS = 4, IMAGES = 11, VALUES = SIDE * SIDE * CHANNELS };

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-5 * (1 + fabs(b));
}

/* ---- input ---- */

/* What the job's options and the notes of a network (key, value, ...; NULL ends) give. */
static odd_status make(const odd_input_options *options, const char *const notes[], odd_input *out,
                       char said[static 256])
{
    odd_graph *g = NULL;
    odd_text words = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(odd_graph_new("noted", &g));
    for (int i = 0; notes[i]; i += 2)
        ODD_TRY(odd_graph_note(g, notes[i], notes[i + 1]));
    ODD_TRY(odd_input_make(options, g, 3, out, &words));
    snprintf(said, 256, "%s", odd_text_string(&words));
done:
    odd_text_free(&words);
    odd_graph_free(&g);
    return st;
}

static const char *const no_notes[] = {NULL};

static void levels_are_scaled(void)
{
    const uint8_t levels[] = {0, 128, 255, 255, 0, 64}; /* two pixels */
    char said[256];
    float planes[6];
    odd_input input;
    odd_input_options options = {"torchvision", "rgb", {NULL, 0}, {NULL, 0}};
    CU_ASSERT_EQUAL(make(&options, no_notes, &input, said), ODD_OK);
    odd_input_load(&input, 2, 3, levels, planes);
    CU_ASSERT(near(planes[0], -0.485 / 0.229) && near(planes[1], (1 - 0.485) / 0.229));
    CU_ASSERT(near(planes[2], (128. / 255 - 0.456) / 0.224));
    CU_ASSERT(near(planes[5], (64. / 255 - 0.406) / 0.225));
    options.preset = "inception";
    options.order = "bgr";
    CU_ASSERT_EQUAL(make(&options, no_notes, &input, said), ODD_OK);
    odd_input_load(&input, 2, 3, levels, planes);
    CU_ASSERT(near(planes[0], 1) && near(planes[4], -1) && near(planes[5], 1)); /* blue first */
}

static void given_numbers_go_before_presets(void)
{
    char *three[] = {"0.1", "0.2", "0.3"}, *one[] = {"0.5"}, *none[] = {"a"}, *zero[] = {"0"};
    const uint8_t levels[] = {255, 255, 255};
    char said[256];
    float planes[3];
    odd_input input;
    odd_input_options options = {"unit", "rgb", {three, 3}, {one, 1}};
    CU_ASSERT_EQUAL(make(&options, no_notes, &input, said), ODD_OK);
    odd_input_load(&input, 1, 3, levels, planes);
    CU_ASSERT(near(planes[0], 1.8) && near(planes[1], 1.6) && near(planes[2], 1.4));
    options.mean = (odd_list){three, 2};
    CU_ASSERT_EQUAL(make(&options, no_notes, &input, said), ODD_USAGE);
    options.mean = (odd_list){none, 1};
    CU_ASSERT_EQUAL(make(&options, no_notes, &input, said), ODD_USAGE);
    options.mean = (odd_list){NULL, 0};
    options.deviation = (odd_list){zero, 1};
    CU_ASSERT_EQUAL(make(&options, no_notes, &input, said), ODD_USAGE);
}

static double first_of_white(const odd_input *input)
{
    float planes[3];
    odd_input_load(input, 1, 3, (const uint8_t[]){255, 0, 0}, planes);
    return planes[0];
}

static void the_model_says_what_the_job_does_not(void)
{
    static const char *const ours[] = {"oddlot.preset", "inception", "oddlot.order", "bgr", NULL};
    static const char *const theirs[] = {"Image.NominalPixelRange", "NominalRange_0_255",
                                         "Image.BitmapPixelFormat", "Bgr8", NULL};
    static const char *const numbers[] = {"oddlot.mean", "0.25, 0.5 0.5", "oddlot.deviation", "2",
                                          NULL};
    char said[256], *half[] = {"0.5"};
    odd_input input;
    odd_input_options options = {"model", "model", {NULL, 0}, {NULL, 0}};
    CU_ASSERT_EQUAL(make(&options, no_notes, &input, said), ODD_OK);
    CU_ASSERT(near(first_of_white(&input), (1 - 0.485) / 0.229));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "torchvision (the usual"));
    CU_ASSERT_EQUAL(make(&options, ours, &input, said), ODD_OK);
    CU_ASSERT(near(first_of_white(&input), -1)); /* blue */
    CU_ASSERT_STRING_EQUAL(said, "inception (as the model says), channels bgr (as the model says)");
    CU_ASSERT_EQUAL(make(&options, theirs, &input, said), ODD_OK);
    CU_ASSERT(near(first_of_white(&input), 0) && input.from[0] == 2 && near(input.factor[0], 1));
    CU_ASSERT_EQUAL(make(&options, numbers, &input, said), ODD_OK);
    CU_ASSERT(near(first_of_white(&input), 0.375) && near(input.shift[1], -0.25));
    options.mean = (odd_list){half, 1}; /* the job's word wins */
    CU_ASSERT_EQUAL(make(&options, numbers, &input, said), ODD_OK);
    CU_ASSERT(near(first_of_white(&input), 0.25));
    options.mean = (odd_list){NULL, 0};
    options.preset = "unit";
    CU_ASSERT_EQUAL(make(&options, numbers, &input, said), ODD_OK);
    CU_ASSERT(near(first_of_white(&input), 1));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "unit (as the job says)"));
}

static void notes_are_not_trusted(void)
{
    static const char *const wrong[][3] = {
        {"oddlot.preset", "nonsense", NULL},   {"oddlot.preset", "model", NULL},
        {"oddlot.order", "grb", NULL},         {"oddlot.mean", "1 2", NULL},
        {"oddlot.mean", "1 2 3 4", NULL},      {"oddlot.mean", "", NULL},
        {"oddlot.deviation", "1 nan 2", NULL}, {"oddlot.deviation", "1;2;3", NULL},
    };
    char said[256];
    odd_input input;
    const odd_input_options options = {"model", "model", {NULL, 0}, {NULL, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_EQUAL(make(&options, wrong[i], &input, said), ODD_FORMAT);
}

static void other_images_are_reported(void)
{
    const odd_image_form same = {224, 224, 3, "bilinear", 0.125}, other = {96, 96, 3, "nearest", 0};
    odd_text words = ODD_TEXT_EMPTY;
    odd_graph *g;
    CU_ASSERT_EQUAL_FATAL(odd_graph_new("noted", &g), ODD_OK);
    odd_input_compare(g, &other, &words);
    CU_ASSERT_EQUAL(odd_graph_note(g, "oddlot.size", "224"), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_note(g, "oddlot.kernel", "bilinear"), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_note(g, "oddlot.margin", "0.125"), ODD_OK);
    odd_input_compare(g, &same, &words);
    CU_ASSERT_EQUAL(words.length, 0);
    odd_input_compare(g, &other, &words);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&words),
                           "; image.size: 224 (is 96); image.kernel: bilinear (is nearest); "
                           "image.margin: 0.125 (is 0)");
    odd_text_free(&words);
    odd_graph_free(&g);
}

/* ---- pool ---- */

static void maps_are_pooled(void)
{
    const odd_tensor map = {.name = "map", .rank = 4, .shape = {1, 2, 1, 3}, .batched = true};
    const float values[] = {1, 2, 3, -4, 0, 2};
    odd_pool_options options = {"avg", 2};
    odd_pool pool;
    float row[6];
    CU_ASSERT_EQUAL(odd_pool_make(&options, &map, false, &pool), ODD_OK);
    odd_pool_apply(&pool, values, row);
    CU_ASSERT(pool.width == 2 && near(row[0], 2) && near(row[1], -2. / 3));
    options.pool = "max";
    CU_ASSERT_EQUAL(odd_pool_make(&options, &map, false, &pool), ODD_OK);
    odd_pool_apply(&pool, values, row);
    CU_ASSERT(near(row[0], 3) && near(row[1], 2));
    options.pool = "gem"; /* root of the mean square of what is above 0 */
    CU_ASSERT_EQUAL(odd_pool_make(&options, &map, false, &pool), ODD_OK);
    odd_pool_apply(&pool, values, row);
    CU_ASSERT(near(row[0], sqrt(14. / 3)) && near(row[1], sqrt(4. / 3)));
    options.pool = "none";
    CU_ASSERT_EQUAL(odd_pool_make(&options, &map, false, &pool), ODD_OK);
    odd_pool_apply(&pool, values, row);
    CU_ASSERT(pool.width == 6 && row[3] == -4);
}

/* Tokens lie one behind the other, each with its values: another order than that of a map. */
static void tokens_are_pooled(void)
{
    const odd_tensor tokens = {.name = "t", .rank = 3, .shape = {1, 3, 2}, .batched = true},
                     single = {.name = "s", .rank = 4, .shape = {1, 1, 3, 2}, .batched = true},
                     vector = {.name = "v", .rank = 2, .shape = {1, 6}, .batched = true};
    const float values[] = {1, 10, 2, -20, 6, 40};
    odd_pool_options options = {"avg", 2};
    odd_pool pool;
    float row[6];
    CU_ASSERT_EQUAL(odd_pool_make(&options, &tokens, false, &pool), ODD_OK);
    odd_pool_apply(&pool, values, row);
    CU_ASSERT(pool.width == 2 && near(row[0], 3) && near(row[1], 10));
    options.pool = "max";
    CU_ASSERT_EQUAL(odd_pool_make(&options, &single, true, &pool), ODD_OK);
    odd_pool_apply(&pool, values, row);
    CU_ASSERT(pool.width == 2 && near(row[0], 6) && near(row[1], 40));
    CU_ASSERT_EQUAL(odd_pool_make(&options, &single, false, &pool), ODD_OK); /* a map of one */
    odd_pool_apply(&pool, values, row);
    CU_ASSERT(pool.width == 1 && near(row[0], 40));
    CU_ASSERT_EQUAL(odd_pool_make(&options, &vector, false, &pool), ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "neither a map nor tokens"));
    options.pool = "none";
    CU_ASSERT_EQUAL(odd_pool_make(&options, &tokens, false, &pool), ODD_OK);
    odd_pool_apply(&pool, values, row);
    CU_ASSERT(pool.width == 6 && row[3] == -20);
}

/* ---- a whole network ---- */

/* conv 3x3 -> relu -> global average, with seeded weights; the map may be an output too. */
static odd_status write_model_with(const char *path, bool map)
{
    const int64_t image[] = {1, CHANNELS, SIDE, SIDE}, kernel[] = {FILTERS, CHANNELS, 3, 3};
    float weight[FILTERS * CHANNELS * 9];
    odd_layer_settings set = odd_layer_defaults();
    odd_graph *g = NULL;
    int x, w, y;
    odd_status st;
    for (int i = 0; i < FILTERS * CHANNELS * 9; i++)
        weight[i] = (float)odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, 0);
    ODD_TRY(odd_graph_new("tiny", &g));
    ODD_TRY(odd_graph_tensor(g, "image", 4, image, true, NULL, &x));
    ODD_TRY(odd_graph_tensor(g, "weight", 4, kernel, false, weight, &w));
    g->input = x;
    set.kernel[0] = set.kernel[1] = 3;
    for (int i = 0; i < 4; i++)
        set.pad[i] = 1;
    ODD_TRY(odd_graph_layer(g, ODD_LAYER_CONV, "conv", &set, 2, (int[]){x, w}, "map", &y));
    ODD_TRY(odd_graph_layer(g, ODD_LAYER_RELU, "relu", &set, 1, &y, "positive", &y));
    ODD_TRY(odd_graph_layer(g, ODD_LAYER_GLOBAL_AVERAGE_POOL, "gap", &set, 1, &y, "mean", &y));
    ODD_TRY(odd_graph_cut(g, y));
    if (map) {
        ODD_TRY(odd_graph_find(g, "positive", &y));
        ODD_TRY(odd_graph_add_output(g, y));
    }
    ODD_TRY(odd_onnx_write(g, path));
done:
    odd_graph_free(&g);
    return st;
}

static odd_status write_model(const char *path)
{
    return write_model_with(path, false);
}

static char model[64];

static odd_status load_job(const char *batch, const char *layer, odd_job **job)
{
    static odd_section section[1];
    char set_model[128], set_batch[32], set_layer[64];
    snprintf(set_model, sizeof set_model, "onnx.model=%s", model);
    snprintf(set_batch, sizeof set_batch, "onnx.batch=%s", batch);
    snprintf(set_layer, sizeof set_layer, "onnx.layer=%s", layer);
    const char *const sets[] = {set_model, set_batch, set_layer, "onnx.preset=unit"};
    section[0] = (odd_section){.name = "onnx",
                               .help = "",
                               .options = odd_feature_onnx.options,
                               .size = odd_feature_onnx.options_size};
    return odd_job_load(NULL, sets, 4, section, 1, job);
}

/* Images of these rows. */
static odd_status extract_some(const char *batch, const char *layer, int64_t count,
                               const int64_t row[], const uint8_t images[], float x[], int *width)
{
    const odd_image_form form = {.width = SIDE, .height = SIDE, .channels = CHANNELS};
    odd_job *job = NULL;
    void *state = NULL;
    odd_feature_needs needs;
    odd_status st;
    ODD_TRY(load_job(batch, layer, &job));
    const void *options = odd_job_section(job, "onnx");
    ODD_TRY(odd_feature_onnx.plan(NULL, options, &form, &needs));
    *width = needs.width;
    ODD_TRY(odd_feature_onnx.open(NULL, options, &form, &needs, &state));
    CU_ASSERT(needs.width == *width && needs.batch >= atoi(batch));
    CU_ASSERT_EQUAL(needs.batch % ODD_NET_GROUP, 0);
    ODD_TRY(odd_feature_onnx.extract(state, count, row, images, x));
done:
    odd_feature_onnx.close(&state);
    odd_job_free(&job);
    return st;
}

static odd_status extract_all(const char *batch, const char *layer, const uint8_t images[],
                              float x[], int *width)
{
    int64_t row[IMAGES];
    for (int i = 0; i < IMAGES; i++)
        row[i] = i;
    return extract_some(batch, layer, IMAGES, row, images, x, width);
}

/* The plain way: one filter at one place after the other. */
static double expected(const uint8_t image[], int filter)
{
    double sum = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double v = 0;
            for (int i = 0; i < CHANNELS * 9; i++) {
                int c = i / 9, yy = y + i % 9 / 3 - 1, xx = x + i % 3 - 1;
                if (yy < 0 || yy >= SIDE || xx < 0 || xx >= SIDE) continue;
                v +=
                    image[(yy * SIDE + xx) * CHANNELS + c] / 255. *
                    (float)odd_normal(1, ODD_STREAM_TEST, (uint64_t)(filter * CHANNELS * 9 + i), 0);
            }
            sum += v > 0 ? v : 0;
        }
    return sum / (SIDE * SIDE);
}

static void draw_images(uint8_t images[IMAGES][VALUES], uint64_t seed)
{
    for (int i = 0; i < IMAGES; i++)
        for (int j = 0; j < VALUES; j++)
            images[i][j] = (uint8_t)odd_below(256, seed, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
}

static void a_model_is_run(void)
{
    static uint8_t images[IMAGES][VALUES];
    static float one[IMAGES * FILTERS * SIDE * SIDE], many[IMAGES * FILTERS * SIDE * SIDE];
    int width = 0;
    draw_images(images, 2);
    snprintf(model, sizeof model, "/tmp/oddlot-test-%ld.onnx", (long)getpid());
    CU_ASSERT_EQUAL(write_model(model), ODD_OK);
    CU_ASSERT_EQUAL(extract_all("4", "pooled", images[0], one, &width), ODD_OK);
    CU_ASSERT_EQUAL(width, FILTERS);
    for (int i = 0; i < IMAGES; i++)
        for (int f = 0; f < FILTERS; f++)
            CU_ASSERT(near(one[i * FILTERS + f], expected(images[i], f)));
    CU_ASSERT_EQUAL(extract_all("4", "positive", images[0], many, &width), ODD_OK);
    CU_ASSERT_EQUAL(width, FILTERS * SIDE * SIDE);
    CU_ASSERT_EQUAL(extract_all("4", "no such layer", images[0], many, &width), ODD_FORMAT);
    unlink(model);
    CU_ASSERT_EQUAL(extract_all("4", "pooled", images[0], many, &width), ODD_IO);
}

/* Other batches, and gaps where images cannot be read: a row has the same bits. */
static void rows_do_not_depend_on_their_batch(void)
{
    enum { KEPT = 6 };
    static const int64_t kept[KEPT] = {1, 2, 3, 6, 8, 10};
    static uint8_t images[IMAGES][VALUES], some[KEPT][VALUES];
    static float a[IMAGES][FILTERS], b[KEPT][FILTERS];
    int width;
    draw_images(images, 3);
    for (int i = 0; i < KEPT; i++)
        memcpy(some[i], images[kept[i]], sizeof some[i]);
    CU_ASSERT_EQUAL(write_model(model), ODD_OK);
    CU_ASSERT_EQUAL(extract_all("64", "pooled", images[0], a[0], &width), ODD_OK);
    CU_ASSERT_EQUAL(extract_some("4", "pooled", KEPT, kept, some[0], b[0], &width), ODD_OK);
    for (int i = 0; i < KEPT; i++)
        CU_ASSERT_EQUAL(memcmp(a[kept[i]], b[i], sizeof b[i]), 0);
    unlink(model);
}

/* The first is taken where no layer is named; there is no room for the others. */
static void of_two_outputs_one_is_taken(void)
{
    static uint8_t images[IMAGES][VALUES];
    static float first[IMAGES][FILTERS], pooled[IMAGES][FILTERS];
    int width;
    draw_images(images, 4);
    CU_ASSERT_EQUAL(write_model_with(model, true), ODD_OK);
    CU_ASSERT_EQUAL(extract_all("4", "''", images[0], first[0], &width), ODD_OK);
    CU_ASSERT_EQUAL(width, FILTERS);
    CU_ASSERT_EQUAL(extract_all("4", "pooled", images[0], pooled[0], &width), ODD_OK);
    CU_ASSERT_EQUAL(memcmp(first, pooled, sizeof first), 0);
    unlink(model);
}

static void misfits_are_reported(void)
{
    const odd_image_form small = {.width = SIDE - 1, .height = SIDE - 1, .channels = CHANNELS};
    const odd_image_form grey = {.width = SIDE, .height = SIDE, .channels = 1};
    odd_feature_needs needs;
    odd_job *job;
    CU_ASSERT_EQUAL(write_model(model), ODD_OK);
    CU_ASSERT_EQUAL(load_job("4", "pooled", &job), ODD_OK);
    if (!job) return;
    const void *options = odd_job_section(job, "onnx");
    CU_ASSERT_EQUAL(odd_feature_onnx.plan(NULL, options, &small, &needs), ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "image.size"));
    CU_ASSERT_EQUAL(odd_feature_onnx.plan(NULL, options, &grey, &needs), ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "image.channels"));
    odd_job_free(&job);
    unlink(model);
}

/* A network of one rectifier over an input of this shape. */
static odd_status write_shaped(const char *path, int rank, const int64_t shape[])
{
    odd_layer_settings set = odd_layer_defaults();
    odd_graph *g = NULL;
    int x, y;
    odd_status st;
    ODD_TRY(odd_graph_new("shaped", &g));
    ODD_TRY(odd_graph_tensor(g, "x", rank, shape, true, NULL, &x));
    g->input = x;
    ODD_TRY(odd_graph_layer(g, ODD_LAYER_RELU, "relu", &set, 1, &x, "y", &y));
    ODD_TRY(odd_graph_add_output(g, y));
    ODD_TRY(odd_onnx_write(g, path));
done:
    odd_graph_free(&g);
    return st;
}

static void other_inputs_are_reported(void)
{
    static const struct {
        int rank;
        int64_t shape[4];
        const char *words;
    } list[] = {
        {4, {1, 5, SIDE, SIDE}, "wants 5 channels, the stored images have 3"},
        {2, {1, VALUES}, "'x' has 2 dimensions, not the four of images"},
        {4, {1, 2, SIDE, SIDE}, "wants 2 channels, the stored images have 3"},
    };
    const odd_image_form form = {.width = SIDE, .height = SIDE, .channels = CHANNELS};
    odd_feature_needs needs;
    odd_job *job;
    CU_ASSERT_EQUAL(load_job("4", "''", &job), ODD_OK);
    for (size_t i = 0; job && i < sizeof list / sizeof *list; i++) {
        CU_ASSERT_EQUAL(write_shaped(model, list[i].rank, list[i].shape), ODD_OK);
        CU_ASSERT_NOT_EQUAL(
            odd_feature_onnx.plan(NULL, odd_job_section(job, "onnx"), &form, &needs), ODD_OK);
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), list[i].words));
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), model));
    }
    odd_job_free(&job);
    unlink(model);
}

/* ---- the backbone ---- */

enum { LARGE = 9 };

/* Features of an image by the backbone, whose options are defaults. */
static odd_status extract_one(const odd_image_form *form, const uint8_t image[], float x[FILTERS])
{
    const odd_section section = {.name = "onnx",
                                 .help = "",
                                 .options = odd_feature_onnx.options,
                                 .size = odd_feature_onnx.options_size};
    const char *const sets[] = {"onnx.preset=unit"};
    odd_job *job = NULL;
    void *state = NULL;
    odd_feature_needs needs;
    odd_status st;
    ODD_TRY(odd_job_load(NULL, sets, 1, &section, 1, &job));
    const void *options = odd_job_section(job, "onnx");
    ODD_TRY(odd_feature_onnx.plan(NULL, options, form, &needs));
    ODD_TRY(odd_feature_onnx.open(NULL, options, form, &needs, &state));
    ODD_TRY(odd_feature_onnx.extract(state, 1, (const int64_t[]){0}, image, x));
done:
    odd_feature_onnx.close(&state);
    odd_job_free(&job);
    return st;
}

static void find_backbone(const char *path)
{
    setenv("ODDLOT_BACKBONE", path, 1);
    odd_backbone_look(MPI_COMM_WORLD);
}

/* Large ones are made as small as it wants, grey ones are red, green and blue alike. */
static void images_are_made_fit_for_a_backbone(void)
{
    const odd_image_form large = {.width = LARGE, .height = LARGE, .channels = 1};
    const odd_image_form fit = {.width = SIDE, .height = SIDE, .channels = CHANNELS};
    uint8_t grey[LARGE * LARGE], rgb[VALUES];
    const odd_image stored = {LARGE, LARGE, 1, grey};
    odd_image small = ODD_IMAGE_EMPTY;
    float a[FILTERS], b[FILTERS];
    for (int i = 0; i < LARGE * LARGE; i++)
        grey[i] = (uint8_t)odd_below(256, 5, ODD_STREAM_TEST, (uint64_t)i, 0);
    CU_ASSERT_EQUAL(odd_resize(&stored, 0, 0, LARGE, LARGE, ODD_KERNEL_BICUBIC, SIDE, SIDE, &small),
                    ODD_OK);
    for (int i = 0; small.pixels && i < VALUES; i++)
        rgb[i] = small.pixels[i / CHANNELS];
    CU_ASSERT_EQUAL(write_model(model), ODD_OK);
    find_backbone(model);
    CU_ASSERT_EQUAL(extract_one(&large, grey, a), ODD_OK);
    CU_ASSERT_EQUAL(extract_one(&fit, rgb, b), ODD_OK);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    CU_ASSERT(near(a[0], expected(rgb, 0)));
    odd_image_free(&small);
    unlink(model);
    CU_ASSERT_EQUAL(extract_one(&fit, rgb, b), ODD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "the backbone that `oddlot doctor` names"));
    find_backbone("");
    CU_ASSERT_EQUAL(extract_one(&fit, rgb, b), ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), ODD_BACKBONE_HINT));
}

CU_TestInfo odd_tests[] = {
    {"levels are scaled", levels_are_scaled},
    {"given numbers go before presets", given_numbers_go_before_presets},
    {"the model says what the job does not", the_model_says_what_the_job_does_not},
    {"notes are not trusted", notes_are_not_trusted},
    {"other images are reported", other_images_are_reported},
    {"maps are pooled", maps_are_pooled},
    {"tokens are pooled", tokens_are_pooled},
    {"a model is run", a_model_is_run},
    {"rows do not depend on their batch", rows_do_not_depend_on_their_batch},
    {"of two outputs one is taken", of_two_outputs_one_is_taken},
    {"misfits are reported", misfits_are_reported},
    {"other inputs are reported", other_inputs_are_reported},
    {"images are made fit for a backbone", images_are_made_fit_for_a_backbone},
    CU_TEST_INFO_NULL,
};

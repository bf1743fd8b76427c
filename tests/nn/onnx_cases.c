/* The ONNX project's test cases: found, loaded, compared. */
#include "onnx_cases.h"

#include "nn/onnx/onnx_tensor_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <dirent.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER     "/usr/share/libonnx-testdata/data"
#define FILE_LIMIT ((int64_t)1 << 24)

const char *onnx_cases_folder(void)
{
    return access(FOLDER, R_OK) == 0 ? FOLDER : NULL;
}

/* test_data_set_0/input_3.pb of a case. */
static bool load_part(const onnx_case *c, const char *part, int number, char **bytes, int64_t *size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s/%s/test_data_set_0/%s_%d.pb", FOLDER, c->suite, c->name,
             part, number);
    return access(path, R_OK) == 0 && odd_file_slurp(path, FILE_LIMIT, bytes, size) == ODD_OK;
}

static void load_outputs(onnx_case *c)
{
    char *bytes;
    int64_t size;
    while (c->outputs < CASE_OUTPUTS && load_part(c, "output", c->outputs, &bytes, &size)) {
        odd_tensor *t = &c->output[c->outputs++];
        if (odd_onnx_tensor(bytes, (size_t)size, t) != ODD_OK) t->rank = -1;
        odd_free(bytes);
    }
}

static bool load(onnx_case *c)
{
    char path[512], *bytes;
    int64_t size;
    snprintf(path, sizeof path, "%s/%s/%s/model.onnx", FOLDER, c->suite, c->name);
    if (access(path, R_OK) != 0 ||
        odd_file_slurp(path, FILE_LIMIT, &c->model, &c->model_size) != ODD_OK)
        return false;
    while (c->inputs < CASE_INPUTS && load_part(c, "input", c->inputs, &bytes, &size))
        c->input[c->inputs++] = (odd_onnx_blob){bytes, (size_t)size};
    load_outputs(c);
    return c->outputs > 0;
}

static void unload(onnx_case *c)
{
    for (int i = 0; i < c->inputs; i++)
        odd_free((void *)c->input[i].bytes);
    for (int o = 0; o < c->outputs; o++)
        odd_free(c->output[o].data);
    odd_free(c->model);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_case(const struct dirent *entry)
{
    return strncmp(entry->d_name, "test_", 5) == 0;
}

int onnx_cases_visit(void (*visit)(const onnx_case *c, void *context), void *context)
{
    static const char *const suites[] = {"node", "pytorch-converted", "pytorch-operator", "simple"};
    int found = 0;
    for (size_t s = 0; s < sizeof suites / sizeof *suites; s++) {
        char path[256];
        struct dirent **entry;
        snprintf(path, sizeof path, "%s/%s", FOLDER, suites[s]);
        int entries = scandir(path, &entry, is_case, by_name);
        for (int i = 0; i < entries; i++) {
            onnx_case c = {.suite = suites[s], .name = entry[i]->d_name};
            if (load(&c)) visit(&c, context);
            unload(&c);
            free(entry[i]);
        }
        if (entries >= 0) free(entry);
        found += entries > 0 ? entries : 0;
    }
    return found;
}

/* Why cases of operators that we claim are not ours: what oddlot does not claim to do. */
static const struct {
    const char *pattern, *reason;
} beyond[] = {
    {"test_averagepool_3d_*", "windows over three dimensions"},
    {"test_convtranspose_3d", "windows over three dimensions"},
    {"test_maxpool_3d_*", "windows over three dimensions"},
    {"test_*_training_mode", "training"},
    {"test_training_dropout*", "training"},
    {"test_cast*_STRING*", "texts"},
    {"test_cast*_BFLOAT16*", "bits of bfloat16 that are labelled uint16"},
    {"test_cast*FLOAT8*", "numbers of 8 or 4 bits"},
    {"test_cast*INT4*", "numbers of 8 or 4 bits"},
    {"test_*quantizelinear_e[45]m*", "numbers of 8 or 4 bits"},
    {"test_*quantizelinear_*int4", "numbers of 8 or 4 bits"},
    {"test_*quantizelinear_blocked*", "a scale for each block of values"},
    {"test_equal_string*", "texts"},
    {"test_qlinearmatmul_?D_int8_*", "answers that ONNX 1.17 has otherwise than later ones"},
    {"test_reduce_max_bool_inputs", "arithmetic on whole numbers"},
    {"test_center_crop_pad_*", "other than a tensor and a number"},
    {"test_clip_default_int8_*", "arithmetic on whole numbers"},
    {"test_maxpool_2d_uint8", "arithmetic on whole numbers"},
    {"test_pow_types_*", "arithmetic on whole numbers"},
    {"test_add_uint8", "arithmetic on whole numbers"},
    {"test_div_uint8", "arithmetic on whole numbers"},
    {"test_mul_uint8", "arithmetic on whole numbers"},
    {"test_sub_uint8", "arithmetic on whole numbers"},
    {"test_mod_mixed_sign_float*", "rests of real numbers"},
    {"test_reduce_prod_*", "products of real numbers"},
    {"test_scatternd_add", "sums of what is scattered"},
    {"test_scatternd_multiply", "sums of what is scattered"},
    {"test_scatter_elements_with_duplicate_indices", "sums of what is scattered"},
    {"test_nllloss_NCd1d2d3d4d5_*_expanded", "more than six dimensions"},
    {"test_if_opt", "values that are no tensors"},
    {"test_if_seq", "values that are no tensors"},
    {"test_tri[lu]_zero", "tensors without values"},
    {"test_einsum_batch_diagonal", "sums that are no products"},
    {"test_einsum_inner_prod", "sums that are no products"},
    {"test_einsum_sum", "sums that are no products"},
    {"test_einsum_transpose", "sums that are no products"},
    {"test_constantofshape_int_shape_zero", "tensors without values"},
    {"test_reshape_allowzero_reordered", "tensors without values"},
    {"test_slice_start_out_of_bounds", "tensors without values"},
    {"test_split_zero_size_splits*", "tensors without values"},
    {"test_reduce_*_empty_set*", "tensors without values"},
    {"test_edge_pad", "modes of padding"},
    {"test_reflect_pad", "modes of padding"},
    {"test_wrap_pad", "modes of padding"},
    {"test_resize_*_half_pixel_symmetric", "resizing about the middle"},
    {"test_resize_*_axes_*", "resizing of some dimensions"},
    {"test_resize_tf_crop_and_resize", "crops that resize"},
    {"test_resize_tf_crop_and_resize_*", "crops that resize"},
    {"test_resize_*_antialias", "smoothing of what shrinks"},
    {"test_resize_*_not_larger", "sizes that keep the aspect"},
    {"test_resize_*_not_smaller", "sizes that keep the aspect"},
    {"test_attention_*_with_past_and_present*", "keys and values of an earlier run"},
    {"test_attention_*_bf16*", "rounding to bfloat16"},
    {"test_attention_23_*fullymasked*", "rows of which nothing is seen"},
    {"test_affine_grid_*_expanded", "sizes that are split"},
    {"test_rotary_embedding*_expanded", "tensors without values"},
    {"test_*_empty_set*", "tensors without values"},
    {"test_l1normalization_*", "other than p = 2"},
    {"test_clip_min_greater_than_max*", "ranges that are empty"},
    {"test_reduce_m??_bool_inputs", "arithmetic on whole numbers"},
    {"test_scatter*_m[aiu][xnl]*", "sums of what is scattered"},
    {"test_identity_opt", "values that are no tensors"},
    {"test_identity_sequence", "values that are no tensors"},
};

static const char *beyond_model(const Onnx__ModelProto *model, char reason[static 64])
{
    for (size_t i = 0; i < model->n_opset_import; i++)
        if (model->opset_import[i]->version < 7 || model->opset_import[i]->version > 23)
            return "opset before 7 or after 23";
    for (size_t i = 0; model->graph && i < model->graph->n_node; i++) {
        const char *op = model->graph->node[i]->op_type;
        if (op && odd_onnx_knows(op)) continue;
        snprintf(reason, 64, "operator %s", op ? op : "");
        return reason;
    }
    return NULL;
}

int onnx_cases_least(int found)
{
    return found > 1400 ? 723 : 574;
}

const char *onnx_case_beyond(const onnx_case *c, char reason[static 64])
{
    Onnx__ModelProto *model = (Onnx__ModelProto *)odd_onnx_unpack(&onnx__model_proto__descriptor,
                                                                  c->model, (size_t)c->model_size);
    if (!model) return "not a model";
    const char *found = beyond_model(model, reason);
    onnx__model_proto__free_unpacked(model, NULL);
    for (size_t i = 0; !found && i < sizeof beyond / sizeof *beyond; i++)
        if (fnmatch(beyond[i].pattern, c->name, 0) == 0) found = beyond[i].reason;
    return found;
}

static odd_status parse(const onnx_case *c, int open, odd_graph **out)
{
    odd_onnx_blob given[CASE_INPUTS];
    memcpy(given, c->input, sizeof given);
    if (open >= 0) given[open].bytes = NULL;
    odd_onnx_options options = {.single = true, .outputs = 1, .given = given, .givens = c->inputs};
    return odd_onnx_parse_as(c->model, (size_t)c->model_size, &options, out);
}

odd_status onnx_case_parse(const onnx_case *c, odd_graph **out)
{
    odd_status st = c->inputs > 0 ? parse(c, 0, out) : ODD_FORMAT;
    return st == ODD_OK ? st : parse(c, -1, out);
}

float *onnx_case_input(const onnx_case *c, const odd_graph *g)
{
    odd_tensor t = {.data = NULL};
    if (g->input >= 0) odd_onnx_tensor(c->input[0].bytes, c->input[0].size, &t);
    return t.data;
}

bool onnx_case_agrees(const onnx_case *c, int o, const odd_tensor *shape, const float values[])
{
    const odd_tensor *want = &c->output[o];
    bool agrees = want->rank == shape->rank;
    for (int d = 0; agrees && d < want->rank; d++)
        agrees = want->shape[d] == shape->shape[d];
    int64_t count = agrees ? odd_tensor_values(want) : 0;
    for (int64_t i = 0; agrees && i < count; i++)
        agrees = isnan(want->data[i])
                     ? isnan(values[i])
                     : values[i] == want->data[i] ||
                           fabsf(values[i] - want->data[i]) <= 1e-3f * fabsf(want->data[i]) + 1e-6f;
    return agrees;
}

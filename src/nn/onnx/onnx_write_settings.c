/* Settings of layers as ONNX has them: attributes of the node, or constants that it reads. */
#include "nn/onnx/onnx_writer_internal.h"

#include <math.h>
#include <string.h>

static odd_status write_window(odd_writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    ODD_TRY(odd_writer_ints(w, "kernel_shape", set->kernel, 2));
    ODD_TRY(odd_writer_ints(w, "strides", set->stride, 2));
    ODD_TRY(odd_writer_ints(w, "pads", set->pad, 4));
done:
    return st;
}

static odd_status write_convolution(odd_writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    ODD_TRY(write_window(w));
    ODD_TRY(odd_writer_ints(w, "dilations", set->dilation, 2));
    ODD_TRY(odd_writer_int(w, "group", set->group));
    if (w->layer->kind == ODD_LAYER_CONV_TRANSPOSE)
        ODD_TRY(odd_writer_ints(w, "output_padding", set->output_pad, 2));
done:
    return st;
}

static odd_status write_pool(odd_writer *w)
{
    odd_status st = write_window(w);
    if (st != ODD_OK) return st;
    if (w->layer->kind == ODD_LAYER_MAX_POOL)
        return odd_writer_ints(w, "dilations", w->layer->set.dilation, 2);
    return odd_writer_int(w, "count_include_pad", w->layer->set.count_padding);
}

static odd_status write_gemm(odd_writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    ODD_TRY(odd_writer_int(w, "transA", set->transpose_a));
    ODD_TRY(odd_writer_int(w, "transB", set->transpose_b));
    ODD_TRY(odd_writer_float(w, "alpha", set->alpha));
    ODD_TRY(odd_writer_float(w, "beta", set->beta));
done:
    return st;
}

static odd_status write_epsilon(odd_writer *w)
{
    return odd_writer_float(w, "epsilon", w->layer->set.epsilon);
}

static odd_status write_axis(odd_writer *w)
{
    return odd_writer_int(w, "axis", w->layer->set.axis);
}

static odd_status write_layer_norm(odd_writer *w)
{
    odd_status st = write_axis(w);
    return st == ODD_OK ? write_epsilon(w) : st;
}

static odd_status write_alpha(odd_writer *w)
{
    return odd_writer_float(w, "alpha", w->layer->set.alpha);
}

static odd_status write_alpha_beta(odd_writer *w)
{
    odd_status st = write_alpha(w);
    return st == ODD_OK ? odd_writer_float(w, "beta", w->layer->set.beta) : st;
}

/* Inputs 1 and 2; one that is left out before another that is given has an empty name. */
static odd_status write_clip(odd_writer *w)
{
    odd_status st = ODD_OK;
    const odd_layer_settings *set = &w->layer->set;
    if (set->low > -INFINITY)
        ODD_TRY(odd_writer_number_input(w, "min", set->low));
    else if (set->high < INFINITY)
        odd_writer_no_input(w);
    if (set->high < INFINITY) ODD_TRY(odd_writer_number_input(w, "max", set->high));
done:
    return st;
}

/* From opset 18 on the axes are an input. */
static odd_status write_reduce(odd_writer *w)
{
    const odd_layer_settings *set = &w->layer->set;
    odd_status st = w->opset < 18 ? odd_writer_ints(w, "axes", set->list, set->axes)
                                  : odd_writer_list_input(w, "axes", set->list, set->axes);
    return st == ODD_OK ? odd_writer_int(w, "keepdims", w->layer->set.keep_dims) : st;
}

static odd_status write_gelu(odd_writer *w)
{
    return odd_writer_text(w, "approximate", w->layer->set.by_tanh ? "tanh" : "none");
}

/* 0 keeps the batch, whatever its size. */
static odd_status write_reshape(odd_writer *w)
{
    int64_t shape[ODD_TENSOR_RANK];
    const odd_layer_settings *set = &w->layer->set;
    memcpy(shape, set->list, sizeof shape);
    if (w->graph->tensor[w->layer->output].batched) shape[0] = 0;
    return odd_writer_list_input(w, "shape", shape, set->axes);
}

static odd_status write_axes(odd_writer *w)
{
    return odd_writer_list_input(w, "axes", w->layer->set.list, w->layer->set.axes);
}

static odd_status write_transpose(odd_writer *w)
{
    return odd_writer_ints(w, "perm", w->layer->set.list, w->layer->set.axes);
}

static odd_status write_pad(odd_writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    int64_t pads[2 * ODD_TENSOR_RANK];
    /* All begins, then all ends. */
    memcpy(pads, set->list, (size_t)set->axes * sizeof *pads);
    memcpy(pads + set->axes, set->list2, (size_t)set->axes * sizeof *pads);
    ODD_TRY(odd_writer_list_input(w, "pads", pads, 2 * set->axes));
    ODD_TRY(odd_writer_number_input(w, "value", set->value));
done:
    return st;
}

/* The batch is not sliced. An end before 0 is written so that it does not count from the end. */
static odd_status write_slice(odd_writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    int64_t axis[ODD_TENSOR_RANK], end[ODD_TENSOR_RANK];
    int first = w->graph->tensor[w->layer->output].batched, count = set->axes - first;
    for (int i = 0; i < count; i++) {
        axis[i] = first + i;
        end[i] = set->list2[first + i] < 0 ? INT64_MIN : set->list2[first + i];
    }
    ODD_TRY(odd_writer_list_input(w, "starts", set->list + first, count));
    ODD_TRY(odd_writer_list_input(w, "ends", end, count));
    ODD_TRY(odd_writer_list_input(w, "axes", axis, count));
    ODD_TRY(odd_writer_list_input(w, "steps", set->list3 + first, count));
done:
    return st;
}

/* Indices are whole numbers in a file. */
static odd_status write_gather(odd_writer *w)
{
    odd_status st;
    const odd_tensor *index = &w->graph->tensor[w->layer->input[1]];
    int64_t *values;
    ODD_TRY(odd_writer_take(w, &values, (size_t)index->shape[0], sizeof *values));
    for (int64_t i = 0; i < index->shape[0]; i++)
        values[i] = (int64_t)index->data[i];
    w->node->n_input = 1;
    ODD_TRY(odd_writer_list_input(w, "indices", values, (int)index->shape[0]));
    ODD_TRY(odd_writer_int(w, "axis", w->layer->set.axis));
done:
    return st;
}

/* The zeros are of the type that the levels have in a file; what reads those wants floats. */
static odd_status write_quantize(odd_writer *w)
{
    odd_status st;
    const odd_tensor *zero = &w->graph->tensor[w->layer->input[2]];
    w->node->n_input = 2;
    ODD_TRY(odd_writer_levels_input(w, "zero", zero->data, (int)odd_tensor_values(zero),
                                    (double)w->layer->set.low, (double)w->layer->set.high));
    ODD_TRY(odd_writer_int(w, "axis", w->layer->set.axis));
    ODD_TRY(odd_writer_cast_behind(w));
done:
    return st;
}

/* How the settings of each kind are written; NULL: it has none. */
static odd_status (*const settings[ODD_LAYER_COUNT])(odd_writer *w) = {
    [ODD_LAYER_CONV] = write_convolution,
    [ODD_LAYER_CONV_TRANSPOSE] = write_convolution,
    [ODD_LAYER_GEMM] = write_gemm,
    [ODD_LAYER_BATCH_NORM] = write_epsilon,
    [ODD_LAYER_LAYER_NORM] = write_layer_norm,
    [ODD_LAYER_L2_NORM] = write_axis,
    [ODD_LAYER_LEAKY_RELU] = write_alpha,
    [ODD_LAYER_ELU] = write_alpha,
    [ODD_LAYER_CLIP] = write_clip,
    [ODD_LAYER_HARD_SIGMOID] = write_alpha_beta,
    [ODD_LAYER_GELU] = write_gelu,
    [ODD_LAYER_MAX_POOL] = write_pool,
    [ODD_LAYER_AVERAGE_POOL] = write_pool,
    [ODD_LAYER_REDUCE_MEAN] = write_reduce,
    [ODD_LAYER_FLATTEN] = write_axis,
    [ODD_LAYER_RESHAPE] = write_reshape,
    [ODD_LAYER_SQUEEZE] = write_axes,
    [ODD_LAYER_UNSQUEEZE] = write_axes,
    [ODD_LAYER_TRANSPOSE] = write_transpose,
    [ODD_LAYER_CONCAT] = write_axis,
    [ODD_LAYER_SOFTMAX] = write_axis,
    [ODD_LAYER_PAD] = write_pad,
    [ODD_LAYER_SLICE] = write_slice,
    [ODD_LAYER_GATHER] = write_gather,
    [ODD_LAYER_QUANTIZE] = write_quantize,
    [ODD_LAYER_THRESHOLDED_RELU] = write_alpha,
};

odd_status odd_writer_settings(odd_writer *w)
{
    return settings[w->layer->kind] ? settings[w->layer->kind](w) : ODD_OK;
}

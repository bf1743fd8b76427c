/* What convolutions and their backward want to know of a layer; letters as in graph.h, with G
 * groups, O outputs, I inputs. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/isa.h"

odd_window odd_conv_window_of(const odd_step *step)
{
    const odd_layer_settings *set = &step->set;
    odd_window w = {0};
    for (int i = 0; i < 2; i++) {
        w.stride[i] = set->stride[i];
        w.gap[i] = set->dilation[i] - 1;
        w.before[i] = set->pad[i];
        w.after[i] = set->pad[2 + i];
        if (step->kind == ODD_LAYER_CONV_TRANSPOSE) w.after[i] -= set->output_pad[i];
    }
    return w;
}

/* (O, I / G, rows, columns) of the graph as ((G,) O / G, I / G, rows, columns); the transpose has
 * (I, O / G, rows, columns) in the graph. */
static int weight_shape(const odd_tensor *t, int64_t groups, bool transpose, dnnl_dims_t dims,
                        dnnl_dims_t strides)
{
    int64_t area = t->shape[2] * t->shape[3], inner = t->shape[1], outer = t->shape[0] / groups;
    int at = 0;
    if (groups > 1) {
        dims[at] = groups;
        strides[at++] = outer * inner * area;
    }
    dims[at] = transpose ? inner : outer;
    strides[at++] = transpose ? area : inner * area;
    dims[at] = transpose ? outer : inner;
    strides[at++] = transpose ? inner * area : area;
    dims[at] = t->shape[2];
    strides[at++] = t->shape[3];
    dims[at] = t->shape[3];
    strides[at++] = 1;
    return at;
}

odd_status odd_conv_weights(const odd_planner *p, const odd_step *step, odd_desc *desc)
{
    dnnl_dims_t dims, strides;
    int rank = weight_shape(&p->graph->tensor[step->input[1]], step->set.group,
                            step->kind == ODD_LAYER_CONV_TRANSPOSE, dims, strides);
    return odd_desc_strided(desc, rank, dims, dnnl_f32, strides);
}

static int64_t padded(int64_t channels)
{
    const int64_t block = 16; /* of oneDNN's layouts with AVX-512 */
    return (channels + block - 1) / block * block;
}

/* oneDNN fills blocks of channels up, and from 20 to 50 of them half of the products are then with
 * zeros. Channel by channel it takes 0.64, 0.78 and 0.57 of the time of the three passes. */
dnnl_format_tag_t odd_conv_layout(const odd_planner *p, const odd_step *step)
{
    const odd_tensor *x = &p->graph->tensor[step->input[0]], *y = &p->graph->tensor[step->output];
    const bool trains = p->prop == dnnl_forward_training && p->products == dnnl_f32;
    if (!trains || step->kind != ODD_LAYER_CONV || step->set.group > 1 || x->rank != 4 ||
        odd_isa_now < ODD_ISA_AVX512)
        return dnnl_format_tag_any;
    const int64_t in = x->shape[1], out = y->shape[1];
    const bool wastes = 10 * in * out < 6 * padded(in) * padded(out);
    return in >= 16 && out >= 16 && wastes ? dnnl_nhwc : dnnl_format_tag_any;
}

dnnl_data_type_t odd_conv_type(const odd_planner *p, const odd_step *step)
{
    return odd_step_is_depthwise(p->graph, step) ? dnnl_f32 : p->products;
}

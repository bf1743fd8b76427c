/* oneDNN 2: a layout is a struct of its own, and a primitive is described before it is made. */
#include "nn/exec/dnnl_internal.h"

/* ---- Layouts ---- */

odd_status odd_desc_strided(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                            const dnnl_dims_t strides)
{
    return odd_dnnl(dnnl_memory_desc_init_by_strides(desc, rank, dims, type, strides), "layout");
}

odd_status odd_desc_tagged(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                           dnnl_format_tag_t tag)
{
    return odd_dnnl(dnnl_memory_desc_init_by_tag(desc, rank, dims, type, tag), "layout");
}

odd_status odd_desc_turned(odd_desc *desc, const odd_desc *of, const int target[])
{
    return odd_dnnl(dnnl_memory_desc_permute_axes(desc, of, target), "transposed layout");
}

odd_status odd_desc_part(odd_desc *desc, const odd_desc *of, const dnnl_dims_t dims,
                         const dnnl_dims_t first)
{
    return odd_dnnl(dnnl_memory_desc_init_submemory(desc, of, dims, first), "part of a layout");
}

odd_status odd_desc_typed(odd_desc *desc, const odd_desc *of, dnnl_data_type_t type)
{
    *desc = *of;
    desc->data_type = type;
    return ODD_OK;
}

int64_t odd_desc_bytes(const odd_desc *desc)
{
    return (int64_t)dnnl_memory_desc_get_size(desc);
}

bool odd_desc_equal(const odd_desc *a, const odd_desc *b)
{
    return dnnl_memory_desc_equal(a, b) != 0;
}

bool odd_desc_is_plain(const odd_desc *d)
{
    const dnnl_blocking_desc_t *b = &d->format_desc.blocking;
    if (d->format_kind != dnnl_blocked || d->offset0 != 0 || d->extra.flags != 0) return false;
    return odd_blocks_are_plain(d->ndims, d->dims, d->padded_dims, b->strides, b->inner_nblks,
                                b->inner_idxs, b->inner_blks);
}

odd_status odd_memory_new(const odd_desc *desc, dnnl_engine_t engine, void *data,
                          dnnl_memory_t *memory)
{
    return odd_dnnl(dnnl_memory_create(memory, desc, engine, data), "memory");
}

/* ---- Descriptions of primitives ---- */

/* Any of them. */
typedef union {
    dnnl_convolution_desc_t convolution; /* and deconvolution */
    dnnl_inner_product_desc_t inner_product;
    dnnl_matmul_desc_t matmul;
    dnnl_pooling_v2_desc_t pooling;
    dnnl_batch_normalization_desc_t batch_normalization;
    dnnl_layer_normalization_desc_t layer_normalization;
    dnnl_softmax_v2_desc_t softmax;
    dnnl_eltwise_desc_t eltwise;
    dnnl_binary_desc_t binary;
    dnnl_reduction_desc_t reduction;
} description;

static bool is_forward(const odd_primitive *p)
{
    return p->prop == dnnl_forward_training || p->prop == dnnl_forward_inference;
}

static dnnl_status_t convolution(const odd_primitive *p, dnnl_convolution_desc_t *d)
{
    const odd_window *w = p->window;
    if (is_forward(p))
        return dnnl_dilated_convolution_forward_desc_init(d, p->prop, p->alg, p->source, p->weights,
                                                          p->bias, p->result, w->stride, w->gap,
                                                          w->before, w->after);
    if (p->prop == dnnl_backward_data)
        return dnnl_dilated_convolution_backward_data_desc_init(
            d, p->alg, p->source, p->weights, p->result, w->stride, w->gap, w->before, w->after);
    return dnnl_dilated_convolution_backward_weights_desc_init(d, p->alg, p->source, p->weights,
                                                               p->bias, p->result, w->stride,
                                                               w->gap, w->before, w->after);
}

static dnnl_status_t deconvolution(const odd_primitive *p, dnnl_deconvolution_desc_t *d)
{
    const odd_window *w = p->window;
    if (is_forward(p))
        return dnnl_dilated_deconvolution_forward_desc_init(d, p->prop, p->alg, p->source,
                                                            p->weights, p->bias, p->result,
                                                            w->stride, w->gap, w->before, w->after);
    if (p->prop == dnnl_backward_data)
        return dnnl_dilated_deconvolution_backward_data_desc_init(
            d, p->alg, p->source, p->weights, p->result, w->stride, w->gap, w->before, w->after);
    return dnnl_dilated_deconvolution_backward_weights_desc_init(d, p->alg, p->source, p->weights,
                                                                 p->bias, p->result, w->stride,
                                                                 w->gap, w->before, w->after);
}

static dnnl_status_t inner_product(const odd_primitive *p, dnnl_inner_product_desc_t *d)
{
    if (is_forward(p))
        return dnnl_inner_product_forward_desc_init(d, p->prop, p->source, p->weights, p->bias,
                                                    p->result);
    if (p->prop == dnnl_backward_data)
        return dnnl_inner_product_backward_data_desc_init(d, p->source, p->weights, p->result);
    return dnnl_inner_product_backward_weights_desc_init(d, p->source, p->weights, p->bias,
                                                         p->result);
}

static dnnl_status_t pooling(const odd_primitive *p, dnnl_pooling_v2_desc_t *d)
{
    const odd_window *w = p->window;
    if (is_forward(p))
        return dnnl_pooling_v2_forward_desc_init(d, p->prop, p->alg, p->source, p->result,
                                                 w->stride, w->kernel, w->gap, w->before, w->after);
    return dnnl_pooling_v2_backward_desc_init(d, p->alg, p->source, p->result, w->stride, w->kernel,
                                              w->gap, w->before, w->after);
}

static dnnl_status_t batch_normalization(const odd_primitive *p, dnnl_batch_normalization_desc_t *d)
{
    return is_forward(p) ? dnnl_batch_normalization_forward_desc_init(d, p->prop, p->source,
                                                                      p->epsilon, p->flags)
                         : dnnl_batch_normalization_backward_desc_init(
                               d, p->prop, p->source, p->data, p->epsilon, p->flags);
}

static dnnl_status_t layer_normalization(const odd_primitive *p, dnnl_layer_normalization_desc_t *d)
{
    return is_forward(p) ? dnnl_layer_normalization_forward_desc_init(d, p->prop, p->source, NULL,
                                                                      p->epsilon, p->flags)
                         : dnnl_layer_normalization_backward_desc_init(
                               d, p->prop, p->source, p->data, NULL, p->epsilon, p->flags);
}

static dnnl_status_t softmax(const odd_primitive *p, dnnl_softmax_v2_desc_t *d)
{
    return is_forward(p) ? dnnl_softmax_v2_forward_desc_init(d, p->prop, p->alg, p->source,
                                                             p->result, p->axis)
                         : dnnl_softmax_v2_backward_desc_init(d, p->alg, p->source, p->result,
                                                              p->data, p->axis);
}

static dnnl_status_t eltwise(const odd_primitive *p, dnnl_eltwise_desc_t *d)
{
    return is_forward(p)
               ? dnnl_eltwise_forward_desc_init(d, p->prop, p->alg, p->source, p->alpha, p->beta)
               : dnnl_eltwise_backward_desc_init(d, p->alg, p->source, p->data, p->alpha, p->beta);
}

static dnnl_status_t describe(const odd_primitive *p, description *d)
{
    switch ((int)p->kind) {
    case dnnl_convolution:
        return convolution(p, &d->convolution);
    case dnnl_deconvolution:
        return deconvolution(p, &d->convolution);
    case dnnl_inner_product:
        return inner_product(p, &d->inner_product);
    case dnnl_matmul:
        return dnnl_matmul_desc_init(&d->matmul, p->source, p->weights, p->bias, p->result);
    case dnnl_pooling:
        return pooling(p, &d->pooling);
    case dnnl_batch_normalization:
        return batch_normalization(p, &d->batch_normalization);
    case dnnl_layer_normalization:
        return layer_normalization(p, &d->layer_normalization);
    case dnnl_softmax:
        return softmax(p, &d->softmax);
    case dnnl_eltwise:
        return eltwise(p, &d->eltwise);
    case dnnl_binary:
        return dnnl_binary_desc_init(&d->binary, p->alg, p->source, p->weights, p->result);
    case dnnl_reduction:
        return dnnl_reduction_desc_init(&d->reduction, p->alg, p->source, p->result, 0, 0);
    default:
        return dnnl_invalid_arguments;
    }
}

/* ---- Primitives ---- */

odd_status odd_attr_sum(dnnl_post_ops_t ops)
{
    return odd_dnnl(dnnl_post_ops_append_sum(ops, 1), "fused sum");
}

odd_status odd_attr_eltwise(dnnl_post_ops_t ops, dnnl_alg_kind_t alg, float alpha, float beta)
{
    return odd_dnnl(dnnl_post_ops_append_eltwise(ops, 1, alg, alpha, beta), "fused activation");
}

odd_status odd_attr_binary(dnnl_post_ops_t ops, dnnl_alg_kind_t alg, const odd_desc *operand)
{
    return odd_dnnl(dnnl_post_ops_append_binary(ops, alg, operand), "fused operation");
}

odd_status odd_pd_new(const odd_primitive *primitive, dnnl_engine_t engine,
                      const_dnnl_primitive_attr_t attr, const char *what, dnnl_primitive_desc_t *pd)
{
    description d;
    dnnl_primitive_attr_t own = NULL;
    odd_status st;
    ODD_TRY(odd_dnnl(describe(primitive, &d), what));
    if (!attr) ODD_TRY(odd_attr_new(&own));
    ODD_TRY(odd_dnnl(dnnl_primitive_desc_create(pd, &d, attr ? attr : own, engine, primitive->hint),
                     what));
done:
    dnnl_primitive_attr_destroy(own);
    return st;
}

odd_status odd_pd_named(const odd_primitive *primitive, dnnl_engine_t engine,
                        const_dnnl_primitive_attr_t attr, const char *name,
                        dnnl_primitive_desc_t *pd)
{
    description d;
    dnnl_primitive_desc_iterator_t list = NULL;
    odd_status st;
    *pd = NULL;
    ODD_TRY(odd_dnnl(describe(primitive, &d), "convolution"));
    dnnl_status_t more = dnnl_primitive_desc_iterator_create(&list, &d, attr, engine, NULL);
    while (more == dnnl_success && !*pd) {
        *pd = dnnl_primitive_desc_iterator_fetch(list);
        if (odd_pd_is_named(*pd, name)) break;
        dnnl_primitive_desc_destroy(*pd);
        *pd = NULL;
        more = dnnl_primitive_desc_iterator_next(list);
    }
    dnnl_primitive_desc_iterator_destroy(list);
done:
    return st;
}

odd_status odd_pd_reorder(dnnl_engine_t engine, const odd_desc *source, const odd_desc *target,
                          const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *pd)
{
    return odd_dnnl(dnnl_reorder_primitive_desc_create(pd, source, engine, target, engine, attr),
                    "reorder");
}

odd_status odd_pd_concat(dnnl_engine_t engine, int sources, int axis, const odd_desc source[],
                         dnnl_primitive_desc_t *pd)
{
    dnnl_primitive_attr_t attr = NULL;
    odd_status st;
    ODD_TRY(odd_attr_new(&attr));
    ODD_TRY(
        odd_dnnl(dnnl_concat_primitive_desc_create(pd, NULL, sources, axis, source, attr, engine),
                 "concatenation"));
done:
    dnnl_primitive_attr_destroy(attr);
    return st;
}

odd_desc odd_pd_desc(const_dnnl_primitive_desc_t pd, dnnl_query_t what, int number)
{
    const dnnl_memory_desc_t *desc = dnnl_primitive_desc_query_md(pd, what, number);
    return desc ? *desc : (odd_desc){0};
}

const char *odd_dnnl_isa_name(void)
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

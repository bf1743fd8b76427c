/* oneDNN 3: a layout is an object that somebody frees; here it lives while oneDNN is told of it,
 * and is kept as the bytes that oneDNN packs it in. */
#include "nn/exec/dnnl_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* ---- Layouts ---- */

/* The object of a layout, to be destroyed; NULL for none. */
static dnnl_status_t open_desc(const odd_desc *desc, dnnl_memory_desc_t *md)
{
    *md = NULL;
    return desc ? dnnl_memory_desc_create_with_blob(md, desc->blob) : dnnl_success;
}

/* What oneDNN tells of an object. */
static int number_of(const_dnnl_memory_desc_t md, dnnl_query_t what)
{
    int number = 0;
    dnnl_memory_desc_query(md, what, &number);
    return number;
}

static const dnnl_dim_t *list_of(const_dnnl_memory_desc_t md, dnnl_query_t what)
{
    dnnl_dims_t *list = NULL;
    dnnl_memory_desc_query(md, what, &list);
    return *list;
}

static bool is_blocked(const_dnnl_memory_desc_t md)
{
    dnnl_format_kind_t kind = dnnl_format_kind_undef;
    dnnl_memory_desc_query(md, dnnl_query_format_kind, &kind);
    return kind == dnnl_blocked;
}

static bool is_plain(const_dnnl_memory_desc_t md, const odd_desc *d)
{
    dnnl_dim_t offset = 0;
    dnnl_memory_desc_query(md, dnnl_query_submemory_offset_s64, &offset);
    return is_blocked(md) && offset == 0 &&
           odd_blocks_are_plain(
               d->ndims, d->dims, list_of(md, dnnl_query_padded_dims),
               list_of(md, dnnl_query_strides), number_of(md, dnnl_query_inner_nblks_s32),
               list_of(md, dnnl_query_inner_idxs), list_of(md, dnnl_query_inner_blks));
}

static odd_status keep_desc(const_dnnl_memory_desc_t md, odd_desc *desc)
{
    size_t size = 0;
    odd_status st;
    *desc = (odd_desc){.ndims = md ? number_of(md, dnnl_query_ndims_s32) : 0};
    if (desc->ndims == 0) return ODD_OK;
    ODD_TRY(odd_dnnl(dnnl_memory_desc_get_blob(NULL, &size, md), "layout"));
    if (size > sizeof desc->blob)
        return odd_fail(ODD_NUMERIC, "layouts of oneDNN %d.%d have %zu bytes",
                        dnnl_version()->major, dnnl_version()->minor, size);
    ODD_TRY(odd_dnnl(dnnl_memory_desc_get_blob(desc->blob, &size, md), "layout"));
    memcpy(desc->dims, list_of(md, dnnl_query_dims), sizeof desc->dims);
    dnnl_memory_desc_query(md, dnnl_query_data_type, &desc->data_type);
    desc->bytes = (int64_t)dnnl_memory_desc_get_size(md);
    desc->plain = is_plain(md, desc);
done:
    return st;
}

/* A new object, to be freed, becomes a value. */
static odd_status take_desc(dnnl_status_t made, dnnl_memory_desc_t md, odd_desc *desc)
{
    if (made != dnnl_success) return odd_dnnl(made, "layout");
    odd_status st = keep_desc(md, desc);
    dnnl_memory_desc_destroy(md);
    return st;
}

odd_status odd_desc_strided(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                            const dnnl_dims_t strides)
{
    dnnl_memory_desc_t md = NULL;
    dnnl_status_t made = dnnl_memory_desc_create_with_strides(&md, rank, dims, type, strides);
    return take_desc(made, md, desc);
}

odd_status odd_desc_tagged(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                           dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t md = NULL;
    dnnl_status_t made = dnnl_memory_desc_create_with_tag(&md, rank, dims, type, tag);
    return take_desc(made, md, desc);
}

odd_status odd_desc_turned(odd_desc *desc, const odd_desc *of, const int target[])
{
    dnnl_memory_desc_t have = NULL, md = NULL;
    dnnl_status_t made = open_desc(of, &have);
    if (made == dnnl_success) made = dnnl_memory_desc_permute_axes(&md, have, target);
    dnnl_memory_desc_destroy(have);
    return take_desc(made, md, desc);
}

odd_status odd_desc_part(odd_desc *desc, const odd_desc *of, const dnnl_dims_t dims,
                         const dnnl_dims_t first)
{
    dnnl_memory_desc_t have = NULL, md = NULL;
    dnnl_status_t made = open_desc(of, &have);
    if (made == dnnl_success) made = dnnl_memory_desc_create_submemory(&md, have, dims, first);
    dnnl_memory_desc_destroy(have);
    return take_desc(made, md, desc);
}

/* The name of the layout of maps with channels in blocks of this size, or of none. */
static dnnl_format_tag_t tag_of_blocks(const_dnnl_memory_desc_t md, const odd_desc *d)
{
    if (d->ndims != 4 || number_of(md, dnnl_query_inner_nblks_s32) != 1 ||
        list_of(md, dnnl_query_inner_idxs)[0] != 1)
        return dnnl_format_tag_undef;
    switch (list_of(md, dnnl_query_inner_blks)[0]) {
    case 4:
        return dnnl_nChw4c;
    case 8:
        return dnnl_nChw8c;
    case 16:
        return dnnl_nChw16c;
    case 32:
        return dnnl_nChw32c;
    default:
        return dnnl_format_tag_undef;
    }
}

/* oneDNN 3 has no call for it: the layout is made again. */
static odd_status retype(odd_desc *desc, const odd_desc *of, const_dnnl_memory_desc_t md,
                         dnnl_data_type_t type)
{
    const dnnl_format_tag_t tag = tag_of_blocks(md, of);
    if (is_blocked(md) && number_of(md, dnnl_query_inner_nblks_s32) == 0)
        return odd_desc_strided(desc, of->ndims, of->dims, type, list_of(md, dnnl_query_strides));
    if (tag != dnnl_format_tag_undef) return odd_desc_tagged(desc, of->ndims, of->dims, type, tag);
    dnnl_dims_t strides;
    odd_plain_strides(of->ndims, of->dims, strides);
    return odd_desc_strided(desc, of->ndims, of->dims, type, strides);
}

odd_status odd_desc_typed(odd_desc *desc, const odd_desc *of, dnnl_data_type_t type)
{
    const odd_desc have = *of; /* may be the same */
    dnnl_memory_desc_t md = NULL;
    odd_status st;
    *desc = have;
    if (have.data_type == type) return ODD_OK;
    ODD_TRY(odd_dnnl(open_desc(&have, &md), "layout"));
    ODD_TRY(retype(desc, &have, md, type));
done:
    dnnl_memory_desc_destroy(md);
    return st;
}

int64_t odd_desc_bytes(const odd_desc *desc)
{
    return desc->bytes;
}

bool odd_desc_is_plain(const odd_desc *desc)
{
    return desc->plain;
}

bool odd_desc_equal(const odd_desc *a, const odd_desc *b)
{
    dnnl_memory_desc_t x = NULL, y = NULL;
    if (a->data_type != b->data_type || !odd_desc_same_dims(a, b)) return false;
    bool equal = open_desc(a, &x) == dnnl_success && open_desc(b, &y) == dnnl_success &&
                 dnnl_memory_desc_equal(x, y) != 0;
    dnnl_memory_desc_destroy(x);
    dnnl_memory_desc_destroy(y);
    return equal;
}

odd_status odd_memory_new(const odd_desc *desc, dnnl_engine_t engine, void *data,
                          dnnl_memory_t *memory)
{
    dnnl_memory_desc_t md = NULL;
    odd_status st;
    ODD_TRY(odd_dnnl(open_desc(desc, &md), "layout"));
    ODD_TRY(odd_dnnl(dnnl_memory_create(memory, md, engine, data), "memory"));
done:
    dnnl_memory_desc_destroy(md);
    return st;
}

/* ---- Primitives by kind ---- */

/* A primitive in the making: its description, the objects of its layouts, and the rest. */
typedef struct {
    const odd_primitive *p;
    dnnl_memory_desc_t source, weights, bias, result, data;
    dnnl_engine_t engine;
    const_dnnl_primitive_attr_t attr;
} making;

static bool is_forward(const odd_primitive *p)
{
    return p->prop == dnnl_forward_training || p->prop == dnnl_forward_inference;
}

static dnnl_status_t convolution(const making *m, dnnl_primitive_desc_t *pd)
{
    const odd_primitive *p = m->p;
    const odd_window *w = p->window;
    if (is_forward(p))
        return dnnl_convolution_forward_primitive_desc_create(
            pd, m->engine, p->prop, p->alg, m->source, m->weights, m->bias, m->result, w->stride,
            w->gap, w->before, w->after, m->attr);
    if (p->prop == dnnl_backward_data)
        return dnnl_convolution_backward_data_primitive_desc_create(
            pd, m->engine, p->alg, m->source, m->weights, m->result, w->stride, w->gap, w->before,
            w->after, p->hint, m->attr);
    return dnnl_convolution_backward_weights_primitive_desc_create(
        pd, m->engine, p->alg, m->source, m->weights, m->bias, m->result, w->stride, w->gap,
        w->before, w->after, p->hint, m->attr);
}

static dnnl_status_t deconvolution(const making *m, dnnl_primitive_desc_t *pd)
{
    const odd_primitive *p = m->p;
    const odd_window *w = p->window;
    if (is_forward(p))
        return dnnl_deconvolution_forward_primitive_desc_create(
            pd, m->engine, p->prop, p->alg, m->source, m->weights, m->bias, m->result, w->stride,
            w->gap, w->before, w->after, m->attr);
    if (p->prop == dnnl_backward_data)
        return dnnl_deconvolution_backward_data_primitive_desc_create(
            pd, m->engine, p->alg, m->source, m->weights, m->result, w->stride, w->gap, w->before,
            w->after, p->hint, m->attr);
    return dnnl_deconvolution_backward_weights_primitive_desc_create(
        pd, m->engine, p->alg, m->source, m->weights, m->bias, m->result, w->stride, w->gap,
        w->before, w->after, p->hint, m->attr);
}

static dnnl_status_t inner_product(const making *m, dnnl_primitive_desc_t *pd)
{
    const odd_primitive *p = m->p;
    if (is_forward(p))
        return dnnl_inner_product_forward_primitive_desc_create(
            pd, m->engine, p->prop, m->source, m->weights, m->bias, m->result, m->attr);
    if (p->prop == dnnl_backward_data)
        return dnnl_inner_product_backward_data_primitive_desc_create(
            pd, m->engine, m->source, m->weights, m->result, p->hint, m->attr);
    return dnnl_inner_product_backward_weights_primitive_desc_create(
        pd, m->engine, m->source, m->weights, m->bias, m->result, p->hint, m->attr);
}

static dnnl_status_t pooling(const making *m, dnnl_primitive_desc_t *pd)
{
    const odd_primitive *p = m->p;
    const odd_window *w = p->window;
    if (is_forward(p))
        return dnnl_pooling_forward_primitive_desc_create(pd, m->engine, p->prop, p->alg, m->source,
                                                          m->result, w->stride, w->kernel, w->gap,
                                                          w->before, w->after, m->attr);
    return dnnl_pooling_backward_primitive_desc_create(pd, m->engine, p->alg, m->source, m->result,
                                                       w->stride, w->kernel, w->gap, w->before,
                                                       w->after, p->hint, m->attr);
}

static dnnl_status_t batch_normalization(const making *m, dnnl_primitive_desc_t *pd)
{
    const odd_primitive *p = m->p;
    if (is_forward(p))
        return dnnl_batch_normalization_forward_primitive_desc_create(
            pd, m->engine, p->prop, m->source, m->result, p->epsilon, p->flags, m->attr);
    return dnnl_batch_normalization_backward_primitive_desc_create(
        pd, m->engine, p->prop, m->source, m->result, m->data, p->epsilon, p->flags, p->hint,
        m->attr);
}

static dnnl_status_t layer_normalization(const making *m, dnnl_primitive_desc_t *pd)
{
    const odd_primitive *p = m->p;
    if (is_forward(p))
        return dnnl_layer_normalization_forward_primitive_desc_create(
            pd, m->engine, p->prop, m->source, m->result, NULL, p->epsilon, p->flags, m->attr);
    return dnnl_layer_normalization_backward_primitive_desc_create(
        pd, m->engine, p->prop, m->source, m->result, m->data, NULL, p->epsilon, p->flags, p->hint,
        m->attr);
}

static dnnl_status_t softmax(const making *m, dnnl_primitive_desc_t *pd)
{
    const odd_primitive *p = m->p;
    if (is_forward(p))
        return dnnl_softmax_forward_primitive_desc_create(pd, m->engine, p->prop, p->alg, m->source,
                                                          m->result, p->axis, m->attr);
    return dnnl_softmax_backward_primitive_desc_create(pd, m->engine, p->alg, m->source, m->result,
                                                       m->data, p->axis, p->hint, m->attr);
}

static dnnl_status_t eltwise(const making *m, dnnl_primitive_desc_t *pd)
{
    const odd_primitive *p = m->p;
    if (is_forward(p))
        return dnnl_eltwise_forward_primitive_desc_create(pd, m->engine, p->prop, p->alg, m->source,
                                                          m->result, p->alpha, p->beta, m->attr);
    return dnnl_eltwise_backward_primitive_desc_create(
        pd, m->engine, p->alg, m->source, m->result, m->data, p->alpha, p->beta, p->hint, m->attr);
}

static dnnl_status_t make_pd(const making *m, dnnl_primitive_desc_t *pd)
{
    switch ((int)m->p->kind) {
    case dnnl_convolution:
        return convolution(m, pd);
    case dnnl_deconvolution:
        return deconvolution(m, pd);
    case dnnl_inner_product:
        return inner_product(m, pd);
    case dnnl_matmul:
        return dnnl_matmul_primitive_desc_create(pd, m->engine, m->source, m->weights, m->bias,
                                                 m->result, m->attr);
    case dnnl_pooling:
        return pooling(m, pd);
    case dnnl_batch_normalization:
        return batch_normalization(m, pd);
    case dnnl_layer_normalization:
        return layer_normalization(m, pd);
    case dnnl_softmax:
        return softmax(m, pd);
    case dnnl_eltwise:
        return eltwise(m, pd);
    case dnnl_binary:
        return dnnl_binary_primitive_desc_create(pd, m->engine, m->p->alg, m->source, m->weights,
                                                 m->result, m->attr);
    case dnnl_reduction:
        return dnnl_reduction_primitive_desc_create(pd, m->engine, m->p->alg, m->source, m->result,
                                                    0, 0, m->attr);
    default:
        return dnnl_invalid_arguments;
    }
}

/* ---- Primitives ---- */

odd_status odd_attr_sum(dnnl_post_ops_t ops)
{
    return odd_dnnl(dnnl_post_ops_append_sum(ops, 1, 0, dnnl_data_type_undef), "fused sum");
}

odd_status odd_attr_eltwise(dnnl_post_ops_t ops, dnnl_alg_kind_t alg, float alpha, float beta)
{
    return odd_dnnl(dnnl_post_ops_append_eltwise(ops, alg, alpha, beta), "fused activation");
}

odd_status odd_attr_binary(dnnl_post_ops_t ops, dnnl_alg_kind_t alg, const odd_desc *operand)
{
    dnnl_memory_desc_t md = NULL;
    odd_status st;
    ODD_TRY(odd_dnnl(open_desc(operand, &md), "layout"));
    ODD_TRY(odd_dnnl(dnnl_post_ops_append_binary(ops, alg, md), "fused operation"));
done:
    dnnl_memory_desc_destroy(md);
    return st;
}

static odd_status open_all(making *m)
{
    const odd_primitive *p = m->p;
    odd_status st;
    ODD_TRY(odd_dnnl(open_desc(p->source, &m->source), "layout"));
    ODD_TRY(odd_dnnl(open_desc(p->weights, &m->weights), "layout"));
    ODD_TRY(odd_dnnl(open_desc(p->bias, &m->bias), "layout"));
    ODD_TRY(odd_dnnl(open_desc(p->result, &m->result), "layout"));
    ODD_TRY(odd_dnnl(open_desc(p->data, &m->data), "layout"));
done:
    return st;
}

odd_status odd_pd_new(const odd_primitive *primitive, dnnl_engine_t engine,
                      const_dnnl_primitive_attr_t attr, const char *what, dnnl_primitive_desc_t *pd)
{
    making m = {.p = primitive, .engine = engine};
    dnnl_primitive_attr_t own = NULL;
    odd_status st;
    ODD_TRY(open_all(&m));
    if (!attr) ODD_TRY(odd_attr_new(&own));
    m.attr = attr ? attr : own;
    ODD_TRY(odd_dnnl(make_pd(&m, pd), what));
done:
    dnnl_memory_desc_destroy(m.source);
    dnnl_memory_desc_destroy(m.weights);
    dnnl_memory_desc_destroy(m.bias);
    dnnl_memory_desc_destroy(m.result);
    dnnl_memory_desc_destroy(m.data);
    dnnl_primitive_attr_destroy(own);
    return st;
}

odd_status odd_pd_named(const odd_primitive *primitive, dnnl_engine_t engine,
                        const_dnnl_primitive_attr_t attr, const char *name,
                        dnnl_primitive_desc_t *pd)
{
    *pd = NULL;
    odd_status st = odd_pd_new(primitive, engine, attr, "convolution", pd);
    if (st == ODD_FORMAT) return ODD_OK; /* there is nothing at all */
    while (st == ODD_OK && !odd_pd_is_named(*pd, name)) {
        if (dnnl_primitive_desc_next_impl(*pd) == dnnl_success) continue;
        dnnl_primitive_desc_destroy(*pd);
        *pd = NULL;
        break;
    }
    return st;
}

odd_status odd_pd_reorder(dnnl_engine_t engine, const odd_desc *source, const odd_desc *target,
                          const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *pd)
{
    dnnl_memory_desc_t from = NULL, to = NULL;
    odd_status st;
    ODD_TRY(odd_dnnl(open_desc(source, &from), "layout"));
    ODD_TRY(odd_dnnl(open_desc(target, &to), "layout"));
    ODD_TRY(odd_dnnl(dnnl_reorder_primitive_desc_create(pd, from, engine, to, engine, attr),
                     "reorder"));
done:
    dnnl_memory_desc_destroy(from);
    dnnl_memory_desc_destroy(to);
    return st;
}

odd_status odd_pd_concat(dnnl_engine_t engine, int sources, int axis, const odd_desc source[],
                         dnnl_primitive_desc_t *pd)
{
    dnnl_memory_desc_t *md = NULL;
    dnnl_primitive_attr_t attr = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(md, sources));
    for (int i = 0; i < sources; i++)
        ODD_TRY(odd_dnnl(open_desc(&source[i], &md[i]), "layout"));
    ODD_TRY(odd_attr_new(&attr));
    ODD_TRY(odd_dnnl(dnnl_concat_primitive_desc_create(pd, engine, NULL, sources, axis,
                                                       (const const_dnnl_memory_desc_t *)md, attr),
                     "concatenation"));
done:
    for (int i = 0; md && i < sources; i++)
        dnnl_memory_desc_destroy(md[i]);
    odd_free(md);
    dnnl_primitive_attr_destroy(attr);
    return st;
}

odd_desc odd_pd_desc(const_dnnl_primitive_desc_t pd, dnnl_query_t what, int number)
{
    odd_desc desc;
    ODD_CHECK(keep_desc(dnnl_primitive_desc_query_md(pd, what, number), &desc) == ODD_OK);
    return desc;
}

const char *odd_dnnl_isa_name(void)
{
    switch ((int)dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_avx512_core_amx_fp16:
        return "avx512_core_amx_fp16";
    case dnnl_cpu_isa_avx512_core_amx:
        return "avx512_core_amx";
    case dnnl_cpu_isa_avx512_core_fp16:
        return "avx512_core_fp16";
    case dnnl_cpu_isa_avx512_core_bf16:
        return "avx512_core_bf16";
    case dnnl_cpu_isa_avx512_core_vnni:
        return "avx512_core_vnni";
    case dnnl_cpu_isa_avx512_core:
        return "avx512_core";
    case dnnl_cpu_isa_avx2_vnni_2:
        return "avx2_vnni_2";
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

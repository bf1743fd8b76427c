/**
 * dnnl_internal: all of oneDNN's C API that differs between its versions 2 and 3, as one, with our
 * way of failing. dnnl_2.c and dnnl_3.c implement it; what uses it is written once.
 *
 * A layout is a value, to be copied and kept, where oneDNN 3 has objects that somebody must free. A
 * primitive is described by one plain struct and made in one call, with or without attributes.
 */
#ifndef ODDLOT_NN_DNNL_INTERNAL_H
#define ODDLOT_NN_DNNL_INTERNAL_H

#include "oddlot/base/status.h"

#include <dnnl.h>
#include <stdbool.h>

/** ODD_OK, or what oneDNN's status is called here: unimplemented is ODD_FORMAT, short memory is
 *  ODD_NOMEM, all else ODD_NUMERIC; the reason names `what` (a primitive). The layer is put before
 *  it by the planner. */
odd_status odd_dnnl(dnnl_status_t status, const char *what);

/* ---- Layouts ---- */

/** How a tensor lies in memory. To be read are ndims, dims and data_type only; nothing is written
 *  but by the functions below. */
#if DNNL_VERSION_MAJOR < 3
typedef dnnl_memory_desc_t odd_desc;
#else
typedef struct {
    int ndims;
    dnnl_dims_t dims;
    dnnl_data_type_t data_type;
    bool plain;         /* what odd_desc_is_plain() tells */
    int64_t bytes;      /* what odd_desc_bytes() tells */
    uint8_t blob[1024]; /* the object as oneDNN packs it: 768 bytes in 3.7 */
} odd_desc;
#endif

/** Strides in elements; a layout that the primitive may choose; one that oneDNN has a name for. */
odd_status odd_desc_strided(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                            const dnnl_dims_t strides);
odd_status odd_desc_any(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type);
odd_status odd_desc_tagged(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type,
                           dnnl_format_tag_t tag);
/** Row-major: the strides, and a layout of them. */
static inline void odd_plain_strides(int rank, const dnnl_dims_t dims, dnnl_dims_t strides)
{
    dnnl_dim_t stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= dims[i];
    }
}
odd_status odd_desc_plain(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type);

/** The same place with dimension i as number target[i]; the part of it that begins at `first`. */
odd_status odd_desc_turned(odd_desc *desc, const odd_desc *of, const int target[]);
odd_status odd_desc_part(odd_desc *desc, const odd_desc *of, const dnnl_dims_t dims,
                         const dnnl_dims_t first);
/** Another type in the same order of values, or in row-major order where that order has no name. */
odd_status odd_desc_typed(odd_desc *desc, const odd_desc *of, dnnl_data_type_t type);

/** Bytes from the first value to behind the last. */
int64_t odd_desc_bytes(const odd_desc *desc);

/** True if the elements stand in row-major order without gaps, whatever the layout is called:
 *  channels in blocks of 16 over 1 x 1 images do. */
bool odd_desc_is_plain(const odd_desc *desc);

/** The same of a layout in blocks, told by what oneDNN says of it: `blocks` of these sizes over
 * these dimensions. One over the innermost dimension that divides it changes nothing. */
bool odd_blocks_are_plain(int rank, const dnnl_dims_t dims, const dnnl_dims_t padded,
                          const dnnl_dims_t strides, int blocks, const dnnl_dims_t dimension,
                          const dnnl_dims_t size);

/** True if both have the same dimensions; if they are the same layout altogether. */
bool odd_desc_same_dims(const odd_desc *a, const odd_desc *b);
bool odd_desc_equal(const odd_desc *a, const odd_desc *b);

/** As dnnl_memory_create(). */
odd_status odd_memory_new(const odd_desc *desc, dnnl_engine_t engine, void *data,
                          dnnl_memory_t *memory);

/* ---- Primitives ---- */

/* Of a convolution (without kernel) or a pool; a gap of 0 is none. */
typedef struct {
    dnnl_dims_t kernel, stride, gap, before, after;
} odd_window;

/** One primitive. `prop` says if it goes forward; what is made or read is then the gradient by
 *  what is named here. Fields that a kind does not know stay 0. */
typedef struct {
    dnnl_primitive_kind_t kind; /* convolution, deconvolution, inner_product, matmul, pooling,
                                   batch_normalization, layer_normalization, softmax, eltwise,
                                   binary, reduction */
    dnnl_prop_kind_t prop;
    dnnl_alg_kind_t alg;
    const odd_desc *source, *weights, *bias, *result; /* weights: second operand of a binary one */
    const odd_desc *data; /* of backward: what forward read or, softmax and *_use_dst_*, made */
    const odd_window *window;
    int axis;                         /* softmax */
    float alpha, beta;                /* eltwise */
    float epsilon;                    /* normalisations */
    unsigned flags;                   /* normalisations: dnnl_use_scale, ... */
    const_dnnl_primitive_desc_t hint; /* of backward: the forward one */
} odd_primitive;

/** Attributes of a primitive whose scratchpad the caller lends; what is done behind it, in order:
 *  its result is added to what its place holds, x = alg(x), x = alg(x, operand). */
odd_status odd_attr_new(dnnl_primitive_attr_t *attr);
odd_status odd_attr_sum(dnnl_post_ops_t ops);
odd_status odd_attr_eltwise(dnnl_post_ops_t ops, dnnl_alg_kind_t alg, float alpha, float beta);
odd_status odd_attr_binary(dnnl_post_ops_t ops, dnnl_alg_kind_t alg, const odd_desc *operand);

/** The best that oneDNN has. `attr` may be NULL: the scratchpad is the caller's. */
odd_status odd_pd_new(const odd_primitive *primitive, dnnl_engine_t engine,
                      const_dnnl_primitive_attr_t attr, const char *what,
                      dnnl_primitive_desc_t *pd);
/** The first of them with `name` in the name of its code; *pd NULL where there is none for this
 *  layer and CPU. Only for convolutions. */
odd_status odd_pd_named(const odd_primitive *primitive, dnnl_engine_t engine,
                        const_dnnl_primitive_attr_t attr, const char *name,
                        dnnl_primitive_desc_t *pd);
/** A copy to another layout; several put together along an axis. */
odd_status odd_pd_reorder(dnnl_engine_t engine, const odd_desc *source, const odd_desc *target,
                          const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *pd);
odd_status odd_pd_concat(dnnl_engine_t engine, int sources, int axis, const odd_desc source[],
                         dnnl_primitive_desc_t *pd);

/** What a primitive chose: dnnl_query_src_md, ... and a number, or dnnl_query_exec_arg_md and an
 *  argument. All 0 where it has none. */
odd_desc odd_pd_desc(const_dnnl_primitive_desc_t pd, dnnl_query_t what, int number);
/** True if the implementation behind a descriptor is one of those written for clarity only. */
bool odd_pd_is_slow(const_dnnl_primitive_desc_t pd);
bool odd_primitive_is_slow(const_dnnl_primitive_t primitive);
/** Arguments that it reads: oneDNN wants all of them and no more. */
int odd_pd_inputs(const_dnnl_primitive_desc_t pd);
/** True if its name has this in it. */
bool odd_pd_is_named(const_dnnl_primitive_desc_t pd, const char *name);

/** The largest set of instructions that is used, in words: "avx512_core_bf16"; static. */
const char *odd_dnnl_isa_name(void);

#endif

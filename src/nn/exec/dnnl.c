/* oneDNN's status in our words, and what is the same in all its versions. */
#include "nn/exec/dnnl_internal.h"

#include <string.h>

odd_status odd_dnnl(dnnl_status_t status, const char *what)
{
    switch (status) {
    case dnnl_success:
        return ODD_OK;
    case dnnl_out_of_memory:
        return odd_fail(ODD_NOMEM, "out of memory for the %s of oneDNN", what);
    case dnnl_unimplemented:
        return odd_fail(ODD_FORMAT, "oneDNN cannot do this %s on this CPU", what);
    default:
        return odd_fail(ODD_NUMERIC, "oneDNN refuses the %s (status %d)", what, (int)status);
    }
}

/* ---- Layouts ---- */

bool odd_desc_same_dims(const odd_desc *a, const odd_desc *b)
{
    return a->ndims == b->ndims && memcmp(a->dims, b->dims, sizeof a->dims[0] * a->ndims) == 0;
}

/* The last dimension that has more than one entry, or -1. */
static int last_real(int rank, const dnnl_dims_t dims)
{
    int last = rank - 1;
    while (last >= 0 && dims[last] == 1) {
        last--;
    }
    return last;
}

bool odd_blocks_are_plain(int rank, const dnnl_dims_t dims, const dnnl_dims_t padded,
                          const dnnl_dims_t strides, int blocks, const dnnl_dims_t dimension,
                          const dnnl_dims_t size)
{
    const int last = last_real(rank, dims);
    const dnnl_dim_t block = blocks > 0 ? size[0] : 1;
    dnnl_dim_t stride = block;
    if (blocks > 1 || (blocks == 1 && (dimension[0] != last || dims[last] % block != 0)))
        return false;
    for (int i = last; i >= 0; i--) {
        if (padded[i] != dims[i]) return false;
        dnnl_dim_t steps = i == last ? dims[i] / block : dims[i];
        if (steps > 1 && strides[i] != stride) return false;
        stride *= steps;
    }
    return true;
}

/* ---- Primitives ---- */

odd_status odd_attr_new(dnnl_primitive_attr_t *attr)
{
    odd_status st;
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_create(attr), "attributes"));
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user),
                     "attributes"));
done:
    return st;
}

int odd_pd_inputs(const_dnnl_primitive_desc_t pd)
{
    int inputs = 0;
    dnnl_primitive_desc_query(pd, dnnl_query_num_of_inputs_s32, 0, &inputs);
    return inputs;
}

bool odd_pd_is_named(const_dnnl_primitive_desc_t pd, const char *name)
{
    const char *mine = "";
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &mine);
    return strstr(mine, name) != NULL;
}

bool odd_pd_is_slow(const_dnnl_primitive_desc_t pd)
{
    const char *name = "";
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    return strncmp(name, "ref", 3) == 0 || strstr(name, ":ref") != NULL;
}

bool odd_primitive_is_slow(const_dnnl_primitive_t primitive)
{
    const_dnnl_primitive_desc_t pd;
    return dnnl_primitive_get_primitive_desc(primitive, &pd) == dnnl_success && odd_pd_is_slow(pd);
}

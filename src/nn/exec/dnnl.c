/* oneDNN's status in our words, and the memory layouts that we name. */
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

static void row_major(int rank, const dnnl_dims_t dims, dnnl_dims_t strides)
{
    dnnl_dim_t stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= dims[i];
    }
}

odd_status odd_desc_plain(dnnl_memory_desc_t *desc, int rank, const dnnl_dims_t dims,
                          dnnl_data_type_t type)
{
    dnnl_dims_t strides;
    row_major(rank, dims, strides);
    return odd_desc_strided(desc, rank, dims, type, strides);
}

odd_status odd_desc_strided(dnnl_memory_desc_t *desc, int rank, const dnnl_dims_t dims,
                            dnnl_data_type_t type, const dnnl_dims_t strides)
{
    return odd_dnnl(dnnl_memory_desc_init_by_strides(desc, rank, dims, type, strides), "layout");
}

odd_status odd_desc_any(dnnl_memory_desc_t *desc, int rank, const dnnl_dims_t dims,
                        dnnl_data_type_t type)
{
    return odd_dnnl(dnnl_memory_desc_init_by_tag(desc, rank, dims, type, dnnl_format_tag_any),
                    "layout");
}

/* The last dimension that has more than one entry, or -1. */
static int last_real(const dnnl_memory_desc_t *d)
{
    int last = d->ndims - 1;
    while (last >= 0 && d->dims[last] == 1) {
        last--;
    }
    return last;
}

/* One block over the innermost dimension that divides it changes nothing. */
static bool blocks_are_plain(const dnnl_memory_desc_t *d, int last, dnnl_dim_t *block)
{
    const dnnl_blocking_desc_t *b = &d->format_desc.blocking;
    *block = 1;
    if (b->inner_nblks == 0) return true;
    if (b->inner_nblks > 1 || b->inner_idxs[0] != last) return false;
    *block = b->inner_blks[0];
    return d->dims[last] % *block == 0;
}

bool odd_desc_is_plain(const dnnl_memory_desc_t *d)
{
    int last = last_real(d);
    dnnl_dim_t block, stride = 1;
    if (d->format_kind != dnnl_blocked || d->offset0 != 0 || d->extra.flags != 0) return false;
    if (!blocks_are_plain(d, last, &block)) return false;
    for (int i = last; i >= 0; i--) {
        if (d->padded_dims[i] != d->dims[i]) return false;
        if (i == last) stride = block;
        dnnl_dim_t steps = i == last ? d->dims[i] / block : d->dims[i];
        if (steps > 1 && d->format_desc.blocking.strides[i] != stride) return false;
        stride *= steps;
    }
    return true;
}

bool odd_desc_same_dims(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b)
{
    return a->ndims == b->ndims && memcmp(a->dims, b->dims, sizeof a->dims[0] * a->ndims) == 0;
}

bool odd_desc_equal(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b)
{
    return dnnl_memory_desc_equal(a, b) != 0;
}

bool odd_pd_is_slow(const_dnnl_primitive_desc_t pd)
{
    const char *name = "";
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    return strncmp(name, "ref", 3) == 0 || strstr(name, ":ref") != NULL;
}

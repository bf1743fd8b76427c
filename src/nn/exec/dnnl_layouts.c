/* Layouts that are asked for in every version of oneDNN alike. */
#include "nn/exec/dnnl_internal.h"

odd_status odd_desc_plain(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type)
{
    dnnl_dims_t strides;
    odd_plain_strides(rank, dims, strides);
    return odd_desc_strided(desc, rank, dims, type, strides);
}

odd_status odd_desc_any(odd_desc *desc, int rank, const dnnl_dims_t dims, dnnl_data_type_t type)
{
    return odd_desc_tagged(desc, rank, dims, type, dnnl_format_tag_any);
}

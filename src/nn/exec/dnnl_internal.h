/**
 * dnnl_internal: oneDNN's C API with our way of failing, and the memory layouts that we name.
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

/** Row-major; strides in elements; a layout that the primitive may choose. */
odd_status odd_desc_plain(dnnl_memory_desc_t *desc, int rank, const dnnl_dims_t dims,
                          dnnl_data_type_t type);
odd_status odd_desc_strided(dnnl_memory_desc_t *desc, int rank, const dnnl_dims_t dims,
                            dnnl_data_type_t type, const dnnl_dims_t strides);
odd_status odd_desc_any(dnnl_memory_desc_t *desc, int rank, const dnnl_dims_t dims,
                        dnnl_data_type_t type);

/** True if the elements stand in row-major order without gaps, whatever the layout is called:
 *  channels in blocks of 16 over 1 x 1 images do. */
bool odd_desc_is_plain(const dnnl_memory_desc_t *desc);

/** True if both have the same dimensions; if they are the same layout altogether. */
bool odd_desc_same_dims(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b);
bool odd_desc_equal(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b);

/** True if the implementation behind a descriptor is one of those written for clarity only. */
bool odd_pd_is_slow(const_dnnl_primitive_desc_t pd);

#endif

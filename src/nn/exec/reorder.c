/* Copies from one layout to another. */
#include "nn/exec/reorder_internal.h"

odd_status odd_reorder_pd(dnnl_engine_t engine, const odd_desc *source, const odd_desc *target,
                          dnnl_primitive_desc_t *pd)
{
    dnnl_primitive_attr_t attr = NULL;
    odd_status st;
    ODD_TRY(odd_attr_new(&attr));
    ODD_TRY(odd_pd_reorder(engine, source, target, attr, pd));
done:
    dnnl_primitive_attr_destroy(attr);
    return st;
}

odd_status odd_reorder_now(dnnl_engine_t engine, const odd_desc *source, const odd_desc *target,
                           dnnl_primitive_t *primitive)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    ODD_TRY(odd_pd_reorder(engine, source, target, NULL, &pd));
    ODD_TRY(odd_dnnl(dnnl_primitive_create(primitive, pd), "reorder"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

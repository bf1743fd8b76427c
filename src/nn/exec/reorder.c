/* Copies from one layout to another. */
#include "nn/exec/reorder_internal.h"

static odd_status make_pd(dnnl_engine_t engine, const dnnl_memory_desc_t *source,
                          const dnnl_memory_desc_t *target, float scale,
                          dnnl_scratchpad_mode_t scratchpad, dnnl_primitive_desc_t *pd)
{
    dnnl_primitive_attr_t attr = NULL;
    odd_status st;
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_create(&attr), "attributes"));
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_set_scratchpad_mode(attr, scratchpad), "attributes"));
    if (scale != 1) {
        ODD_TRY(odd_dnnl(dnnl_primitive_attr_set_output_scales(attr, 1, 0, &scale), "attributes"));
    }
    ODD_TRY(odd_dnnl(dnnl_reorder_primitive_desc_create(pd, source, engine, target, engine, attr),
                     "reorder"));
done:
    dnnl_primitive_attr_destroy(attr);
    return st;
}

odd_status odd_reorder_pd(dnnl_engine_t engine, const dnnl_memory_desc_t *source,
                          const dnnl_memory_desc_t *target, float scale, dnnl_primitive_desc_t *pd)
{
    return make_pd(engine, source, target, scale, dnnl_scratchpad_mode_user, pd);
}

odd_status odd_reorder_now(dnnl_engine_t engine, const dnnl_memory_desc_t *source,
                           const dnnl_memory_desc_t *target, float scale,
                           dnnl_primitive_t *primitive)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    ODD_TRY(make_pd(engine, source, target, scale, dnnl_scratchpad_mode_library, &pd));
    ODD_TRY(odd_dnnl(dnnl_primitive_create(primitive, pd), "reorder"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

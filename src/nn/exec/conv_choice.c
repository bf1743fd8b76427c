/* Which of oneDNN's kernels a convolution takes, where the first in its list is not the fastest. */
#include "nn/exec/conv_choice_internal.h"

#include <stddef.h>

/* oneDNN 3 makes convolutions into products of matrices also where there is no more than AVX2. For
 * filters of one channel each these take 1.4 times as long as the kernel of version 2, which is
 * still there and likes channels in blocks; those for all channels are as fast as before, and are
 * left for the same blocks (tests/bench/README.md has the figures). Training is as fast with both.
 */
static const struct {
    const char *first, *better;
} choices[] = {
    {"brdgmm_dw:avx2", "jit_dw:avx2"},
    {"brgconv_1x1:avx2", "jit_1x1:avx2"},
    {"brg_conv_fwd:avx2", "jit:avx2"},
};

/* NULL: the first one. */
static const char *better_than(const_dnnl_primitive_desc_t pd)
{
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (odd_pd_is_named(pd, choices[i].first)) return choices[i].better;
    return NULL;
}

odd_status odd_conv_choose(const odd_primitive *primitive, dnnl_engine_t engine,
                           const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *pd)
{
    dnnl_primitive_desc_t better = NULL;
    const char *name = primitive->prop == dnnl_forward_inference ? better_than(*pd) : NULL;
    if (!name) return ODD_OK;
    odd_status st = odd_pd_named(primitive, engine, attr, name, &better);
    if (st != ODD_OK || !better) return st;
    dnnl_primitive_desc_destroy(*pd);
    *pd = better;
    return ODD_OK;
}

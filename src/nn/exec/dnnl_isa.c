/* What the CPU can do, as oneDNN sees it. */
#include "nn/exec/dnnl_isa_internal.h"

#include "nn/exec/dnnl_internal.h"

#include <omp.h>
#include <stdio.h>

bool odd_cpu_has_amx(void)
{
    const int isa = (int)dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core_amx) == dnnl_cpu_isa_avx512_core_amx;
}

const char *odd_isa_name(void)
{
    return odd_dnnl_isa_name();
}

bool odd_isa_has_bf16(void)
{
    int isa = (int)dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
}

odd_status odd_precision_choose(odd_precision wish, odd_precision *precision)
{
    *precision = wish;
    if (wish == ODD_PRECISION_AUTO)
        *precision = odd_cpu_has_amx() ? ODD_PRECISION_BF16 : ODD_PRECISION_F32;
    if (*precision == ODD_PRECISION_BF16 && !odd_isa_has_bf16())
        return odd_fail(ODD_ARG, "bfloat16 needs a CPU with AVX-512; this one has %s",
                        odd_isa_name());
    return ODD_OK;
}

const char *odd_net_text(void)
{
    static char text[128];
    const dnnl_version_t *v = dnnl_version();
    snprintf(text, sizeof text, "oneDNN %d.%d.%d, %s, %d threads", v->major, v->minor, v->patch,
             odd_isa_name(), omp_get_max_threads());
    return text;
}

/* What the CPU can do, as oneDNN sees it. */
#include "nn/exec/dnnl_isa_internal.h"

#include <dnnl.h>
#include <omp.h>
#include <stdio.h>

bool odd_cpu_has_amx(void)
{
    return dnnl_get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_amx;
}

const char *odd_isa_name(void)
{
    switch ((int)dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_avx512_core_amx:
        return "avx512_core_amx";
    case dnnl_cpu_isa_avx512_core_bf16:
        return "avx512_core_bf16";
    case dnnl_cpu_isa_avx512_core_vnni:
        return "avx512_core_vnni";
    case dnnl_cpu_isa_avx512_core:
        return "avx512_core";
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

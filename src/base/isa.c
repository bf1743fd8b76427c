/* What the CPU has, and how much of it may be used. */
#include "oddlot/base/isa.h"

#include "oddlot/base/blas_library.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char variable[] = "ODDLOT_ISA";

static const struct {
    const char *name, *text;
    const char *onednn; /* what it calls it */
} known[] = {
    [ODD_ISA_SSE41] = {"sse41", "SSE4.1", "SSE41"},
    [ODD_ISA_AVX] = {"avx", "AVX", "AVX"},
    [ODD_ISA_AVX2] = {"avx2", "AVX2", "AVX2"},
    [ODD_ISA_AVX512] = {"avx512", "AVX-512", "AVX512_CORE"},
};

odd_isa odd_isa_of_cpu(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx")) return ODD_ISA_SSE41;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi2"))
        return ODD_ISA_AVX;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                   __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl")
               ? ODD_ISA_AVX512
               : ODD_ISA_AVX2;
#else
    return ODD_ISA_SSE41;
#endif
}

/* The set that ODDLOT_ISA allows; *valid: the variable has a known name, or is not set. */
static odd_isa isa_of_environment(bool *valid)
{
    const char *wish = getenv(variable);
    *valid = !wish || !*wish;
    for (int i = ODD_ISA_SSE41; i <= ODD_ISA_AVX512 && !*valid; i++)
        if (strcmp(wish, known[i].name) == 0) {
            *valid = true;
            return (odd_isa)i;
        }
    return ODD_ISA_AVX512;
}

odd_isa odd_isa_now;

/* Before main(), and so before there are threads. */
__attribute__((constructor)) static void choose(void)
{
    bool valid;
    const odd_isa cpu = odd_isa_of_cpu(), most = isa_of_environment(&valid);
    odd_isa_now = cpu < most ? cpu : most;
}

bool odd_isa_is_limited(void)
{
    const char *wish = getenv(variable);
    return wish && *wish;
}

const char *odd_isa_text(odd_isa isa)
{
    return known[isa].text;
}

/* By its path, or it would be called "exe" where processes are listed. Comes back where it cannot.
 */
static void begin_anew(char *const argv[])
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = '\0';
    execv(path, argv);
}

void odd_isa_start(char *const argv[])
{
    const char *blas = odd_blas_library_isa_variable();
    const char *wanted = odd_blas_library_isa(odd_isa_now), *now = blas ? getenv(blas) : NULL;
    const bool limited = odd_isa_is_limited();
    if (limited) setenv("ONEDNN_MAX_CPU_ISA", known[odd_isa_now].onednn, 1);
    if (!blas || (now && strcmp(now, wanted) == 0)) return;
    if (!limited && (now || !odd_blas_library_is_behind(odd_isa_now))) return;
    if (setenv(blas, wanted, 1) == 0) begin_anew(argv);
}

odd_status odd_isa_check(void)
{
    bool valid;
    isa_of_environment(&valid);
    if (valid) return ODD_OK;
    return odd_fail(ODD_USAGE,
                    "%s='%.40s' in the environment: it may be avx512, avx2, avx or sse41", variable,
                    getenv(variable));
}

/* BLAS library: one row for each that has switches of its own. */
#include "oddlot/base/blas_library.h"

#include <dlfcn.h>
#include <limits.h>
#include <omp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT = 256 };

typedef struct {
    const char *mark; /* a function that only this library has */
    void (*text)(char text[static TEXT]);
    void (*set_threads)(void *function, int threads);
    const char *threads;      /* the function that is handed over; NULL: there is none */
    const char *isa_variable; /* NULL: none */
    const char *isa[ODD_ISA_AVX512 + 1];
} blas_library;

static void *find(const char *function)
{
    return dlsym(RTLD_DEFAULT, function);
}

/* Of a function without arguments; "" where there is none. */
static const char *call_text(const char *function)
{
    const char *(*f)(void);
    *(void **)&f = find(function);
    return f ? f() : "";
}

/* Its configuration says "OpenBLAS 0.3.21 NO_LAPACKE ...". */
static void openblas_text(char text[static TEXT])
{
    static const char *const threads[] = {"serial", "pthreads", "OpenMP"};
    char name[16] = "OpenBLAS", version[16] = "";
    int (*parallel)(void);
    *(void **)&parallel = find("openblas_get_parallel");
    const int kind = parallel ? parallel() : -1;
    sscanf(call_text("openblas_get_config"), "%15s %15s", name, version);
    snprintf(text, TEXT, "%s %s %.15s%s%s", name, version, call_text("openblas_get_corename"),
             kind >= 0 && kind < 3 ? ", " : "", kind >= 0 && kind < 3 ? threads[kind] : "");
}

/* "Intel(R) Math Kernel Library Version 2020.0.4 Product Build ... for Intel(R) 64 ..." */
static void mkl_text(char text[static TEXT])
{
    void (*version)(char *, int);
    char all[TEXT] = "", number[32] = "";
    *(void **)&version = find("MKL_Get_Version_String");
    if (version) version(all, TEXT - 1);
    const char *at = strstr(all, "Version ");
    if (at) sscanf(at, "Version %31[0-9.]", number);
    snprintf(text, TEXT, "MKL %s", number);
}

static void blis_text(char text[static TEXT])
{
    int (*core)(void);
    const char *(*name)(int);
    *(void **)&core = find("bli_arch_query_id");
    *(void **)&name = find("bli_arch_string");
    snprintf(text, TEXT, "BLIS %.31s %.31s", call_text("bli_info_get_version_str"),
             core && name ? name(core()) : "");
}

static void atlas_text(char text[static TEXT])
{
    snprintf(text, TEXT, "ATLAS");
}

static void call_int(void *function, int threads)
{
    void (*set)(int);
    *(void **)&set = function;
    set(threads);
}

/* dim_t of BLIS */
static void call_wide(void *function, int threads)
{
    void (*set)(int64_t);
    *(void **)&set = function;
    set(threads);
}

static const blas_library libraries[] = {
    {"openblas_get_config",
     openblas_text,
     call_int,
     "openblas_set_num_threads",
     "OPENBLAS_CORETYPE",
     {"Nehalem", "Sandybridge", "Haswell", "SkylakeX"}},
    {"MKL_Get_Version_String",
     mkl_text,
     call_int,
     "MKL_Set_Num_Threads",
     "MKL_ENABLE_INSTRUCTIONS",
     {"SSE4_2", "AVX", "AVX2", "AVX512"}},
    {"bli_info_get_version_str", blis_text, call_wide, "bli_thread_set_num_threads", NULL, {NULL}},
    {"ATL_dgemm", atlas_text, NULL, NULL, NULL, {NULL}},
};

static bool share_a_file(const void *function, const void *other)
{
    Dl_info one, two;
    return function && other && dladdr(function, &one) != 0 && dladdr(other, &two) != 0 &&
           one.dli_fbase == two.dli_fbase;
}

/* Looked for at each call: the tests bring one in later. Of several that are loaded, as ScaLAPACK
 * may bring another one than ours, the one with the products that are called. NULL: none of them.
 */
static const blas_library *library_now(void)
{
    const blas_library *found = NULL;
    const void *product = find("dgemm_");
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        const void *mark = find(libraries[i].mark);
        if (share_a_file(mark, product)) return &libraries[i];
        if (mark && !found) found = &libraries[i];
    }
    return found;
}

static int allowed = 1; /* threads that it may use */

int odd_blas_library_enter(void)
{
    if (allowed > 1 || omp_in_parallel()) return 0;
    const int before = omp_get_max_threads();
    if (before > 1) omp_set_num_threads(1);
    return before;
}

void odd_blas_library_leave(int openmp_threads)
{
    if (openmp_threads > 1) omp_set_num_threads(openmp_threads);
}

void odd_blas_library_threads(int threads)
{
    allowed = threads;
    const blas_library *now = library_now();
    void *function = now && now->threads ? find(now->threads) : NULL;
    if (function) now->set_threads(function, threads);
}

/* Links are followed: they are Debian's alternatives. */
static void unnamed_text(char text[static TEXT])
{
    char path[PATH_MAX];
    void *product = find("dgemm_");
    Dl_info home;
    const bool known = product && dladdr(product, &home) != 0 && home.dli_fname;
    snprintf(text, TEXT, "unnamed, %.230s",
             known && realpath(home.dli_fname, path) ? path : "of an unknown file");
}

const char *odd_blas_library_text(void)
{
    static char text[TEXT];
    const blas_library *now = library_now();
    if (now)
        now->text(text);
    else
        unnamed_text(text);
    return text;
}

const char *odd_blas_library_isa_variable(void)
{
    const blas_library *now = library_now();
    return now ? now->isa_variable : NULL;
}

const char *odd_blas_library_isa(odd_isa isa)
{
    const blas_library *now = library_now();
    return now && now->isa[isa] ? now->isa[isa] : "";
}

bool odd_blas_library_is_behind(odd_isa isa)
{
    /* What OpenBLAS takes a CPU for that is newer than itself, and those without AVX2. */
    static const char *const old[] = {"Prescott",   "Generic", "Core2",      "Penryn",
                                      "Dunnington", "Nehalem", "Sandybridge"};
    const blas_library *now = library_now();
    if (isa < ODD_ISA_AVX2 || !now || now->text != openblas_text) return false;
    const char *core = call_text("openblas_get_corename");
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (strcasecmp(core, old[i]) == 0) return true;
    return false;
}

/**
 * BLAS library: which one this process runs, and its own switches. The one place that knows them by
 * name: all else calls BLAS by the standard's names.
 *
 * Which BLAS it is is decided when the program is loaded (Debian's alternatives, modules of a
 * cluster, LD_LIBRARY_PATH), so its functions are looked up then: OpenBLAS, Intel MKL, BLIS and
 * AOCL, ATLAS. Of any other OMP_NUM_THREADS says how many threads it uses. @local
 */
#ifndef ODDLOT_BASE_BLAS_LIBRARY_H
#define ODDLOT_BASE_BLAS_LIBRARY_H

#include "oddlot/base/isa.h"

/** Let it use so many threads. OpenBLAS on OpenMP changes omp_get_max_threads() by that. */
void odd_blas_library_threads(int threads);

/** Around each call of BLAS: OpenBLAS on OpenMP, and others that have no switch, take all threads
 *  of OpenMP whatever they were told, and other numbers of threads give other bits. So where they
 *  may use one, OpenMP has one meanwhile. Free in parallel regions, where they take one anyway. The
 *  second call gets what the first one returned. */
int odd_blas_library_enter(void);
void odd_blas_library_leave(int openmp_threads);

/** Name, version and core type, e.g. "OpenBLAS 0.3.21 SkylakeX, pthreads"; of one that does not say
 *  who it is the file, "unnamed, /usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0". Static. */
const char *odd_blas_library_text(void);

/** The environment variable that limits its instruction sets, which it reads while it is loaded;
 *  NULL: it has none. */
const char *odd_blas_library_isa_variable(void);
/** What the variable says for this limit; static. */
const char *odd_blas_library_isa(odd_isa isa);

/** True if the library has chosen kernels for a CPU without AVX2 where there is so much, as an
 * OpenBLAS does that is older than the CPU: Debian 12's takes an Emerald Rapids for a Prescott,
 * whose products take four times as long. @local */
bool odd_blas_library_is_behind(odd_isa isa);

#endif

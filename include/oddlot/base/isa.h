/**
 * ISA: which instruction sets the program may use, its libraries included.
 *
 * All that the CPU has, unless the environment has ODDLOT_ISA=avx512, avx2, avx or sse41: then no
 * more than that, for our own loops (base/simd.h), oneDNN and BLAS (OpenBLAS, MKL). So a
 * colleague's run on an older CPU can be made again, and looked into. @local
 */
#ifndef ODDLOT_BASE_ISA_H
#define ODDLOT_BASE_ISA_H

#include "oddlot/base/status.h"

#include <stdbool.h>

/* Each has all of those before it. */
typedef enum {
    ODD_ISA_SSE41,
    ODD_ISA_AVX,
    ODD_ISA_AVX2,  /* with FMA: x86-64-v3 */
    ODD_ISA_AVX512 /* F, BW, CD, DQ, VL: x86-64-v4 */
} odd_isa;

/** The most that the CPU has. */
odd_isa odd_isa_of_cpu(void);

/** The set in force: of the CPU, or less by ODDLOT_ISA. Set before main(). */
extern odd_isa odd_isa_now;

/** True if the environment has ODDLOT_ISA. */
bool odd_isa_is_limited(void);

/** "AVX-512", "AVX2"; static. */
const char *odd_isa_text(odd_isa isa);

/** See that the libraries keep to it, too, and that BLAS uses what there is, if it does not know
 * the CPU. BLAS looks at its environment once, when it is loaded: so the program is begun anew
 * where that must change. What the user has set there is left alone, but for ODDLOT_ISA. To be
 * called first of all in main(). */
void odd_isa_start(char *const argv[]);

/** ODD_USAGE where ODDLOT_ISA is none of the names above. */
odd_status odd_isa_check(void);

#endif

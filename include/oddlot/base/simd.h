/**
 * SIMD: one source, several instruction sets, chosen when the program starts.
 *
 * A function marked ODD_SIMD is compiled for the portable baseline, for AVX2 with FMA and for
 * AVX-512; the loader picks one, so a binary built on one node runs on its neighbours.
 */
#ifndef ODDLOT_BASE_SIMD_H
#define ODDLOT_BASE_SIMD_H

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) &&                        \
    !defined(__SANITIZE_ADDRESS__) && !defined(__AVX512F__)
#define ODD_SIMD __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define ODD_SIMD
#endif

#endif

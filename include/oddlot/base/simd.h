/**
 * SIMD: one source, several instruction sets, chosen when the program starts (base/isa.h).
 *
 *     ODD_SIMD(static, void, add_row, (int d, const float x[], double sum[]), (d, x, sum))
 *     {
 *         ...
 *     }
 *
 * defines a function that is compiled for the portable baseline, for AVX2 with FMA and for AVX-512,
 * and calls the one in force, so that a binary built on one node runs on its neighbours. The first
 * argument is the storage class, empty for a function of other files.
 */
#ifndef ODDLOT_BASE_SIMD_H
#define ODDLOT_BASE_SIMD_H

#include "oddlot/base/isa.h"

#if defined(__x86_64__) && !defined(__AVX512F__)
#define ODD_SIMD(scope, type, name, parameters, arguments)                                         \
    static inline __attribute__((always_inline)) type name##_any parameters;                       \
    __attribute__((target("arch=x86-64-v3"))) static type name##_avx2 parameters                   \
    {                                                                                              \
        return name##_any arguments;                                                               \
    }                                                                                              \
    __attribute__((target("arch=x86-64-v4"))) static type name##_avx512 parameters                 \
    {                                                                                              \
        return name##_any arguments;                                                               \
    }                                                                                              \
    __attribute__((noinline)) static type name##_base parameters                                   \
    {                                                                                              \
        return name##_any arguments;                                                               \
    }                                                                                              \
    scope type name parameters                                                                     \
    {                                                                                              \
        return odd_isa_now >= ODD_ISA_AVX512 ? name##_avx512 arguments                             \
               : odd_isa_now >= ODD_ISA_AVX2 ? name##_avx2 arguments                               \
                                             : name##_base arguments;                              \
    }                                                                                              \
    static inline __attribute__((always_inline)) type name##_any parameters
#else
#define ODD_SIMD(scope, type, name, parameters, arguments) scope type name parameters
#endif

#endif

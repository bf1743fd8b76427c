/**
 * The smaller and the larger of two numbers: the one place for it.
 */
#ifndef ODDLOT_BASE_MINMAX_H
#define ODDLOT_BASE_MINMAX_H

#include <stdint.h>

static inline int64_t odd_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int odd_min_int(int a, int b)
{
    return a < b ? a : b;
}

static inline int odd_max_int(int a, int b)
{
    return a > b ? a : b;
}

#endif

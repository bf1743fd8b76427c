/**
 * The smaller and the larger of two numbers, and their order: the one place for it.
 */
#ifndef ODDLOT_BASE_MINMAX_H
#define ODDLOT_BASE_MINMAX_H

#include <stdint.h>

static inline int64_t odd_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t odd_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static inline int odd_min_int(int a, int b)
{
    return a < b ? a : b;
}

static inline int odd_max_int(int a, int b)
{
    return a > b ? a : b;
}

/** The order of two int64_t, for qsort() and bsearch(). */
static inline int odd_compare_i64(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

#endif

/* Columns: those of a part of an image in which all rows are looked across. A straight edge that
 * lies along a row is in that row alone: of some of the rows only, it would be seen or not by
 * chance. */
#include "image/measure_internal.h"

#define BLOCK 32 /* columns that follow each other, for vectors */

/* Left end of block i of `count`, around the middle of the i-th of as many equal parts of n. */
static int block_from(int i, int count, int n)
{
    const int64_t middle_2 = (2 * (int64_t)i + 1) * n - (int64_t)BLOCK * count; /* 2 count times */
    return middle_2 < 0 ? 0 : (int)(middle_2 / (2 * (int64_t)count));
}

bool odd_columns_at(int i, int step, int left, int right, int *from, int *to)
{
    const int n = right - left;
    const int count = step == 1 || n < BLOCK * step ? 1 : n / (BLOCK * step);
    if (n <= 0 || i >= count) return false;
    *from = step == 1 ? left : left + block_from(i, count, n);
    *to = step == 1 ? right : right - block_from(count - 1 - i, count, n);
    return true;
}

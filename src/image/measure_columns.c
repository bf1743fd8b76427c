/* Columns: those of a row at which it is looked across, where not all pixels are. A straight edge
 * that lies along a row is in that row alone: of some rows only, it would be seen or not by chance.
 * So all rows are looked at, each in a part of its columns, and all columns in some rows. */
#include "image/measure_internal.h"

void odd_columns_of_row(int y, int step, int left, int right, odd_columns part[static 2])
{
    const int half = (right - left) / 2;
    const int n = (half + step - 1) / step;
    const int from = y % step * n;
    const int begin = from < half ? from : half;
    const int end = from + n < half ? from + n : half;
    part[0] = (odd_columns){left + begin, end - begin};
    part[1] = (odd_columns){right - end, end - begin};
    if (step > 1) return;
    part[0].n = right - left;
    part[1].n = 0;
}

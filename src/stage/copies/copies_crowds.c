/* Copies: crowds. Among drawings of one kind (stars with 38, 39, 40 points) many are nearly copies
 * of each other, and differences grow without a gap. There a copy is only what is set apart: what
 * is next is clearly farther. */
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>

enum { CROWD = 3 /* pictures that are too far to be copies, but by less than ODD_COPIES_ALIKE */ };
/* Of the largest difference: the same even in a crowd, and at most there. */
#define SURE 0.1
#define MOST 0.3
/* Times as far is the next after the nearest, where that is a copy, seen from both; and after
 * several copies: of such gaps there are more by chance. */
#define APART     1.1
#define SET_APART 2

typedef struct {
    int64_t row;
    double value;
} alike;

static int by_row(const void *a, const void *b)
{
    const alike *x = a, *y = b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Each pair from both its ends, by row and difference. */
static void list_ends(const odd_pairs *pairs, alike end[])
{
    for (int64_t i = 0; i < pairs->count; i++) {
        const odd_pair *p = &pairs->pair[i];
        end[2 * i] = (alike){p->first, p->value};
        end[2 * i + 1] = (alike){p->second, p->value};
    }
    if (pairs->count > 0) qsort(end, (size_t)(2 * pairs->count), sizeof *end, by_row);
}

/* How many are too far. */
static int64_t count_far(const alike end[], int64_t count, double most)
{
    int64_t far = 0;
    for (int64_t i = 0; i < count; i++)
        far += end[i].value > most;
    return far;
}

/* Up to where those that are next to one row are copies of it. */
static double limit_in_crowd(const alike end[], int64_t count, double most)
{
    double limit = SURE * most;
    for (int64_t i = 0; i < count && end[i].value <= MOST * most; i++) {
        const double next = i + 1 < count ? end[i + 1].value : INFINITY;
        if (next > (i == 0 ? APART : SET_APART) * end[i].value) limit = fmax(limit, end[i].value);
    }
    return limit;
}

odd_status odd_copies_find_crowds(const odd_pairs *pairs, double most, odd_copy_crowds *out)
{
    const int64_t ends = 2 * pairs->count;
    alike *end = NULL;
    odd_status st;
    *out = (odd_copy_crowds){.most = most};
    ODD_TRY(ODD_NEW(end, ends));
    ODD_TRY(ODD_NEW(out->row, ends));
    ODD_TRY(ODD_NEW(out->limit, ends));
    list_ends(pairs, end);
    for (int64_t first = 0, next; first < ends; first = next) {
        for (next = first; next < ends && end[next].row == end[first].row;)
            next++;
        if (count_far(end + first, next - first, most) < CROWD) continue;
        out->row[out->count] = end[first].row;
        out->limit[out->count++] = limit_in_crowd(end + first, next - first, most);
    }
done:
    if (st != ODD_OK) odd_copy_crowds_free(out);
    odd_free(end);
    return st;
}

void odd_copy_crowds_free(odd_copy_crowds *crowds)
{
    odd_free(crowds->row);
    odd_free(crowds->limit);
    *crowds = (odd_copy_crowds){0};
}

static double limit_of(const odd_copy_crowds *crowds, int64_t row)
{
    int64_t low = 0, high = crowds->count;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (crowds->row[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < crowds->count && crowds->row[low] == row ? crowds->limit[low] : crowds->most;
}

void odd_copies_thin(const odd_copy_crowds *crowds, odd_pairs *pairs)
{
    int64_t left = 0;
    for (int64_t i = 0; i < pairs->count; i++) {
        const odd_pair *p = &pairs->pair[i];
        const double limit = fmin(limit_of(crowds, p->first), limit_of(crowds, p->second));
        if (p->value <= limit) pairs->pair[left++] = *p;
    }
    pairs->count = left;
}

/* Nearest: see nearest_internal.h. */
#include "linalg/nearest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Entries of a list beyond those that are wanted: as many again, within these limits. */
enum { LEAST_MORE = 32, MOST_MORE = 512 };

static int list_room(int keep)
{
    return keep + odd_min_int(odd_max_int(keep, LEAST_MORE), MOST_MORE);
}

odd_status odd_nearest_new(int64_t lists, int keep, odd_nearest *out)
{
    odd_status st;
    *out = (odd_nearest){.keep = keep, .room = list_room(keep)};
    ODD_TRY(ODD_NEW(out->entry, lists * out->room));
    ODD_TRY(ODD_NEW(out->count, lists));
    ODD_TRY(ODD_NEW(out->limit, lists));
done:
    return st;
}

void odd_nearest_free(odd_nearest *n)
{
    odd_free(n->entry);
    odd_free(n->count);
    odd_free(n->limit);
    *n = (odd_nearest){0};
}

void odd_nearest_begin(odd_nearest *n, int64_t list, double limit)
{
    n->count[list] = 0;
    n->limit[list] = limit;
}

/* By key, then by number: no two are equal. */
static int compare_nearest(const void *a, const void *b)
{
    const odd_neighbour *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static void swap_entries(odd_neighbour *a, odd_neighbour *b)
{
    const odd_neighbour keep = *a;
    *a = *b;
    *b = keep;
}

/* The nearest `keep` of the entries come first, in any order (Hoare's selection). */
static void select_nearest(odd_neighbour e[], int count, int keep)
{
    int low = 0, high = count - 1;
    while (low < high) {
        const odd_neighbour pivot = e[low + (high - low) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (compare_nearest(&e[i], &pivot) < 0)
                i++;
            while (compare_nearest(&e[j], &pivot) > 0)
                j--;
            if (i <= j) swap_entries(&e[i++], &e[j--]);
        }
        if (keep - 1 <= j)
            high = j;
        else if (keep - 1 >= i)
            low = i;
        else
            break;
    }
}

void odd_nearest_cut(odd_nearest *n, int64_t list)
{
    odd_neighbour *e = n->entry + list * n->room;
    double farthest = -INFINITY;
    select_nearest(e, n->count[list], n->keep);
    for (int i = 0; i < n->keep; i++)
        farthest = fmax(farthest, e[i].key);
    n->count[list] = n->keep;
    n->limit[list] = farthest;
}

void odd_nearest_end(odd_nearest *n, int64_t list, odd_neighbour near[])
{
    odd_neighbour *e = n->entry + list * n->room;
    if (n->count[list] > n->keep) odd_nearest_cut(n, list);
    const int count = n->count[list];
    qsort(e, (size_t)count, sizeof *e, compare_nearest);
    memcpy(near, e, (size_t)count * sizeof *e);
    for (int i = count; i < n->keep; i++)
        near[i] = (odd_neighbour){INFINITY, -1};
}

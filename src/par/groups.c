/* Groups of rows that pairs join: the forest of R. E. Tarjan, "Efficiency of a good but not linear
 * set union algorithm", J. ACM 22 (1975), with the smallest row of a group as its root. */
#include "oddlot/par/pairs.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <stdlib.h>

/* The rows of the pairs, rising, each once; returns their count. */
static int64_t collect_members(const odd_pairs *pairs, int64_t row[])
{
    int64_t left = 0;
    for (int64_t i = 0; i < pairs->count; i++) {
        row[2 * i] = pairs->pair[i].first;
        row[2 * i + 1] = pairs->pair[i].second;
    }
    if (pairs->count > 0) qsort(row, (size_t)(2 * pairs->count), sizeof *row, odd_compare_i64);
    for (int64_t i = 0; i < 2 * pairs->count; i++)
        if (left == 0 || row[left - 1] != row[i]) row[left++] = row[i];
    return left;
}

static int64_t place_of(int64_t members, const int64_t row[], int64_t wanted)
{
    const int64_t *at = bsearch(&wanted, row, (size_t)members, sizeof *row, odd_compare_i64);
    return at - row;
}

/* Ways become shorter as they are gone. */
static int64_t root_of(int64_t parent[], int64_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static void join_pairs(const odd_pairs *pairs, int64_t members, const int64_t row[],
                       int64_t parent[])
{
    for (int64_t i = 0; i < members; i++)
        parent[i] = i;
    for (int64_t i = 0; i < pairs->count; i++) {
        const int64_t a = root_of(parent, place_of(members, row, pairs->pair[i].first));
        const int64_t b = root_of(parent, place_of(members, row, pairs->pair[i].second));
        if (a < b)
            parent[b] = a;
        else
            parent[a] = b;
    }
}

/* Groups are numbered as their roots come: number (members) is the group of each. */
static void sort_members(int64_t members, const int64_t row[], int64_t parent[], int64_t number[],
                         odd_groups *out)
{
    for (int64_t i = 0; i < members; i++) {
        const int64_t root = root_of(parent, i);
        number[i] = root == i ? out->groups++ : number[root];
        out->first[number[i] + 1]++;
    }
    for (int64_t g = 0; g < out->groups; g++)
        out->first[g + 1] += out->first[g];
    for (int64_t i = 0; i < members; i++)
        out->row[out->first[number[i]]++] = row[i];
    for (int64_t g = out->groups; g > 0; g--)
        out->first[g] = out->first[g - 1];
    out->first[0] = 0;
}

odd_status odd_groups_of_pairs(const odd_pairs *pairs, odd_groups *out)
{
    int64_t *row = NULL, *parent = NULL, *number = NULL;
    odd_status st;
    *out = (odd_groups){0};
    ODD_TRY(ODD_NEW(row, 2 * pairs->count));
    out->members = collect_members(pairs, row);
    ODD_TRY(ODD_NEW(parent, out->members));
    ODD_TRY(ODD_NEW(number, out->members));
    ODD_TRY(ODD_NEW(out->first, out->members + 2));
    ODD_TRY(ODD_NEW(out->row, out->members));
    ODD_TRY(ODD_NEW(out->group, pairs->count));
    join_pairs(pairs, out->members, row, parent);
    sort_members(out->members, row, parent, number, out);
    for (int64_t i = 0; i < pairs->count; i++)
        out->group[i] = number[place_of(out->members, row, pairs->pair[i].first)];
done:
    odd_free(row);
    odd_free(parent);
    odd_free(number);
    if (st != ODD_OK) odd_groups_free(out);
    return st;
}

void odd_groups_free(odd_groups *groups)
{
    odd_free(groups->first);
    odd_free(groups->row);
    odd_free(groups->group);
    *groups = (odd_groups){0};
}

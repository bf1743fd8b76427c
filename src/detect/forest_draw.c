/* The draws of one tree, counted from its first. */
#include "detect/forest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#define FREE_SLOT (-1)
#define SPREAD    0x9E3779B97F4A7C15u /* 2^64 over the golden ratio: near numbers fall far apart */

odd_status odd_forest_draws_new(uint64_t seed, uint32_t stream, int64_t most, odd_forest_draws *d)
{
    *d = (odd_forest_draws){.seed = seed, .stream = stream, .slots = 4};
    while (d->slots < 2 * most)
        d->slots *= 2;
    return ODD_NEW(d->set, d->slots);
}

void odd_forest_draws_free(odd_forest_draws *d)
{
    odd_free(d->set);
    d->set = NULL;
}

void odd_forest_draws_begin(odd_forest_draws *d, int64_t tree)
{
    d->tree = (uint64_t)tree;
    d->next = 0;
}

double odd_forest_draw_uniform(odd_forest_draws *d)
{
    return odd_uniform(d->seed, d->stream, d->tree, d->next++);
}

double odd_forest_draw_normal(odd_forest_draws *d)
{
    return odd_normal(d->seed, d->stream, d->tree, d->next++);
}

/* Slots that so many numbers want: at most half of them are taken. */
static int64_t slots_for(int64_t k)
{
    int64_t slots = 4;
    while (slots < 2 * k)
        slots *= 2;
    return slots;
}

/* Put a number into the set; false: it is there already. */
static bool add_to_set(int64_t set[], int64_t slots, int64_t number)
{
    int64_t at = (int64_t)(((uint64_t)number * SPREAD) >> 32) & (slots - 1);
    while (set[at] != FREE_SLOT) {
        if (set[at] == number) return false;
        at = (at + 1) & (slots - 1);
    }
    set[at] = number;
    return true;
}

void odd_forest_draw_subset(odd_forest_draws *d, int64_t n, int64_t k, int64_t chosen[])
{
    const int64_t slots = slots_for(k);
    for (int64_t i = 0; i < slots; i++)
        d->set[i] = FREE_SLOT;
    for (int64_t i = 0; i < k; i++) {
        const int64_t last = n - k + i;
        const int64_t drawn =
            (int64_t)odd_below((uint64_t)last + 1, d->seed, d->stream, d->tree, d->next++);
        chosen[i] = add_to_set(d->set, slots, drawn) ? drawn : last;
        if (chosen[i] == last && drawn != last) add_to_set(d->set, slots, last);
    }
}

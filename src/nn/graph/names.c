/* Names: an open-addressing hash table from names to numbers. */
#include "nn/graph/names_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/memory.h"

#include <stddef.h>
#include <string.h>

#define FIRST_SLOTS 64

void odd_names_free(odd_names *names)
{
    odd_free(names->slot);
    *names = (odd_names){NULL, 0, 0};
}

/* The slot that holds the name, or the free one where it would go. */
static odd_name *slot_of(const odd_names *names, uint64_t hash, const char *name)
{
    /* A power of two, and never full: the search ends at a free slot. */
    int64_t mask = names->slots - 1;
    int64_t at = (int64_t)hash & mask;
    while (names->slot[at].name &&
           (names->slot[at].hash != hash || strcmp(names->slot[at].name, name) != 0))
        at = (at + 1) & mask;
    return &names->slot[at];
}

static uint64_t hash_of(const char *name)
{
    return odd_hash_add_text(ODD_HASH_START, name).low;
}

int odd_names_find(const odd_names *names, const char *name)
{
    if (names->slots == 0) return -1;
    const odd_name *found = slot_of(names, hash_of(name), name);
    return found->name ? found->number : -1;
}

static odd_status grow(odd_names *names)
{
    odd_names wider = {NULL, names->slots > 0 ? 2 * names->slots : FIRST_SLOTS, names->used};
    wider.slot = odd_alloc(wider.slots, sizeof *wider.slot);
    if (!wider.slot) return ODD_NOMEM;
    for (int64_t i = 0; i < names->slots; i++)
        if (names->slot[i].name)
            *slot_of(&wider, names->slot[i].hash, names->slot[i].name) = names->slot[i];
    odd_free(names->slot);
    *names = wider;
    return ODD_OK;
}

odd_status odd_names_add(odd_names *names, const char *name, int number)
{
    /* At most half full, so that searches stay short. */
    if (2 * (names->used + 1) > names->slots) {
        odd_status st = grow(names);
        if (st != ODD_OK) return st;
    }
    uint64_t hash = hash_of(name);
    *slot_of(names, hash, name) = (odd_name){hash, name, number};
    names->used++;
    return ODD_OK;
}

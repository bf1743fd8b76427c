/**
 * Kept passes: what passes over the rows have found, in memory, of which as many are known as a
 * test wants: as after a kill at that place.
 */
#ifndef ODDLOT_TEST_KEPT_PASSES_H
#define ODDLOT_TEST_KEPT_PASSES_H

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/passes.h"

#include <string.h>

enum { MOST_PASSES = 4096 };

typedef struct {
    odd_passes passes;
    void *found[MOST_PASSES];
    int64_t bytes[MOST_PASSES];
    int count, known, next; /* kept so far; of them known; the next one's number */
    int made;               /* since kept_passes_begin(): not known */
} kept_passes;

static inline bool recall_kept(odd_passes *passes, void *found, int64_t bytes)
{
    kept_passes *k = (kept_passes *)passes;
    if (k->next >= k->known || k->bytes[k->next] != bytes) {
        memset(found, 0xff, (size_t)bytes);
        return false;
    }
    memcpy(found, k->found[k->next++], (size_t)bytes);
    return true;
}

static inline void keep_found(odd_passes *passes, const void *found, int64_t bytes)
{
    kept_passes *k = (kept_passes *)passes;
    k->made++;
    if (k->next++ < k->count || k->count == MOST_PASSES) return;
    void *copy = odd_alloc(bytes, 1);
    ODD_CHECK(copy);
    k->found[k->count] = memcpy(copy, found, (size_t)bytes);
    k->bytes[k->count++] = bytes;
}

/* Work that begins anew and knows the first `known` passes. */
static inline odd_passes *kept_passes_begin(kept_passes *k, int known)
{
    k->passes = (odd_passes){recall_kept, keep_found};
    k->known = known;
    k->next = k->made = 0;
    return &k->passes;
}

static inline void kept_passes_free(kept_passes *k)
{
    while (k->count > 0)
        odd_free(k->found[--k->count]);
}

#endif

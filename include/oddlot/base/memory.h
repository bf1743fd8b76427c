/**
 * Memory: aligned, zeroed arrays whose size is checked before they are allocated.
 */
#ifndef ODDLOT_BASE_MEMORY_H
#define ODDLOT_BASE_MEMORY_H

#include "oddlot/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * An array of `count` elements, zeroed, aligned to 64 bytes (a cache line, an AVX-512 register).
 * A count of 0 gives a valid pointer. Large arrays (from 32 MiB) are cleared as they are touched,
 * page by page, by the thread that touches them. NULL, with the reason recorded, when count is
 * negative, the size overflows or memory is short. Owned by caller: odd_free().
 */
void *odd_alloc(int64_t count, size_t element);

/** The same of bytes that are read and written over and over: from 2 MiB on in huge pages where the
 *  system has them, which costs time once. */
void *odd_alloc_lasting(int64_t bytes);

/** Call `check` before each allocation of odd_alloc() and of a growing text, on any thread; where
 *  it returns false the allocation fails as if memory were short. NULL, as at the start: no check.
 *  For faults on purpose, see oddlot/par/fault.h. */
void odd_memory_set_check(bool (*check)(void));

/** Free; NULL is fine. */
void odd_free(void *p);

/** What is in these bytes of an array of odd_alloc() is needed no more: whole pages of it go back
 * to the system before the array is freed. */
void odd_memory_forget(void *p, size_t bytes);

/** Give back to the system what was freed and is kept for the next. */
void odd_memory_trim(void);

/** `ODD_TRY(ODD_NEW(x, n));` : allocate n elements of what x points to, as a status. */
#define ODD_NEW(pointer, count)                                                                    \
    (((pointer) = odd_alloc((count), sizeof *(pointer))) ? ODD_OK : ODD_NOMEM)

/** Memory that this machine can still give, bytes (MemAvailable; cgroup limit if lower). */
int64_t odd_memory_available(void);

#endif

/**
 * Hash: 128-bit digests (XXH3) of settings, listings and arrays. Not for secrets.
 */
#ifndef ODDLOT_BASE_HASH_H
#define ODDLOT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t low, high;
} odd_hash;

#define ODD_HASH_START ((odd_hash){0, 0})
#define ODD_HASH_TEXT  33 /* 32 hexadecimal digits and the final 0 */

/** The digest of what came before followed by these bytes. */
odd_hash odd_hash_add(odd_hash before, const void *bytes, size_t size);
odd_hash odd_hash_add_text(odd_hash before, const char *s);
/** < 0, 0 or > 0, as for qsort(). */
int odd_hash_compare(odd_hash a, odd_hash b);
const char *odd_hash_text(odd_hash h, char buffer[static ODD_HASH_TEXT]);

#endif

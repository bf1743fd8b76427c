/* Hash: 128-bit digests by XXH3, chained so that each piece keeps its borders. */
#include "oddlot/base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

/* The piece is digested alone, then together with what came before and its size: "ab" + "c" and
 * "a" + "bc" differ, and no state needs to be kept between calls. */
odd_hash odd_hash_add(odd_hash before, const void *bytes, size_t size)
{
    XXH128_hash_t piece = XXH3_128bits(size > 0 ? bytes : "", size);
    uint64_t link[] = {before.low, before.high, piece.low64, piece.high64, size};
    XXH128_hash_t h = XXH3_128bits(link, sizeof link);
    return (odd_hash){h.low64, h.high64};
}

odd_hash odd_hash_add_text(odd_hash before, const char *s)
{
    return odd_hash_add(before, s, strlen(s));
}

int odd_hash_compare(odd_hash a, odd_hash b)
{
    if (a.high != b.high) return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

const char *odd_hash_text(odd_hash h, char buffer[static ODD_HASH_TEXT])
{
    snprintf(buffer, ODD_HASH_TEXT, "%016" PRIx64 "%016" PRIx64, h.high, h.low);
    return buffer;
}

/* Tests of digests: pieces keep their borders and their order, texts are 32 digits. */
#include "oddlot_test.h"

#include "oddlot/base/hash.h"

#include <stdbool.h>
#include <string.h>
#include <xxhash.h>

const char *odd_test_name = "base/hash";

static bool equal(odd_hash a, odd_hash b)
{
    return a.low == b.low && a.high == b.high;
}

static odd_hash of(const char *first, const char *second)
{
    return odd_hash_add_text(odd_hash_add_text(ODD_HASH_START, first), second);
}

static void pieces_keep_borders_and_order(void)
{
    CU_ASSERT_TRUE(equal(of("ab", "c"), of("ab", "c")));
    CU_ASSERT_FALSE(equal(of("ab", "c"), of("a", "bc")));
    CU_ASSERT_FALSE(equal(of("a", "b"), of("b", "a")));
    CU_ASSERT_FALSE(equal(of("", ""), of("", "a")));
    CU_ASSERT_FALSE(equal(odd_hash_add(ODD_HASH_START, NULL, 0), ODD_HASH_START));
}

/* As the file says: the digest of (before, XXH3 of the piece, its size), each little endian. */
static void link_is_xxh3(void)
{
    XXH128_hash_t piece = XXH3_128bits("oddlot", 6);
    uint64_t chain[5] = {7, 8, piece.low64, piece.high64, 6};
    XXH128_hash_t h = XXH3_128bits(chain, sizeof chain);
    odd_hash got = odd_hash_add((odd_hash){7, 8}, "oddlot", 6);
    CU_ASSERT(got.low == h.low64 && got.high == h.high64);
}

static void text_is_32_digits(void)
{
    char b[ODD_HASH_TEXT];
    CU_ASSERT_STRING_EQUAL(odd_hash_text((odd_hash){0xABC, 1}, b),
                           "00000000000000010000000000000abc");
}

static void each_bit_matters(void)
{
    unsigned char bytes[1000] = {0};
    odd_hash plain = odd_hash_add(ODD_HASH_START, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i += 13) {
        bytes[i] ^= 1;
        CU_ASSERT_FALSE(equal(plain, odd_hash_add(ODD_HASH_START, bytes, sizeof bytes)));
        bytes[i] ^= 1;
    }
}

CU_TestInfo odd_tests[] = {
    {"pieces keep borders and order", pieces_keep_borders_and_order},
    {"a link is XXH3", link_is_xxh3},
    {"a text is 32 digits", text_is_32_digits},
    {"each bit matters", each_bit_matters},
    CU_TEST_INFO_NULL,
};

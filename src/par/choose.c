/* Choose: the k smallest keys of all ranks, by counting the digits of their bits. */
#include "oddlot/par/choose.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, KEY_BITS = 64 };

/* Are the digits before that at `shift` those that are known? */
static bool begins_as(uint64_t key, uint64_t known, int shift)
{
    const int above = shift + DIGIT_BITS;
    return above == KEY_BITS || key >> above == known >> above;
}

/* How often each digit comes at `shift` behind the digits that are known. @collective */
static void count_digits(MPI_Comm comm, int64_t n, const uint64_t key[], uint64_t known, int shift,
                         int64_t count[DIGITS])
{
    memset(count, 0, DIGITS * sizeof *count);
    for (int64_t i = 0; i < n; i++)
        if (begins_as(key[i], known, shift)) count[(key[i] >> shift) & (DIGITS - 1)]++;
    odd_sum_i64(comm, count, DIGITS);
}

/* The key before which `before` others are, and how many of the keys that equal it are not.
 * @collective */
static uint64_t find_key(MPI_Comm comm, int64_t n, const uint64_t key[], int64_t *before)
{
    int64_t count[DIGITS];
    uint64_t known = 0;
    for (int shift = KEY_BITS - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
        uint64_t digit = 0;
        count_digits(comm, n, key, known, shift, count);
        while (digit < DIGITS - 1 && *before >= count[digit])
            *before -= count[digit++];
        known |= digit << shift;
    }
    return known;
}

/* @local */
static odd_status draw_keys(int64_t first, int64_t n, uint64_t seed, uint32_t stream,
                            uint64_t **key)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*key, n));
    for (int64_t i = 0; i < n; i++)
        (*key)[i] = odd_choice_key(seed, stream, first + i);
done:
    return st;
}

/* Those below the last key, and of those that equal it the first `equals` of all ranks.
 * @collective */
static int64_t take_smallest(MPI_Comm comm, int64_t n, const uint64_t key[], uint64_t last,
                             int64_t equals, int64_t chosen[])
{
    int64_t count = 0, met = 0;
    for (int64_t i = 0; i < n; i++)
        met += key[i] == last;
    met = odd_sum_before(comm, met);
    for (int64_t i = 0; i < n; i++)
        if (key[i] < last || (key[i] == last && met++ < equals)) chosen[count++] = i;
    return count;
}

odd_status odd_choose_mine(MPI_Comm comm, int64_t mine, int64_t k, uint64_t seed, uint32_t stream,
                           int64_t chosen[], int64_t *count)
{
    const int64_t first = odd_sum_before(comm, mine);
    int64_t all = mine, before = k - 1;
    uint64_t *key = NULL;
    odd_status st = ODD_OK;
    *count = 0;
    odd_sum_i64(comm, &all, 1);
    if (k < 0 || k > all)
        return odd_fail(ODD_ARG, "cannot choose %lld of %lld items", (long long)k, (long long)all);
    if (k == 0) return ODD_OK;
    ODD_TRY_ALL(comm, draw_keys(first, mine, seed, stream, &key));
    const uint64_t last = find_key(comm, mine, key, &before);
    *count = take_smallest(comm, mine, key, last, before + 1, chosen);
done:
    odd_free(key);
    return st;
}

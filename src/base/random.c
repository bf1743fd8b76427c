/* Random: Philox4x32-10, the distributions drawn from it, and subsets chosen by it. */
#include "oddlot/base/random.h"

#include "base/philox_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"

#include <math.h>
#include <stdlib.h>

#define ROUNDS     10
#define MULTIPLY_0 0xD2511F53u
#define MULTIPLY_1 0xCD9E8D57u
#define WEYL_0     0x9E3779B9u /* golden ratio */
#define WEYL_1     0xBB67AE85u /* sqrt(3) - 1 */

void odd_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t p0 = (uint64_t)MULTIPLY_0 * c0, p1 = (uint64_t)MULTIPLY_1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void odd_philox(uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw, uint32_t out[4])
{
    const uint32_t counter[4] = {(uint32_t)row, (uint32_t)(row >> 32), draw, stream};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    odd_philox_block(counter, key, out);
}

/* LANES counters side by side, of which draw is the third word; out: word by word. */
enum { LANES = 32 };
ODD_SIMD(static, void, philox_lanes,
         (const uint32_t counter[4], const uint32_t key[2], uint32_t out[4][LANES]),
         (counter, key, out))
{
    uint32_t k0 = key[0], k1 = key[1];
    for (uint32_t i = 0; i < LANES; i++) {
        out[0][i] = counter[0];
        out[1][i] = counter[1];
        out[2][i] = counter[2] + i;
        out[3][i] = counter[3];
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < LANES; i++) {
            const uint64_t p0 = (uint64_t)MULTIPLY_0 * out[0][i],
                           p1 = (uint64_t)MULTIPLY_1 * out[2][i];
            out[0][i] = (uint32_t)(p1 >> 32) ^ out[1][i] ^ k0;
            out[2][i] = (uint32_t)(p0 >> 32) ^ out[3][i] ^ k1;
            out[1][i] = (uint32_t)p1;
            out[3][i] = (uint32_t)p0;
        }
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
}

void odd_philox_run(uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw, int64_t count,
                    uint32_t out[])
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t word[4][LANES];
    for (int64_t first = 0; first < count; first += LANES) {
        const uint32_t counter[4] = {(uint32_t)row, (uint32_t)(row >> 32), draw + (uint32_t)first,
                                     stream};
        const int64_t some = odd_min(LANES, count - first);
        philox_lanes(counter, key, word);
        for (int64_t i = 0; i < some; i++)
            for (int j = 0; j < 4; j++)
                out[4 * (first + i) + j] = word[j][i];
    }
}

static uint64_t join_words(uint32_t low, uint32_t high)
{
    return (uint64_t)high << 32 | low;
}

/* The upper 53 bits as a double in [0, 1): each value is exact. */
static double unit_real(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

double odd_uniform(uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw)
{
    uint32_t r[4];
    odd_philox(seed, stream, row, draw, r);
    return unit_real(join_words(r[0], r[1]));
}

double odd_normal(uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw)
{
    uint32_t r[4];
    odd_philox(seed, stream, row, draw, r);
    double radius = sqrt(-2 * log(1 - unit_real(join_words(r[0], r[1])))); /* 1 - u is never 0 */
    return radius * cos(2 * 3.14159265358979323846 * unit_real(join_words(r[2], r[3])));
}

/* The high half of bits x n (Lemire, "Fast random integer generation in an interval", 2019,
 * without its rejection step). */
uint64_t odd_below(uint64_t n, uint64_t seed, uint32_t stream, uint64_t row, uint32_t draw)
{
    uint32_t r[4];
    odd_philox(seed, stream, row, draw, r);
    return (uint64_t)(((unsigned __int128)join_words(r[0], r[1]) * n) >> 64);
}

typedef struct {
    uint64_t key;
    int64_t item;
} candidate;

static int comes_after(candidate a, candidate b)
{
    return a.key != b.key ? a.key > b.key : a.item > b.item;
}

/* Let heap[i] sink until no child comes after it; the last of the k candidates is at heap[0]. */
static void sink_candidate(candidate heap[], int64_t k, int64_t i)
{
    candidate moving = heap[i];
    for (int64_t child; (child = 2 * i + 1) < k; i = child) {
        if (child + 1 < k && comes_after(heap[child + 1], heap[child])) child++;
        if (!comes_after(heap[child], moving)) break;
        heap[i] = heap[child];
    }
    heap[i] = moving;
}

uint64_t odd_choice_key(uint64_t seed, uint32_t stream, int64_t item)
{
    uint32_t r[4];
    odd_philox(seed, stream, (uint64_t)item, 0, r);
    return join_words(r[0], r[1]);
}

static candidate draw_candidate(uint64_t seed, uint32_t stream, int64_t item)
{
    return (candidate){odd_choice_key(seed, stream, item), item};
}

odd_status odd_choose(int64_t n, int64_t k, uint64_t seed, uint32_t stream, int64_t chosen[])
{
    if (k < 0 || k > n)
        return odd_fail(ODD_ARG, "cannot choose %lld of %lld items", (long long)k, (long long)n);
    if (k == 0) return ODD_OK;
    candidate *heap = odd_alloc(k, sizeof *heap);
    if (!heap) return ODD_NOMEM;
    for (int64_t i = 0; i < k; i++)
        heap[i] = draw_candidate(seed, stream, i);
    for (int64_t i = k / 2 - 1; i >= 0; i--)
        sink_candidate(heap, k, i);
    for (int64_t i = k; i < n; i++) {
        candidate c = draw_candidate(seed, stream, i);
        if (comes_after(c, heap[0])) continue;
        heap[0] = c;
        sink_candidate(heap, k, 0);
    }
    for (int64_t i = 0; i < k; i++)
        chosen[i] = heap[i].item;
    odd_free(heap);
    qsort(chosen, (size_t)k, sizeof *chosen, odd_compare_i64);
    return ODD_OK;
}

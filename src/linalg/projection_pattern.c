/* Projection pattern: the non-zero entries of a very sparse random projection, drawn by skipping.
 *
 * From one non-zero entry of an output to the next it is a geometric number of features, so drawing
 * costs as many draws as there are such entries, not d. Each output has draws of its own. */
#include "linalg/projection_pattern_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <math.h>

/* The walk along the features of one output. */
typedef struct {
    uint64_t seed;
    double log_zero; /* logarithm of the chance of a zero; -inf where there is none */
    uint32_t draw;
    int64_t feature; /* where it stands; -1 before the start */
    int minus;       /* 1 if the entry there is -1 */
} walk;

/* Go to the next non-zero entry of `output`; false past feature d - 1. */
static int next_entry(walk *w, int output, int d)
{
    uint32_t bits[4];
    odd_philox(w->seed, ODD_STREAM_PROJECTION, (uint64_t)output, w->draw++, bits);
    const uint64_t wide = (uint64_t)bits[1] << 32 | bits[0];
    const double chance = ((double)(wide >> 11) + 0.5) * 0x1p-53; /* in (0, 1) */
    const double zeros = log(chance) / w->log_zero;
    if (zeros >= d) return 0; /* also keeps the conversion in range */
    w->feature += 1 + (int64_t)zeros;
    w->minus = (int)(bits[2] & 1);
    return w->feature < d;
}

static walk start_of(uint64_t seed, double density)
{
    return (walk){.seed = seed, .log_zero = log1p(-density), .feature = -1};
}

/* The list, of 2 tiles k, that the entry belongs to. */
static int64_t list_of(const odd_pattern *p, const walk *w, int output)
{
    return 2 * (w->feature / ODD_PATTERN_TILE * p->k + output) + w->minus;
}

/* begin[i + 1] := entries of list i, then begin := where each list begins. */
static void count_entries(odd_pattern *p, uint64_t seed, double density)
{
    for (int o = 0; o < p->k; o++)
        for (walk w = start_of(seed, density); next_entry(&w, o, p->d);)
            p->begin[list_of(p, &w, o) + 1]++;
    for (int64_t i = 0; i < 2 * (int64_t)p->tiles * p->k; i++)
        p->begin[i + 1] += p->begin[i];
}

/* Each list is filled from its begin on, which is moved along, and back afterwards. */
static void fill_entries(odd_pattern *p, uint64_t seed, double density)
{
    for (int o = 0; o < p->k; o++)
        for (walk w = start_of(seed, density); next_entry(&w, o, p->d);)
            p->entry[p->begin[list_of(p, &w, o)]++] = (uint16_t)(w.feature % ODD_PATTERN_TILE);
    for (int64_t i = 2 * (int64_t)p->tiles * p->k; i > 0; i--)
        p->begin[i] = p->begin[i - 1];
    p->begin[0] = 0;
}

odd_status odd_pattern_draw(uint64_t seed, int d, int k, double density, odd_pattern *out)
{
    odd_status st = ODD_OK;
    *out = (odd_pattern){.d = d, .k = k, .tiles = (d - 1) / ODD_PATTERN_TILE + 1};
    const int64_t lists = 2 * (int64_t)out->tiles * k;
    ODD_TRY(ODD_NEW(out->begin, lists + 1));
    count_entries(out, seed, density);
    ODD_TRY(ODD_NEW(out->entry, out->begin[lists]));
    fill_entries(out, seed, density);
done:
    if (st != ODD_OK) odd_pattern_free(out);
    return st;
}

void odd_pattern_free(odd_pattern *p)
{
    odd_free(p->entry);
    odd_free(p->begin);
    *p = (odd_pattern){0};
}

int64_t odd_pattern_bytes(int d, int k, double density)
{
    const int64_t tiles = (d - 1) / ODD_PATTERN_TILE + 1;
    return 16 * tiles * k + (int64_t)(2 * density * d * k);
}

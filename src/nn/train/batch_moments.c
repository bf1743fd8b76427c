/* Mean and variance of each channel of a shard, as batch norms see them, in a loop of our own:
 * oneDNN adds a hundred thousand values up in float32, whose rounding moves all values of a channel
 * alike, and with them hundreds of others over the kinks of activations. Sums here are doubles. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <string.h>

#define WIDEST 16 /* block of channels */

typedef struct {
    int64_t images, channels, places;
    int64_t block; /* channels that lie beside each other; 1: maps lie one after the other */
} moments_loop;

/* x (n, lanes) to sums (lanes) of values and of their squares. */
static inline __attribute__((always_inline)) void add_lanes(int lanes, int64_t n, const float *x,
                                                            double *sum, double *square)
{
    double a[WIDEST] = {0}, b[WIDEST] = {0};
    for (int64_t i = 0; i < n; i++)
        for (int l = 0; l < lanes; l++) {
            const double value = (double)x[i * lanes + l];
            a[l] += value;
            b[l] += value * value;
        }
    for (int l = 0; l < lanes; l++) {
        sum[l] += a[l];
        square[l] += b[l];
    }
}

ODD_SIMD(static, void, add_blocks,
         (int64_t block, int64_t n, const float *x, double *sum, double *square),
         (block, n, x, sum, square))
{
    if (block == 16)
        add_lanes(16, n, x, sum, square);
    else
        add_lanes(8, n, x, sum, square);
}

/* One map: its values are taken as rows of lanes, whose sums are added up. */
static void add_map(int64_t n, const float *x, double *sum, double *square)
{
    double a[WIDEST] = {0}, b[WIDEST] = {0};
    const int64_t rows = n / WIDEST;
    add_blocks(WIDEST, rows, x, a, b);
    for (int64_t i = rows * WIDEST; i < n; i++) {
        *sum += (double)x[i];
        *square += (double)x[i] * (double)x[i];
    }
    for (int l = 0; l < WIDEST; l++) {
        *sum += a[l];
        *square += b[l];
    }
}

static void write_moments(const moments_loop *s, int64_t first, const double sum[],
                          const double square[], float *const data[])
{
    const double count = (double)(s->images * s->places);
    for (int64_t l = 0; l < s->block && first + l < s->channels; l++) {
        const double mean = sum[l] / count, variance = square[l] / count - mean * mean;
        data[1][first + l] = (float)mean;
        data[2][first + l] = (float)(variance > 0 ? variance : 0);
    }
}

/* data: x, mean, variance. */
static void run_moments(const void *settings, float *const data[])
{
    const moments_loop *s = settings;
    const int64_t blocks = (s->channels + s->block - 1) / s->block, piece = s->block * s->places;
    for (int64_t b = 0; b < blocks; b++) {
        double sum[WIDEST] = {0}, square[WIDEST] = {0};
        for (int64_t n = 0; n < s->images; n++) {
            const float *x = data[0] + (n * blocks + b) * piece;
            if (s->block > 1)
                add_blocks(s->block, s->places, x, sum, square);
            else
                add_map(s->places, x, sum, square);
        }
        write_moments(s, b * s->block, sum, square, data);
    }
}

/* The block of channels in which maps lie; 1: row-major; 0: in some other way. */
static odd_status block_of(const odd_desc *desc, int64_t *block)
{
    static const dnnl_format_tag_t tag[] = {dnnl_nChw16c, dnnl_nChw8c};
    static const int64_t size[] = {16, 8};
    odd_desc blocked;
    odd_status st = ODD_OK;
    *block = odd_desc_is_plain(desc);
    for (int i = 0; *block == 0 && desc->ndims == 4 && i < 2; i++) {
        ODD_TRY(odd_desc_tagged(&blocked, 4, desc->dims, dnnl_f32, tag[i]));
        if (odd_desc_equal(&blocked, desc)) *block = size[i];
    }
done:
    return st;
}

odd_status odd_train_moments(odd_maker *m, int value, int mean, int variance)
{
    odd_desc desc = *odd_plan_desc(&m->p, value), plain;
    moments_loop *loop;
    int64_t block, places = 1;
    odd_status st;
    ODD_TRY(block_of(&desc, &block));
    if (block == 0) {
        ODD_TRY(odd_desc_plain(&plain, desc.ndims, desc.dims, dnnl_f32));
        ODD_TRY(odd_plan_reorder(&m->p, value, &plain, &value));
        block = 1;
    }
    for (int i = 2; i < desc.ndims; i++)
        places *= desc.dims[i];
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (moments_loop){
        .images = desc.dims[0], .channels = desc.dims[1], .places = places, .block = block};
    ODD_TRY(odd_plan_loop(&m->p, run_moments, loop, 3, (const int[]){value, mean, variance}));
done:
    return st;
}

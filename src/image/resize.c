/* Resize: separable and antialiased, in fixed point, horizontal pass first, as Pillow does it.
 *
 * One loop does both passes: an output row is a weighted sum of input rows. For the horizontal pass
 * a strip of rows is transposed, so that columns are rows, and transposed back: the sums then run
 * over contiguous bytes and vectorise for any number of channels.
 *
 * The arithmetic is that of Pillow's Resample.c: weights of 22 bits, sums in 32, each pass rounded
 * and clipped to 8 bits. So the results are equal, not only close. */
#include "oddlot/image/resize.h"

#include "image/filter_internal.h"
#include "image/pixels_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <string.h>

#define LANES 64 /* bytes of an output row that are summed together */
#define TILE  16 /* bytes each way that are transposed at once */
#define STRIP 64 /* rows that are transposed together: a few columns of them fit a cache line */

static inline uint8_t clip_level(int32_t sum)
{
    sum >>= ODD_FILTER_BITS;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* out[i] = sum over t of weight[t] * in[t * stride + i]. The last block overlaps the one before it:
 * some sums are made twice, which is cheaper than a rest that is not vectorised. */
ODD_SIMD(static, void, mix_rows,
         (int n, int taps, const int32_t weight[], const uint8_t *in, size_t stride, uint8_t *out),
         (n, taps, weight, in, stride, out))
{
    for (int next = 0; next < n && n >= LANES; next += LANES) {
        int i = next < n - LANES ? next : n - LANES;
        int32_t sum[LANES];
        for (int l = 0; l < LANES; l++)
            sum[l] = 1 << (ODD_FILTER_BITS - 1);
        for (int t = 0; t < taps; t++)
            for (int l = 0; l < LANES; l++)
                sum[l] += weight[t] * in[(size_t)t * stride + (size_t)(i + l)];
        for (int l = 0; l < LANES; l++)
            out[i + l] = clip_level(sum[l]);
    }
    for (int i = 0; i < n && n < LANES; i++) {
        int32_t sum = 1 << (ODD_FILTER_BITS - 1);
        for (int t = 0; t < taps; t++)
            sum += weight[t] * in[(size_t)t * stride + (size_t)i];
        out[i] = clip_level(sum);
    }
}

/* out[2 i] and out[2 i + 1] are in[i] and in[i + 128]. */
static inline void interleave(const uint8_t in[256], uint8_t out[256])
{
    for (int i = 0; i < 128; i++) {
        out[2 * i] = in[i];
        out[2 * i + 1] = in[i + 128];
    }
}

/* 16 x 16 bytes: row and column are the halves of an index of 8 bits, which each step turns by one.
 */
static void transpose_tile(const uint8_t *in, size_t in_stride, uint8_t *out, size_t out_stride)
{
    uint8_t a[256], b[256];
    for (size_t y = 0; y < TILE; y++)
        memcpy(a + TILE * y, in + y * in_stride, TILE);
    interleave(a, b);
    interleave(b, a);
    interleave(a, b);
    interleave(b, a);
    for (size_t x = 0; x < TILE; x++)
        memcpy(out + x * out_stride, a + TILE * x, TILE);
}

/* out[x][y] = in[y][x], pixels of `channels` bytes; inlined, so that the pixel has a fixed size. */
static inline void transpose_pixels(int height, int width, size_t channels, const uint8_t *in,
                                    size_t in_stride, uint8_t *out, size_t out_stride)
{
    for (int x = 0; x < width; x++)
        for (int y = 0; y < height; y++)
            memcpy(out + (size_t)x * out_stride + (size_t)y * channels,
                   in + (size_t)y * in_stride + (size_t)x * channels, channels);
}

/* Of RGB: four bytes at a time, of which the last is written over by the next pixel. */
static void transpose_rgb(int height, int width, const uint8_t *in, size_t in_stride, uint8_t *out,
                          size_t out_stride)
{
    const int last = height - 1;
    for (int x = 0; x < width; x++)
        for (int y = 0; y < last; y++)
            memcpy(out + (size_t)x * out_stride + (size_t)y * 3,
                   in + (size_t)y * in_stride + (size_t)x * 3, 4);
    transpose_pixels(1, width, 3, in + (size_t)last * in_stride, in_stride, out + (size_t)last * 3,
                     out_stride);
}

/* Of bytes: in tiles, and what is left by itself. */
static void transpose_bytes(int height, int width, const uint8_t *in, size_t in_stride,
                            uint8_t *out, size_t out_stride)
{
    const int rows = height / TILE * TILE, columns = width / TILE * TILE;
    for (int y = 0; y < rows; y += TILE)
        for (int x = 0; x < columns; x += TILE)
            transpose_tile(in + (size_t)y * in_stride + (size_t)x, in_stride,
                           out + (size_t)x * out_stride + (size_t)y, out_stride);
    transpose_pixels(rows, width - columns, 1, in + columns, in_stride,
                     out + (size_t)columns * out_stride, out_stride);
    transpose_pixels(height - rows, width, 1, in + (size_t)rows * in_stride, in_stride, out + rows,
                     out_stride);
}

static void transpose(int height, int width, int channels, const uint8_t *in, size_t in_stride,
                      uint8_t *out, size_t out_stride)
{
    if (channels == 1)
        transpose_bytes(height, width, in, in_stride, out, out_stride);
    else if (channels == 3)
        transpose_rgb(height, width, in, in_stride, out, out_stride);
    else
        transpose_pixels(height, width, 4, in, in_stride, out, out_stride);
}

/* All output rows; `in` begins with input row `first`. */
static void mix_all(const odd_filter *f, int first, int n, const uint8_t *in, size_t stride,
                    uint8_t *out, size_t out_stride)
{
    for (int o = 0; o < f->size_out; o++)
        mix_rows(n, f->count[o], f->weight + (size_t)o * (size_t)f->taps,
                 in + (size_t)(f->first[o] - first) * stride, stride, out + (size_t)o * out_stride);
}

/* The rows of `in` become rows of `out` that are f->size_out pixels wide. */
static odd_status mix_columns(const odd_filter *f, const odd_pixel_view *in, uint8_t *out)
{
    odd_status st;
    uint8_t *columns = NULL, *mixed = NULL;
    size_t channels = (size_t)in->channels, out_stride = (size_t)f->size_out * channels;
    int most = in->height < STRIP ? in->height : STRIP;
    size_t strip = (size_t)most * channels;
    ODD_TRY(ODD_NEW(columns, (int64_t)in->width * (int64_t)strip));
    ODD_TRY(ODD_NEW(mixed, (int64_t)f->size_out * (int64_t)strip));
    for (int y = 0; y < in->height; y += most) {
        int rows = in->height - y < most ? in->height - y : most;
        transpose(rows, in->width, in->channels, in->pixels + (size_t)y * in->stride, in->stride,
                  columns, strip);
        mix_all(f, 0, rows * in->channels, columns, strip, mixed, strip);
        transpose(f->size_out, rows, in->channels, mixed, strip, out + (size_t)y * out_stride,
                  out_stride);
    }
done:
    odd_free(mixed);
    odd_free(columns);
    return st;
}

odd_status odd_resample(const odd_pixel_view *in, const odd_box *box, odd_kernel kernel,
                        int out_width, int out_height, uint8_t *out)
{
    odd_status st;
    uint8_t *narrowed = NULL;
    const odd_filter *across, *down;
    size_t row = (size_t)out_width * (size_t)in->channels;
    ODD_TRY(odd_filter_get(kernel, in->width, box->left, box->width, out_width, &across));
    ODD_TRY(odd_filter_get(kernel, in->height, box->top, box->height, out_height, &down));
    odd_pixel_view used = *in; /* the rows that the vertical pass will read */
    int first = down->first[0];
    used.height = down->first[out_height - 1] + down->count[out_height - 1] - first;
    used.pixels += (size_t)first * in->stride;
    if (across->identity) {
        mix_all(down, first, (int)row, used.pixels + (size_t)box->left * (size_t)in->channels,
                in->stride, out, row);
        return ODD_OK;
    }
    ODD_TRY(ODD_NEW(narrowed, (int64_t)used.height * (int64_t)row));
    ODD_TRY(mix_columns(across, &used, narrowed));
    mix_all(down, first, (int)row, narrowed, row, out, row);
done:
    odd_free(narrowed);
    return st;
}

/* The plain loop: one output pixel at a time, straight from the formula. */
static void mix_plain(const odd_filter *f, int lines, int channels, const uint8_t *in,
                      size_t in_line, size_t in_step, uint8_t *out, size_t out_line,
                      size_t out_step)
{
    for (int l = 0; l < lines; l++)
        for (int o = 0; o < f->size_out; o++)
            for (int c = 0; c < channels; c++) {
                const int32_t *weight = f->weight + (size_t)o * (size_t)f->taps;
                int32_t sum = 1 << (ODD_FILTER_BITS - 1);
                for (int t = 0; t < f->count[o]; t++)
                    sum +=
                        weight[t] *
                        in[(size_t)l * in_line + (size_t)(f->first[o] + t) * in_step + (size_t)c];
                out[(size_t)l * out_line + (size_t)o * out_step + (size_t)c] = clip_level(sum);
            }
}

static odd_status resample_plain(const odd_pixel_view *in, const odd_box *box, odd_kernel kernel,
                                 int out_width, int out_height, uint8_t *out)
{
    odd_status st;
    uint8_t *narrowed = NULL;
    const odd_filter *across, *down;
    size_t channels = (size_t)in->channels, row = (size_t)out_width * channels;
    ODD_TRY(odd_filter_get(kernel, in->width, box->left, box->width, out_width, &across));
    ODD_TRY(odd_filter_get(kernel, in->height, box->top, box->height, out_height, &down));
    ODD_TRY(ODD_NEW(narrowed, (int64_t)in->height * (int64_t)row));
    mix_plain(across, in->height, in->channels, in->pixels, in->stride, channels, narrowed, row,
              channels);
    mix_plain(down, out_width, in->channels, narrowed, channels, row, out, channels, row);
done:
    odd_free(narrowed);
    return st;
}

/* Either way of resizing a box of whole pixels. */
typedef odd_status resampler(const odd_pixel_view *in, const odd_box *box, odd_kernel kernel,
                             int out_width, int out_height, uint8_t *out);

static odd_status resize_by(resampler *resample, const odd_image *in, const odd_box *box,
                            odd_kernel kernel, int out_width, int out_height, odd_image *out)
{
    odd_status st;
    odd_pixel_view whole = odd_view_whole(in);
    *out = (odd_image)ODD_IMAGE_EMPTY;
    if (box->left < 0 || box->top < 0 || box->width < 1 || box->height < 1 ||
        box->left + box->width > in->width || box->top + box->height > in->height)
        return odd_fail(ODD_ARG, "box %g %g %g %g is not inside the %d x %d image", box->left,
                        box->top, box->width, box->height, in->width, in->height);
    if (in->channels != 1 && in->channels != 3 && in->channels != 4)
        return odd_fail(ODD_ARG, "no image of %d channels is resized", in->channels);
    ODD_TRY(odd_image_new(out_width, out_height, in->channels, out));
    ODD_TRY(resample(&whole, box, kernel, out_width, out_height, out->pixels));
done:
    if (st != ODD_OK) odd_image_free(out);
    return st;
}

odd_status odd_resize(const odd_image *in, int left, int top, int width, int height,
                      odd_kernel kernel, int out_width, int out_height, odd_image *out)
{
    odd_box box = {left, top, width, height};
    return resize_by(odd_resample, in, &box, kernel, out_width, out_height, out);
}

odd_status odd_resize_plain(const odd_image *in, int left, int top, int width, int height,
                            odd_kernel kernel, int out_width, int out_height, odd_image *out)
{
    odd_box box = {left, top, width, height};
    return resize_by(resample_plain, in, &box, kernel, out_width, out_height, out);
}

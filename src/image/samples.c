/* Samples of any form to the 8 bits a channel that we keep. */
#include "image/samples_internal.h"

#include <string.h>

#define EXCESS 1e-5 /* what rounding may have left beyond 0 ... 1 */

int odd_sample_channels(const odd_sample_form *form)
{
    return form->colours + (form->alpha >= 0 ? 1 : 0);
}

/* The sample of a pixel that channel c comes from. */
static int sample_of(const odd_sample_form *form, int c)
{
    return c < form->colours ? c : form->alpha;
}

static void store_bytes(const odd_sample_form *form, int width, const uint8_t *in, uint8_t *out)
{
    const int channels = odd_sample_channels(form);
    if (form->count == channels && (form->alpha < 0 || form->alpha == form->colours)) {
        memcpy(out, in, (size_t)width * (size_t)channels);
        return;
    }
    for (int x = 0; x < width; x++)
        for (int c = 0; c < channels; c++)
            out[x * channels + c] = in[x * form->count + sample_of(form, c)];
}

static void store_words(const odd_sample_form *form, int width, const uint16_t *in, uint8_t *out)
{
    const int channels = odd_sample_channels(form);
    for (int x = 0; x < width; x++)
        for (int c = 0; c < channels; c++)
            out[x * channels + c] = (uint8_t)(in[x * form->count + sample_of(form, c)] >> 8);
}

/* The first x whose sample has no grey level, or the width. */
static int store_reals(const odd_sample_form *form, int width, const float *in, uint8_t *out,
                       double *wrong)
{
    const int channels = odd_sample_channels(form);
    for (int x = 0; x < width; x++)
        for (int c = 0; c < channels; c++) {
            double value = in[x * form->count + sample_of(form, c)];
            *wrong = value;
            if (!(value >= -EXCESS && value <= 1 + EXCESS)) return x;
            if (form->white_is_zero && c == 0) value = 1 - value;
            value = value < 0 ? 0 : value > 1 ? 1 : value;
            out[x * channels + c] = (uint8_t)(value * 255 + 0.5);
        }
    return width;
}

bool odd_samples_store(const odd_source *source, const odd_sample_form *form, const void *row,
                       int y, odd_image *out, odd_read_result *result)
{
    uint8_t *to = out->pixels + (size_t)y * (size_t)out->width * (size_t)out->channels;
    double wrong = 0;
    int x = out->width;
    if (form->type == ODD_SAMPLE_U8)
        store_bytes(form, out->width, row, to);
    else if (form->type == ODD_SAMPLE_U16)
        store_words(form, out->width, row, to);
    else
        x = store_reals(form, out->width, row, to, &wrong);
    return x == out->width ||
           ODD_REJECT(result, ODD_IMAGE_BAD_VALUE,
                      "%s has the value %.9g at (%d, %d), where floating point has to be from 0 "
                      "(black) to 1 (white)",
                      source->format, wrong, y, x);
}

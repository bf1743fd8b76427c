/* Dataset levels: which value of a dataset is white, and from its values to grey levels.
 *
 * A file does not say if 1, 255 or 4095 is white, so a sample of its images does. Integers are
 * never beyond white, so the brightest image decides. Floats may be, by ringing or by a fault, so
 * most images decide, and those that are beyond keep their rows with a reason. */
#include "run/dataset_images_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>

enum {
    SAMPLE = 64, /* images of a file */
    MOST_IMAGES = 256,
    MOST_BYTES = 64 << 20
};

/* Bits of a pixel: 1, 8, 10, 12, 14, 15 (of a signed number), 16. */
static const double whites[ODD_WHITES] = {1, 255, 1023, 4095, 16383, 32767, 65535};
static const bool of_reals[ODD_WHITES] = {true, true, false, false, false, false, true};

/* What rounds to a grey level is one. */
static bool is_level(double level)
{
    return level > -0.5 && level < 255.5;
}

static bool is_within(double value, double white)
{
    return is_level(value / white * 255);
}

/* ---- which value is white ---- */

static double largest_of(const double value[], int64_t n)
{
    double largest = 0;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(value[i]) && value[i] > largest) largest = value[i];
    return largest;
}

static void add_largest(odd_brightness *seen, odd_values values, double largest)
{
    if (!(largest > 0)) return; /* nothing can be learnt from a black image */
    seen->of[values].images++;
    if (largest > seen->of[values].largest) seen->of[values].largest = largest;
    for (int w = 0; w < ODD_WHITES; w++)
        seen->of[values].within[w] += is_within(largest, whites[w]);
}

/* Nothing that may come would change the answer, or it would take too long to see it. */
static bool is_enough(const odd_brightness *seen, odd_values values)
{
    return values == ODD_VALUES_BOOL ||
           (values == ODD_VALUES_BYTE && seen->of[values].largest > 1) ||
           seen->images >= MOST_IMAGES || seen->bytes >= MOST_BYTES;
}

odd_status odd_brightness_look(const odd_dataset_images *images, odd_brightness *seen)
{
    const int64_t values = odd_dataset_image_values(images);
    const int64_t sample = images->n < SAMPLE ? images->n : SAMPLE;
    double *value;
    odd_status st = ODD_OK;
    if (is_enough(seen, images->values)) return ODD_OK;
    ODD_TRY(ODD_NEW(value, values));
    for (int64_t i = 0; i < sample && !is_enough(seen, images->values); i++) {
        const int64_t row = images->n / sample * i + images->n % sample * i / sample;
        seen->images++;
        seen->bytes += values * (int64_t)sizeof *value;
        if (odd_dataset_read(images->dataset, row, 1, ODD_F64, value) == ODD_OK)
            add_largest(seen, images->values, largest_of(value, values));
    }
    odd_free(value);
done:
    return st;
}

static double white_of_reals(const odd_brightness *seen)
{
    for (int w = 0; w < ODD_WHITES; w++)
        if (of_reals[w] &&
            2 * seen->of[ODD_VALUES_REAL].within[w] >= seen->of[ODD_VALUES_REAL].images)
            return whites[w];
    return 0;
}

double odd_brightness_white(const odd_brightness *seen, odd_values values)
{
    if (values == ODD_VALUES_BOOL) return 1;
    if (values == ODD_VALUES_REAL) return white_of_reals(seen);
    if (seen->of[values].images == 0) return 255;
    for (int w = 0; w < ODD_WHITES; w++)
        if (seen->of[values].largest <= whites[w]) return whites[w];
    return 0;
}

/* ---- grey levels ---- */

static void reject_value(const odd_dataset_images *s, double value, int64_t i, double black,
                         double white, odd_read_result *result)
{
    result->status = ODD_IMAGE_BAD_VALUE;
    snprintf(
        result->reason, sizeof result->reason,
        "value %.9g at (%lld, %lld) is not in %.9g ... %.9g (catalogue.black, catalogue.white)",
        value, (long long)(i / s->channels / s->width), (long long)(i / s->channels % s->width),
        black, white);
}

void odd_grey_levels(const odd_dataset_images *images, const double value[], double black,
                     double white, uint8_t pixels[], odd_read_result *result)
{
    const int64_t values = odd_dataset_image_values(images);
    for (int64_t i = 0; i < values; i++) {
        const double level = (value[i] - black) / (white - black) * 255;
        if (!is_level(level)) {
            reject_value(images, value[i], i, black, white, result);
            return;
        }
        pixels[i] = (uint8_t)(fmax(level, 0) + 0.5);
    }
}

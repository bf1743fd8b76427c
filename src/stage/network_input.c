/* Network input: levels to scaled planes, by preset or by given numbers. */
#include "network_input_internal.h"

#include "oddlot/base/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const odd_input_presets[] = {"torchvision", "inception", "tflite-mobilenet",
                                         "unit",        "levels",    NULL};
const char *const odd_input_orders[] = {"rgb", "bgr", NULL};

/* In the order of the presets, for red, green and blue. */
static const struct {
    double mean[3], deviation[3];
} presets[] = {
    {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}},
    {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
    {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
    {{0, 0, 0}, {1, 1, 1}},
    {{0, 0, 0}, {1. / 255, 1. / 255, 1. / 255}},
};

static int preset_number(const char *name)
{
    int i = 0;
    while (strcmp(odd_input_presets[i], name) != 0)
        i++;
    return i;
}

/* Number c of a list; the only one stands for all. */
static odd_status number_of(const odd_list *list, int c, int channels, const char *key, double *out)
{
    char *end;
    if (list->count == 0) return ODD_OK;
    if (list->count != 1 && list->count != channels)
        return odd_fail(ODD_USAGE, "features.onnx.%s has %lld numbers for %d channels", key,
                        (long long)list->count, channels);
    const char *word = list->item[list->count == 1 ? 0 : c];
    *out = strtod(word, &end);
    if (end == word || *end || !isfinite(*out))
        return odd_fail(ODD_USAGE, "features.onnx.%s: '%s' is not a number", key, word);
    return ODD_OK;
}

odd_status odd_input_make(const odd_input_options *options, int channels, odd_input *out)
{
    int preset = preset_number(options->preset), bgr = strcmp(options->order, "bgr") == 0;
    odd_status st = ODD_OK;
    for (int c = 0; c < channels; c++) {
        int colour = bgr && channels == 3 ? 2 - c : c;
        double mean = presets[preset].mean[colour % 3];
        double deviation = presets[preset].deviation[colour % 3];
        ODD_TRY(number_of(&options->mean, c, channels, "mean", &mean));
        ODD_TRY(number_of(&options->deviation, c, channels, "deviation", &deviation));
        if (deviation == 0) ODD_TRY(odd_fail(ODD_USAGE, "features.onnx.deviation cannot be 0"));
        out->from[c] = colour;
        out->factor[c] = (float)(1 / (255 * deviation));
        out->shift[c] = (float)(-mean / deviation);
    }
done:
    return st;
}

ODD_SIMD static void load_plane(int area, int step, const uint8_t *restrict levels, float factor,
                                float shift, float *restrict plane)
{
    for (int i = 0; i < area; i++)
        plane[i] = factor * (float)levels[(int64_t)i * step] + shift;
}

void odd_input_load(const odd_input *input, int area, int channels, const uint8_t levels[],
                    float planes[])
{
    for (int c = 0; c < channels; c++)
        load_plane(area, channels, levels + input->from[c], input->factor[c], input->shift[c],
                   planes + (int64_t)c * area);
}

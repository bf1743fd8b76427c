/**
 * Network input: from stored grey levels to what a network was trained on. Presets are those of the
 * places that pretrained networks come from.
 */
#ifndef ODDLOT_STAGE_NETWORK_INPUT_INTERNAL_H
#define ODDLOT_STAGE_NETWORK_INPUT_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"

#include <stdint.h>

typedef struct {
    char *preset, *order;
    odd_list mean, deviation; /* numbers, one or one for each channel; empty: the preset's */
} odd_input_options;

extern const char *const odd_input_presets[], *const odd_input_orders[];

/* Lines of an option table: value = (level / 255 - mean) / deviation. */
#define ODD_INPUT_OPTIONS(type, field)                                                             \
    {"preset",                                                                                     \
     ODD_OPTION_CHOICE,                                                                            \
     offsetof(type, field.preset),                                                                 \
     "torchvision",                                                                                \
     0,                                                                                            \
     0,                                                                                            \
     odd_input_presets,                                                                            \
     "how levels are scaled: torchvision (ImageNet mean and deviation), inception and "            \
     "tflite-mobilenet (-1 ... 1), unit (0 ... 1), levels (0 ... 255)"},                           \
        {"order", ODD_OPTION_CHOICE, offsetof(type, field.order), "rgb", 0,                        \
         0,       odd_input_orders,  "order of the channels"},                                     \
        {"mean",                                                                                   \
         ODD_OPTION_LIST,                                                                          \
         offsetof(type, field.mean),                                                               \
         "[]",                                                                                     \
         0,                                                                                        \
         0,                                                                                        \
         NULL,                                                                                     \
         "taken from levels / 255, for each channel; []: the preset's"},                           \
    {                                                                                              \
        "deviation", ODD_OPTION_LIST, offsetof(type, field.deviation), "[]", 0, 0, NULL,           \
            "then divided by, for each channel; []: the preset's"                                  \
    }

typedef struct {
    float factor[4], shift[4]; /* value = factor * level + shift, by channel of the network */
    int from[4];               /* channel of the stored image */
} odd_input;

/** ODD_USAGE for numbers that are none, or not one for each channel. */
odd_status odd_input_make(const odd_input_options *options, int channels, odd_input *out);

/** Planes (channels, area) from levels (area, channels). */
void odd_input_load(const odd_input *input, int area, int channels, const uint8_t levels[],
                    float planes[]);

#endif

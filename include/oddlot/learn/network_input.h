/**
 * Network input: from stored grey levels to what a network was trained on.
 *
 * What the job leaves at `model` is taken from the notes of the network (the metadata of its ONNX
 * file), and where it has none it is what torchvision's networks want. Notes that are read:
 *   oddlot.preset             torchvision, inception, ...: one of the presets
 *   oddlot.mean, .deviation   numbers, one or one for each channel, instead of the preset's
 *   oddlot.order              rgb or bgr
 *   oddlot.size               side of the images, pixels
 *   oddlot.kernel, .margin    how they were resized and cropped: image.kernel, image.margin
 *   Image.NominalPixelRange, Image.BitmapPixelFormat   as the ONNX project names range and order
 */
#ifndef ODDLOT_LEARN_NETWORK_INPUT_H
#define ODDLOT_LEARN_NETWORK_INPUT_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/base/text.h"
#include "oddlot/nn/graph.h"

/* What stored images are like. */
typedef struct {
    int width, height, channels;
    const char *kernel; /* how they were resized; NULL: not known */
    double margin;      /* and what was cut away */
} odd_image_form;

#include <stdint.h>

typedef struct {
    char *preset, *order;
    odd_list mean, deviation; /* numbers, one or one for each channel; empty: the preset's */
} odd_input_options;

/* The first of each is "model". */
extern const char *const odd_input_presets[], *const odd_input_orders[];

extern const odd_option odd_input_option_table[]; /* value = (level / 255 - mean) / deviation */

typedef struct {
    float factor[4], shift[4]; /* value = factor * level + shift, by channel of the network */
    int from[4];               /* channel of the stored image */
} odd_input;

/** What the job and the network's notes say together; `words`: which it is and who said it, for
 *  people. ODD_USAGE for numbers that are none, or not one for each channel; ODD_FORMAT where the
 *  notes have such, or a preset that is not known. */
odd_status odd_input_make(const odd_input_options *options, const odd_graph *graph, int channels,
                          odd_input *out, odd_text *words);

/** As a preset alone says, channels as they are stored. */
void odd_input_preset(const char *preset, int channels, odd_input *out);

/** Where the stored images are not made as those that the network was trained on, say so and what
 *  to set; nothing is added where they are, or where the notes do not say. */
void odd_input_compare(const odd_graph *graph, const odd_image_form *form, odd_text *words);

/** Planes (channels, area) from levels (area, channels). */
void odd_input_load(const odd_input *input, int area, int channels, const uint8_t levels[],
                    float planes[]);

/** Left becomes right in each line of planes: (lines, width), in place. */
void odd_planes_mirror(int64_t lines, int width, float planes[]);

#endif

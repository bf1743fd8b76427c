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

/** Scaling by the job and the network's notes together; `words` gets which it is and where that
 *  comes from, for people. ODD_USAGE for words of the job that are not numbers, or not one for each
 *  channel; ODD_FORMAT where the notes have such, or a preset that is not known. */
odd_status odd_input_make(const odd_input_options *options, const odd_graph *graph, int channels,
                          odd_input *out, odd_text *words);

/** Scaling by a preset alone, channels as they are stored. */
void odd_input_preset(const char *preset, int channels, odd_input *out);

/** Add to `words` each setting in which the stored images differ from those that the network was
 *  trained on; nothing where they agree, or where the notes have no such value. */
void odd_input_compare(const odd_graph *graph, const odd_image_form *form, odd_text *words);

/** Planes (channels, area) from levels (area, channels). */
void odd_input_load(const odd_input *input, int area, int channels, const uint8_t levels[],
                    float planes[]);

/** Left becomes right in each line of planes: (lines, width), in place. */
void odd_planes_mirror(int64_t lines, int width, float planes[]);

#endif

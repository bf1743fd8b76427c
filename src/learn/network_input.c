/* Network input: levels to scaled planes, by the job, the network's notes, or a preset. */
#include "oddlot/learn/network_input.h"

#include "oddlot/base/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const odd_input_presets[] = {"model", "torchvision", "inception", "tflite-mobilenet",
                                         "unit",  "levels",      NULL};
const char *const odd_input_orders[] = {"model", "rgb", "bgr", NULL};

const odd_option odd_input_option_table[] = {
    ODD_CHOICE(odd_input_options, preset, "model", odd_input_presets,
               "how levels are scaled: torchvision (ImageNet mean and deviation), inception and "
               "tflite-mobilenet (-1 ... 1), unit (0 ... 1), levels (0 ... 255); model: as the "
               "file says, else torchvision"),
    ODD_CHOICE(odd_input_options, order, "model", odd_input_orders,
               "order of the channels; model: as the file says, else rgb"),
    ODD_LIST(odd_input_options, mean, "[]",
             "taken from levels / 255, for each channel; []: the preset's"),
    ODD_LIST(odd_input_options, deviation, "[]",
             "then divided by, for each channel; []: the preset's"),
    ODD_OPTIONS_END,
};

enum { CHANNELS = 4, MODEL = 0, TORCHVISION = 1, RGB = 1 };

/* In the order of the presets, for red, green and blue. */
static const struct {
    double mean[3], deviation[3];
} presets[] = {
    [TORCHVISION] = {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}},
    {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
    {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
    {{0, 0, 0}, {1, 1, 1}},
    {{0, 0, 0}, {1. / 255, 1. / 255, 1. / 255}},
};

/* The index of a name; -1 where it is none of them. */
static int index_of(const char *name, const char *const names[])
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0) return i;
    return -1;
}

/* -- presets and orders -- */

/* The index of the name in force: the job's, else that of the network's note, else that of ONNX's
 * own metadata (`onnx`, 0: none), else the usual one. */
static odd_status choose_name(const char *job, const odd_graph *graph, const char *note, int onnx,
                              int usual, const char *const names[], int *out, odd_text *words)
{
    const char *value = odd_graph_noted(graph, note), *who = "as the job says";
    *out = index_of(job, names);
    if (*out == MODEL && value) {
        who = "as the model says";
        *out = index_of(value, names);
        if (*out <= MODEL)
            return odd_fail(ODD_FORMAT, "the model's note '%s' is '%.40s', which is not known",
                            note, value);
    } else if (*out == MODEL) {
        who = onnx > MODEL ? "as the model says" : "the usual; the model does not say";
        *out = onnx > MODEL ? onnx : usual;
    }
    odd_text_format(words, "%s (%s)", names[*out], who);
    return ODD_OK;
}

/* The preset by the ONNX project's metadata, docs/MetadataProps.md. */
static int onnx_range(const odd_graph *graph)
{
    static const char *const range[] = {"Normalized_1_1", "Normalized_0_1", "NominalRange_0_255",
                                        NULL};
    static const char *const preset[] = {"inception", "unit", "levels"};
    const char *value = odd_graph_noted(graph, "Image.NominalPixelRange");
    int which = value ? index_of(value, range) : -1;
    return which < 0 ? MODEL : index_of(preset[which], odd_input_presets);
}

static int onnx_order(const odd_graph *graph)
{
    const char *value = odd_graph_noted(graph, "Image.BitmapPixelFormat");
    if (!value || (strncmp(value, "Bgr", 3) != 0 && strncmp(value, "Rgb", 3) != 0)) return MODEL;
    return index_of(*value == 'B' ? "bgr" : "rgb", odd_input_orders);
}

/* -- numbers -- */

static odd_status parse_number(const char *word, const char **end, odd_status fault,
                               const char *who, const char *key, double *out)
{
    char *stop;
    *out = strtod(word, &stop);
    *end = stop;
    if (stop != word && isfinite(*out)) return ODD_OK;
    return odd_fail(fault, "%s%s: '%.40s' is not a number", who, key, word);
}

static odd_status check_count(int count, int channels, odd_status fault, const char *who,
                              const char *key)
{
    if (count == 1 || count == channels) return ODD_OK;
    return odd_fail(fault, "%s%s has %d numbers for %d channels", who, key, count, channels);
}

static odd_status job_numbers(const odd_list *list, const char *key, int channels, double out[])
{
    static const char who[] = "features.onnx.";
    odd_status st;
    ODD_TRY(check_count((int)list->count, channels, ODD_USAGE, who, key));
    for (int c = 0; c < channels; c++) {
        const char *word = list->item[list->count == 1 ? 0 : c], *end;
        ODD_TRY(parse_number(word, &end, ODD_USAGE, who, key, &out[c]));
        if (*end) ODD_TRY(odd_fail(ODD_USAGE, "%s%s: '%s' is not a number", who, key, word));
    }
done:
    return st;
}

/* "0.5, 0.5, 0.5", with commas or without. */
static odd_status note_numbers(const char *note, const char *key, int channels, double out[])
{
    static const char who[] = "the model's note oddlot.";
    odd_status st;
    int count = 0;
    for (const char *at = note + strspn(note, " ,"); *at; at += strspn(at, " ,")) {
        if (count == channels) ODD_TRY(check_count(count + 1, channels, ODD_FORMAT, who, key));
        ODD_TRY(parse_number(at, &at, ODD_FORMAT, who, key, &out[count++]));
    }
    ODD_TRY(check_count(count, channels, ODD_FORMAT, who, key));
    for (int c = 1; count == 1 && c < channels; c++)
        out[c] = out[0];
done:
    return st;
}

/* A preset in the job goes before the notes of the model, numbers in the job before both. */
static odd_status choose_numbers(const odd_input_options *options, const odd_list *list,
                                 const char *note, const char *key, int channels, double out[])
{
    if (list->count > 0) return job_numbers(list, key, channels, out);
    bool free = strcmp(options->preset, odd_input_presets[MODEL]) == 0;
    return note && free ? note_numbers(note, key, channels, out) : ODD_OK;
}

static void set_scale(int channel, double mean, double deviation, odd_input *out)
{
    out->factor[channel] = (float)(1 / (255 * deviation));
    out->shift[channel] = (float)(-mean / deviation);
}

void odd_input_preset(const char *preset, int channels, odd_input *out)
{
    const int which = index_of(preset, odd_input_presets);
    ODD_CHECK(which > MODEL && channels <= CHANNELS);
    for (int c = 0; c < channels; c++) {
        out->from[c] = c;
        set_scale(c, presets[which].mean[c % 3], presets[which].deviation[c % 3], out);
    }
}

static odd_status check_not_zero(int channels, const double deviation[])
{
    for (int c = 0; c < channels; c++)
        if (deviation[c] == 0) return odd_fail(ODD_USAGE, "features.onnx.deviation cannot be 0");
    return ODD_OK;
}

odd_status odd_input_make(const odd_input_options *options, const odd_graph *graph, int channels,
                          odd_input *out, odd_text *words)
{
    double mean[CHANNELS], deviation[CHANNELS];
    int preset, order;
    odd_status st;
    if (channels > CHANNELS) return odd_fail(ODD_USAGE, "images of %d channels", channels);
    ODD_TRY(choose_name(options->preset, graph, "oddlot.preset", onnx_range(graph), TORCHVISION,
                        odd_input_presets, &preset, words));
    odd_text_add(words, ", channels ");
    ODD_TRY(choose_name(options->order, graph, "oddlot.order", onnx_order(graph), RGB,
                        odd_input_orders, &order, words));
    for (int c = 0; c < channels; c++) {
        out->from[c] = order != RGB && channels == 3 ? 2 - c : c;
        mean[c] = presets[preset].mean[out->from[c] % 3];
        deviation[c] = presets[preset].deviation[out->from[c] % 3];
    }
    ODD_TRY(choose_numbers(options, &options->mean, odd_graph_noted(graph, "oddlot.mean"), "mean",
                           channels, mean));
    ODD_TRY(choose_numbers(options, &options->deviation, odd_graph_noted(graph, "oddlot.deviation"),
                           "deviation", channels, deviation));
    ODD_TRY(check_not_zero(channels, deviation));
    for (int c = 0; c < channels; c++)
        set_scale(c, mean[c], deviation[c], out);
done:
    return st;
}

/* -- comparison with the stored images -- */

void odd_input_compare(const odd_graph *graph, const odd_image_form *form, odd_text *words)
{
    const char *size = odd_graph_noted(graph, "oddlot.size");
    const char *kernel = odd_graph_noted(graph, "oddlot.kernel");
    const char *margin = odd_graph_noted(graph, "oddlot.margin");
    if (size && atoi(size) != form->width)
        odd_text_format(words, "; image.size: %.8s (is %d)", size, form->width);
    if (kernel && form->kernel && strcmp(kernel, form->kernel) != 0)
        odd_text_format(words, "; image.kernel: %.16s (is %s)", kernel, form->kernel);
    if (margin && fabs(atof(margin) - form->margin) > 1e-6)
        odd_text_format(words, "; image.margin: %.16s (is %g)", margin, form->margin);
}

/* -- levels -- */

ODD_SIMD(static, void, load_plane,
         (int area, int step, const uint8_t *restrict levels, float factor, float shift,
          float *restrict plane),
         (area, step, levels, factor, shift, plane))
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

void odd_planes_mirror(int64_t lines, int width, float planes[])
{
    for (int64_t y = 0; y < lines; y++, planes += width)
        for (int left = 0, right = width - 1; left < right; left++, right--) {
            const float kept = planes[left];
            planes[left] = planes[right];
            planes[right] = kept;
        }
}

/* Measures in words, for those that a person sees in a picture. */
#include "oddlot/image/measure.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    enum odd_measure measure;
    const char *less, *more;
} rows[] = {
    {ODD_MEASURE_GROUND_LIGHTNESS, "a darker ground", "a lighter ground"},
    {ODD_MEASURE_GROUND_SATURATION, "a ground of less colour", "a ground of more colour"},
    {ODD_MEASURE_GROUND_EVEN, "a less even ground", "a more even ground"},
    {ODD_MEASURE_GROUND_NEAR_WHITE, "less white ground", "more white ground"},
    {ODD_MEASURE_PRODUCT_SHARE, "less of it filled", "more of it filled"},
    {ODD_MEASURE_FILL_BY_EDGES, "smaller in its picture", "larger in its picture"},
    {ODD_MEASURE_SIDES_TOUCHED, "fewer sides touched", "more sides touched"},
    {ODD_MEASURE_SHARPNESS, "softer edges", "sharper edges"},
    {ODD_MEASURE_FINE_DETAIL, "less fine detail", "more fine detail"},
    {ODD_MEASURE_LIGHT_1, "darker shadows", "lighter shadows"},
    {ODD_MEASURE_LIGHT_50, "darker", "lighter"},
    {ODD_MEASURE_LIGHT_99, "darker highlights", "brighter highlights"},
    {ODD_MEASURE_CONTRAST, "less contrast", "more contrast"},
    {ODD_MEASURE_COLOURFULNESS, "less colourful", "more colourful"},
    {ODD_MEASURE_CHROMA, "less colour", "more colour"},
    {ODD_MEASURE_CHROMA_99, "weaker colours", "stronger colours"},
    {ODD_MEASURE_COMMON_COLOUR, "less of one colour", "more of one colour"},
};

const char *odd_measure_words(int measure, bool more)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((int)rows[i].measure == measure) return more ? rows[i].more : rows[i].less;
    return NULL;
}

const char *odd_measure_text(int measure, double value, char text[static 32])
{
    const char *unit = odd_measure_unit(measure);
    const bool share = unit && strcmp(unit, "share") == 0;
    snprintf(text, 32, share ? "%.0f %%" : "%.3g", share ? 100 * value : value);
    return text;
}

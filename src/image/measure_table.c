/* The table of measures, and what the codes among them mean. */
#include "oddlot/image/measure.h"

#include <math.h>

typedef struct {
    const char *name, *unit, *about;
} measure_row;

#define MEASURE_ROW(name, column, unit, about) {column, unit, about},
static const measure_row rows[] = {ODD_MEASURES(MEASURE_ROW)};

#define FORMAT_NAME(name, text, endings) text,
static const char *const format_names[] = {"none", ODD_IMAGE_FORMATS(FORMAT_NAME)};

static const measure_row *row_of(int measure)
{
    return measure >= 0 && measure < ODD_MEASURE_COUNT ? &rows[measure] : NULL;
}

const char *odd_measure_name(int measure)
{
    return row_of(measure) ? row_of(measure)->name : NULL;
}

const char *odd_measure_unit(int measure)
{
    return row_of(measure) ? row_of(measure)->unit : NULL;
}

const char *odd_measure_about(int measure)
{
    return row_of(measure) ? row_of(measure)->about : NULL;
}

const char *odd_image_format_name(int format)
{
    return format > 0 && format < ODD_IMAGE_FORMAT_COUNT ? format_names[format] : format_names[0];
}

void odd_measured_clear(odd_measured *measured)
{
    for (int i = 0; i < ODD_MEASURE_COUNT; i++)
        measured->value[i] = NAN;
    measured->pixels = ODD_HASH_START;
}

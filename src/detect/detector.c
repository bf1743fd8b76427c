/* Detectors by name, and what they share. */
#include "oddlot/detect/detector.h"

#include "detect/detectors_internal.h"

#include <stdio.h>
#include <string.h>

const odd_detector *odd_detector_find(const char *name)
{
    for (int i = 0; odd_detectors[i]; i++)
        if (strcmp(odd_detectors[i]->name, name) == 0) return odd_detectors[i];
    return NULL;
}

int odd_detector_columns(const odd_detector *detector)
{
    int count = 0;
    while (detector->columns[count].name)
        count++;
    return count;
}

odd_status odd_detector_check_rows(const char *name, const odd_rows *rows)
{
    if (rows->part.n < 1 || rows->d < 1)
        return odd_fail(ODD_ARG, "detector '%s' needs at least one row and one feature", name);
    return ODD_OK;
}

odd_status odd_detector_check_width(const char *name, const odd_rows *rows, int64_t d)
{
    if (rows->d != d)
        return odd_fail(ODD_ARG, "detector '%s' was learnt from %lld features, the rows have %d",
                        name, (long long)d, rows->d);
    return ODD_OK;
}

const char *odd_probability_words(double probability, char words[static ODD_PROBABILITY_WORDS])
{
    if (probability > 0.999)
        strcpy(words, "above 0.999");
    else if (probability < 0.001)
        strcpy(words, "below 0.001");
    else
        snprintf(words, ODD_PROBABILITY_WORDS, "%.3f", probability);
    return words;
}

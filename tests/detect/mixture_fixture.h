/**
 * What the tests of the mixture share: its forms, marks on some rows, and an objective that climbs.
 */
#ifndef ODDLOT_MIXTURE_FIXTURE_H
#define ODDLOT_MIXTURE_FIXTURE_H

#include "detect_fixture.h"

#include "detect/mixture_internal.h"

#include <math.h>

enum { COLUMNS = ODD_MIXTURE_COLUMNS };

enum { FORMS = 5, BACKGROUNDS = 3 };
static const char *const forms[FORMS] = {"full", "tied", "diagonal", "spherical", "factor"};
static const char *const backgrounds[BACKGROUNDS] = {"gaussian", "student", "uniform"};

static inline const odd_detector *mixture(void)
{
    return odd_detector_find("mixture");
}

static inline double draw(uint64_t seed, int64_t row, int j)
{
    return odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
}

/* Rows marked by a draw: some of the theme, some odd. */
static inline void mark_some(const odd_rows *rows, uint64_t seed, uint8_t verified[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        const int64_t row = rows->part.row0 + i;
        const bool known = odd_below(5, seed, ODD_STREAM_TEST, (uint64_t)row, 3000) == 0;
        verified[i] = !known ? ODD_UNVERIFIED : is_odd(row) ? ODD_VERIFIED_ODD : ODD_VERIFIED_THEME;
    }
}

static inline bool never_falls(const odd_bundle *model, double rounding)
{
    const odd_array *objective = odd_bundle_find(model, "objective");
    if (!objective) return false;
    const double *value = objective->data;
    for (int64_t i = 1; i < objective->shape.shape[0]; i++)
        if (value[i] < value[i - 1] - rounding * fabs(value[i])) return false;
    return objective->shape.shape[0] > 1;
}

#endif

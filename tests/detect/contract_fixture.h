/**
 * For the contract of detectors: what is promised is checked for each of the table, so that a new
 * one is tested by its line in detector.c. A broken promise is told with its detector and case.
 */
#ifndef ODDLOT_CONTRACT_FIXTURE_H
#define ODDLOT_CONTRACT_FIXTURE_H

#include "detect_fixture.h"

#include <math.h>

/* All but those that cannot learn where nothing is verified, for which test_head.c is; ends with
 * NULL. */
static inline const odd_detector *const *learners(void)
{
    static const odd_detector *list[64];
    int count = 0;
    for (int i = 0; odd_detectors[i]; i++)
        if (!odd_detectors[i]->supervised) list[count++] = odd_detectors[i];
    list[count] = NULL;
    return list;
}

/* A fit with its default settings, and the scores of the rows that it was learnt from. */
typedef struct {
    odd_status st;
    odd_bundle model;
    double *score; /* (n_local, columns) */
    int columns;
} outcome;

static inline outcome learn(const odd_detector *detector, const odd_rows *rows,
                            const uint8_t verified[])
{
    outcome o = {.model = ODD_BUNDLE_EMPTY, .columns = odd_detector_columns(detector)};
    o.st = fit_and_score(detector, NULL, 0, rows, verified, &o.model, &o.score);
    return o;
}

static inline void outcome_free(outcome *o)
{
    odd_bundle_free(&o->model);
    odd_free(o->score);
}

/* All ranks must have kept it. */
static inline void promise(const odd_detector *detector, const char *what, bool kept)
{
    if (!check_all(WORLD, kept) && odd_rank(WORLD) == 0)
        fprintf(stderr, "detector '%s': %s\n", detector->name, what);
}

static inline bool all_finite(const double value[], int64_t count)
{
    bool finite = true;
    for (int64_t i = 0; i < count; i++)
        finite = finite && isfinite(value[i]);
    return finite;
}

static inline bool close_to(const double is[], const double should[], int64_t count,
                            double tolerance)
{
    bool close = true;
    for (int64_t i = 0; i < count; i++)
        close = close && fabs(is[i] - should[i]) <= tolerance * (1 + fabs(should[i]));
    return close;
}

#endif

/* The sections that the job tests share: every type of setting, nested three deep. */
#ifndef ODDLOT_TESTS_JOB_SECTIONS_INTERNAL_H
#define ODDLOT_TESTS_JOB_SECTIONS_INTERNAL_H

#include "oddlot/base/job.h"

typedef struct {
    int64_t seed;
    char *title;
} top_settings;

typedef struct {
    char *path;
    odd_list include;
} catalogue_settings;

typedef struct {
    char *detector;
} fit_settings;

typedef struct {
    int64_t components;
    double tolerance;
    bool whiten;
    char *covariance;
} mixture_settings;

static const char *const covariances[] = {"full", "tied", "diagonal", NULL};

static const odd_option top_options[] = {
    ODD_INT(top_settings, seed, "1", 0, 1e18, "seed of all draws"),
    ODD_TEXT(top_settings, title, "", "for the report"),
    ODD_OPTIONS_END,
};
static const odd_option catalogue_options[] = {
    ODD_TEXT(catalogue_settings, path, "'a: b'", "where the images are"),
    ODD_LIST(catalogue_settings, include, "[jpg, png]", "endings of names"),
    ODD_OPTIONS_END,
};
static const odd_option fit_options[] = {
    ODD_TEXT(fit_settings, detector, "mixture", "which detector"),
    ODD_OPTIONS_END,
};
static const odd_option mixture_options[] = {
    ODD_INT(mixture_settings, components, "2", 1, 64, "components of the theme"),
    ODD_REAL(mixture_settings, tolerance, "1e-6", 0, 1e300, "relative change at which EM stops"),
    ODD_BOOL(mixture_settings, whiten, "false", "unit variance"),
    ODD_CHOICE(mixture_settings, covariance, "full", covariances, "shape of the covariance"),
    ODD_OPTIONS_END,
};

/* "fit" comes after "fit.mixture", and "deep.er" has no "deep" above it. */
static const odd_section sections[] = {
    ODD_SECTION("", "the whole run", top_options, top_settings),
    ODD_SECTION("catalogue", "the images", catalogue_options, catalogue_settings),
    ODD_SECTION("fit.mixture", "theme and anomaly", mixture_options, mixture_settings),
    ODD_SECTION("fit", "learn a detector", fit_options, fit_settings),
    ODD_SECTION("deep.er", "under a section of its own", top_options, top_settings),
};
#define SECTION_COUNT ((int)(sizeof sections / sizeof *sections))

#endif

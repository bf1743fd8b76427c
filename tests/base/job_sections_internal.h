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
    {"seed", ODD_OPTION_INT, offsetof(top_settings, seed), "1", 0, 1e18, NULL, "seed of all draws"},
    {"title", ODD_OPTION_TEXT, offsetof(top_settings, title), "", 0, 0, NULL, "for the report"},
    ODD_OPTIONS_END,
};
static const odd_option catalogue_options[] = {
    {"path", ODD_OPTION_TEXT, offsetof(catalogue_settings, path), "'a: b'", 0, 0, NULL,
     "where the images are"},
    {"include", ODD_OPTION_LIST, offsetof(catalogue_settings, include), "[jpg, png]", 0, 0, NULL,
     "endings of names"},
    ODD_OPTIONS_END,
};
static const odd_option fit_options[] = {
    {"detector", ODD_OPTION_TEXT, offsetof(fit_settings, detector), "mixture", 0, 0, NULL,
     "which detector"},
    ODD_OPTIONS_END,
};
static const odd_option mixture_options[] = {
    {"components", ODD_OPTION_INT, offsetof(mixture_settings, components), "2", 1, 64, NULL,
     "components of the theme"},
    {"tolerance", ODD_OPTION_REAL, offsetof(mixture_settings, tolerance), "1e-6", 0, 1e300, NULL,
     "relative change at which EM stops"},
    {"whiten", ODD_OPTION_BOOL, offsetof(mixture_settings, whiten), "false", 0, 0, NULL,
     "unit variance"},
    {"covariance", ODD_OPTION_CHOICE, offsetof(mixture_settings, covariance), "full", 0, 0,
     covariances, "shape of the covariance"},
    ODD_OPTIONS_END,
};

/* "fit" comes after "fit.mixture", and "deep.er" has no "deep" above it. */
static const odd_section sections[] = {
    {"", "the whole run", top_options, sizeof(top_settings)},
    {"catalogue", "the images", catalogue_options, sizeof(catalogue_settings)},
    {"fit.mixture", "theme and anomaly", mixture_options, sizeof(mixture_settings)},
    {"fit", "learn a detector", fit_options, sizeof(fit_settings)},
    {"deep.er", "under a section of its own", top_options, sizeof(top_settings)},
};
#define SECTION_COUNT ((int)(sizeof sections / sizeof *sections))

#endif

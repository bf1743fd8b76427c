/**
 * Feature source: what turns stored images into rows of numbers. A source is one table of functions
 * in one file and one line in ODD_FEATURE_SOURCES; the `features` stage knows nothing else of it.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_SOURCE_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_SOURCE_INTERNAL_H

#include "oddlot/base/hash.h"
#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/learn/network_input.h"
#include "oddlot/run/run.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int width;     /* values of a row */
    int64_t bytes; /* of memory beside images and rows */
    int64_t batch; /* images that are best given at a time, or a multiple of it */
} odd_feature_needs;

typedef struct odd_feature_source odd_feature_source;

struct odd_feature_source {
    const char *name; /* "pixels": also the section "features.pixels" of its settings */
    const char *summary;
    bool slow;    /* what is done is kept in a checkpoint while the stage runs */
    bool unit;    /* lengths of rows say little: features.normalize: auto makes them 1 */
    bool trained; /* it reads what stage `train` leaves */
    bool bits;    /* rows are of zeros and ones, and stored as where the ones are */
    bool blind;   /* it does not look at images: none are read, and it may enter HDF5 meanwhile */
    const odd_option *options;
    size_t options_size;
    /** The source that does the work of this one, which then has no more than its name; NULL: it
     *  works itself. @local */
    const odd_feature_source *(*stand_in)(const odd_job *job);
    /** The file that it takes from outside the run, a network or rows; NULL: it has none. @local */
    const char *(*file)(const void *options);
    /** Digest of inputs from outside the job (a model's file); NULL: none. @local */
    odd_status (*outside)(const void *options, odd_hash *digest);
    /** ODD_USAGE where images of this form will not do. @local */
    odd_status (*plan)(const odd_job *job, const void *options, const odd_image_form *form,
                       odd_feature_needs *out);
    /** Begin, and say the same; run, options and form are used only in this call. @local */
    odd_status (*open)(const odd_run *run, const void *options, const odd_image_form *form,
                       odd_feature_needs *needs, void **state);
    /** Features x (count, width) of images (count, height, width, channels; NULL for a blind
     *  source), which have these rows of the ingest, rising. Uses all threads. The bits depend on
     * an image and its row, not on its batch. @local */
    odd_status (*extract)(void *state, int64_t count, const int64_t row[], const uint8_t images[],
                          float x[]);
    void (*close)(void **state);
};

#define ODD_FEATURE_SOURCES(X)                                                                     \
    X(odd_feature_auto)                                                                            \
    X(odd_feature_pixels)                                                                          \
    X(odd_feature_onnx)                                                                            \
    X(odd_feature_stored)                                                                          \
    X(odd_feature_trained)                                                                         \
    X(odd_feature_patterns)

#define ODD_DECLARE(record) extern const odd_feature_source record;
ODD_FEATURE_SOURCES(ODD_DECLARE)
#undef ODD_DECLARE

extern const odd_feature_source *const odd_feature_sources[]; /* NULL-terminated */

#endif

/**
 * Feature output: what every source's rows go through before they are stored.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_OUTPUT_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_OUTPUT_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/store/dataset.h"
#include "oddlot/store/matrix.h"

#include <stdbool.h>

typedef struct {
    char *type, *normalize;
    int64_t files;
} odd_feature_output_options;

extern const odd_option odd_feature_output_option_table[];

/** ODD_F32 or ODD_F16. */
odd_type odd_feature_type(const odd_feature_output_options *options);

/** How many files hold `bytes` of dense rows. */
int odd_feature_files(const odd_feature_output_options *options, int64_t bytes);

/** The path of the image of a row of the ingest. Owned by caller; NULL where it cannot be read.
 *  @local */
char *odd_feature_image_path(const odd_file *ingest, int64_t row);

/** Rows x (count, width) as the options want them, in place: those of float16 are left packed, as
 *  uint16_t (count, width), where x begins. unit: what `auto` makes of the length. Uses all
 * threads. `row`: of the ingest, whose open file `ingest` names the image where a number is too
 * large for float16 (ODD_NUMERIC). @local */
odd_status odd_feature_finish(const odd_feature_output_options *options, bool unit,
                              const odd_file *ingest, int64_t count, int width, const int64_t row[],
                              float x[]);

/* Where my rows go: into the file as they come, or, as bits, kept until all are there, as only then
 * it is known where the ones of each rank begin. A zeroed one is closed. */
typedef struct {
    odd_file *file;
    int64_t n, row0; /* rows in all; my first one */
    int width;
    odd_dataset *dense; /* NULL: bits */
    uint8_t *bits;      /* (my rows, odd_bits_bytes(width)) */
    int64_t taken;      /* of my rows */
} odd_feature_sink;

/** Begin `features` of a file; dense rows as the options say. @collective; @same file, n, width,
 *  options, bits */
odd_status odd_feature_sink_open(MPI_Comm comm, odd_file *file, int64_t n, int64_t row0,
                                 int64_t n_local, int width,
                                 const odd_feature_output_options *options, bool bits,
                                 odd_feature_sink *out);
/** My next rows x (count, width), as odd_feature_finish() leaves them. @collective */
odd_status odd_feature_sink_add(odd_feature_sink *sink, int64_t count, const float x[]);
/** Write what is kept. @collective */
odd_status odd_feature_sink_finish(odd_feature_sink *sink);
void odd_feature_sink_close(odd_feature_sink *sink); /* @local */

#endif

/**
 * Calibration: verified theme images that the fit does not see as verified, by which the stage
 * `score` chooses a threshold.
 */
#ifndef ODDLOT_STAGE_CALIBRATION_H
#define ODDLOT_STAGE_CALIBRATION_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/store/file.h"

#include <stdint.h>

/** The setting fit.calibration. @local */
double odd_calibration_share(const odd_job *job);

/** Mark the verified theme rows that the fit does not see as verified: the share `fit.calibration`,
 * drawn by the job's seed. verified: (n) ODD_VERIFIED_... of all images. @param[out] calibrates
 * (n), owned by caller: odd_free(). @local, the same on every rank; ODD_NOMEM. */
odd_status odd_calibration_mark(const odd_job *job, int64_t n, const uint8_t verified[],
                                uint8_t **calibrates);

/** Those of these images that choose the threshold count as not verified: verified (count). Where
 *  some choose it, marks of all images are looked at, 2 bytes each. @local; ODD_FORMAT, ODD_NOMEM
 */
odd_status odd_calibration_hide(const odd_job *job, const odd_file *ingest, int64_t count,
                                const int64_t image[], uint8_t verified[]);

#endif

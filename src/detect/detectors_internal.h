/**
 * Detectors: the checks that they share.
 */
#ifndef ODDLOT_DETECT_DETECTORS_INTERNAL_H
#define ODDLOT_DETECT_DETECTORS_INTERNAL_H

#include "oddlot/detect/detector.h"

/** ODD_ARG unless there is at least one row and one feature; the same on every rank, as both
 *  numbers are. @local */
odd_status odd_detector_check_rows(const char *name, const odd_rows *rows);

/** ODD_ARG unless rows have as many features as the model was learnt from. @local */
odd_status odd_detector_check_width(const char *name, const odd_rows *rows, int64_t d);

enum { ODD_PROBABILITY_WORDS = 16 };
/** A probability in a sentence, "0.998", "above 0.999" or "below 0.001"; gives back words. @local
 */
const char *odd_probability_words(double probability, char words[static ODD_PROBABILITY_WORDS]);

#endif

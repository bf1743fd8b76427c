/**
 * Npy header: the words between a .npy file's magic and its numbers.
 */
#ifndef ODDLOT_STAGE_FEATURES_NPY_HEADER_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_NPY_HEADER_INTERNAL_H

#include "stage/features/npy_internal.h"

/** Parse `text`, which ends with 0, into n, width, size and swap of *out. ODD_FORMAT saying what is
 *  wrong, not where. @local */
odd_status odd_npy_header(const char *text, odd_npy *out);

#endif

/**
 * HDF5 made quiet: its error stack becomes one sentence, and the element types of oddlot and of
 * HDF5 are matched in one place.
 */
#ifndef ODDLOT_STORE_HDF5_INTERNAL_H
#define ODDLOT_STORE_HDF5_INTERNAL_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/status.h"

#include <hdf5.h>

/* hdf5_error.c */

/** Silence HDF5's printed error stacks and forbid filters from shared libraries that a file names.
 *  Every public function that enters HDF5 first calls this; only the first call does work. */
void odd_hdf5_start(void);

/** Record the sentence, then why: the disk's reason from errno where there is one (set errno to 0
 *  before the call), else HDF5's innermost message. Clears HDF5's error stack. */
odd_status odd_hdf5_fail(odd_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* element.c */

/** The HDF5 type of our elements in memory and in files that we write; `width` for strings. To be
 *  closed by H5Tclose(). Negative on failure. */
hid_t odd_element_type(odd_type type, size_t width);

/** Which of our types holds the elements of an HDF5 type from a file that we do not trust. Integers
 *  wider than the wanted type are caught when they are read. ODD_FORMAT where there is none. */
odd_status odd_element_of(hid_t type, odd_type *element, size_t *width);

/** "f32"; "S12" needs the width and is in odd_shape_text(). */
const char *odd_type_text(odd_type type);

/** "(131784, 4) f32", with "any" where a dimension is -1; returns buffer. */
#define ODD_SHAPE_TEXT 128
const char *odd_shape_text(const odd_shape *shape, char buffer[static ODD_SHAPE_TEXT]);

/** A transfer property list with which HDF5 refuses to change a number that does not fit, instead
 *  of clipping it. To be closed by H5Pclose(). */
hid_t odd_element_transfer(void);

#endif

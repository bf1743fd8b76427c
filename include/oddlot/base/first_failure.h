/**
 * First failure: carries a failure out of a parallel region. Reasons are kept by thread (status.h);
 * of several failures the one of the lowest place counts, so that the message does not depend on
 * the threads.
 */
#ifndef ODDLOT_BASE_FIRST_FAILURE_H
#define ODDLOT_BASE_FIRST_FAILURE_H

#include "oddlot/base/status.h"

#include <stdint.h>

typedef struct {
    int64_t place; /* of the work that failed */
    odd_status status;
    char reason[ODD_REASON_SIZE];
} odd_first_failure;

#define ODD_NO_FAILURE                                                                             \
    {                                                                                              \
        .place = INT64_MAX                                                                         \
    }

/** Keep how the work at this place ended, if it failed; any thread may. @local */
void odd_first_failure_keep(odd_first_failure *f, int64_t place, odd_status st);

/** The lowest place that failed so far, INT64_MAX: none; any thread may ask, to leave out what
 *  comes behind it. @local */
int64_t odd_first_failure_place(const odd_first_failure *f);

/** After the region: ODD_OK, or the failure with its reason, on the thread that goes on. @local */
odd_status odd_first_failure_tell(const odd_first_failure *f);

#endif

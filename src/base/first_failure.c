/* First failure: that of the lowest place, whichever thread had it. */
#include "oddlot/base/first_failure.h"

#include <stdio.h>

void odd_first_failure_keep(odd_first_failure *f, int64_t place, odd_status st)
{
    if (st == ODD_OK) return;
#pragma omp critical(odd_first_failure)
    if (place < f->place) {
        f->status = st;
        snprintf(f->reason, sizeof f->reason, "%s", odd_fail_reason());
#pragma omp atomic write
        f->place = place;
    }
}

int64_t odd_first_failure_place(const odd_first_failure *f)
{
    int64_t place;
#pragma omp atomic read
    place = f->place;
    return place;
}

odd_status odd_first_failure_tell(const odd_first_failure *f)
{
    return f->status == ODD_OK ? ODD_OK : odd_fail(f->status, "%s", f->reason);
}

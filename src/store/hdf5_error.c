/* HDF5's error stack, turned into the one sentence that odd_fail() wants. */
#include "store/hdf5_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void odd_hdf5_start(void)
{
    static bool started;
    if (started) return;
    H5open();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0); /* a file must not choose code to load */
    started = true;
}

/* The walk goes upward from the fault: its first entry is the innermost. */
static herr_t take_first(unsigned depth, const H5E_error2_t *error, void *context)
{
    char *reason = context;
    (void)depth;
    if (reason[0] == '\0' && error->desc) snprintf(reason, ODD_REASON_SIZE / 2, "%s", error->desc);
    return 0;
}

/* errno keeps old and unrelated values; these are the reasons that a disk gives. */
static bool is_disk_reason(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case EROFS:
    case EACCES:
    case EPERM:
    case ESTALE:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return true;
    default:
        return false;
    }
}

odd_status odd_hdf5_fail(odd_status status, const char *format, ...)
{
    int error = errno;
    char what[ODD_REASON_SIZE / 2], why[ODD_REASON_SIZE / 2] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, why);
    H5Eclear2(H5E_DEFAULT);
    if (is_disk_reason(error)) return odd_fail(status, "%s: %s", what, strerror(error));
    return odd_fail(status, "%s%s%s", what, why[0] ? ": HDF5: " : "", why);
}

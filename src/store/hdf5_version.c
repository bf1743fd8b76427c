/* Which HDF5 this is, for people. */
#include "oddlot/store/file.h"

#include <hdf5.h>
#include <stdio.h>

const char *odd_store_text(void)
{
    static char text[64];
    unsigned major, minor, release;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "HDF5 %u.%u.%u, parallel", major, minor, release);
    return text;
}

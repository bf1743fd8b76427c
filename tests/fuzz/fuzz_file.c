/* Bytes as a file in memory. */
#include "fuzz.h"

#include "oddlot/base/status.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int fuzz_file(const uint8_t *bytes, size_t size, char path[FUZZ_PATH])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    ODD_CHECK(fd >= 0);
    ODD_CHECK(write(fd, bytes, size) == (ssize_t)size);
    snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", fd);
    return fd;
}

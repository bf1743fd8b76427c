/* Paths: making them, and syncing what they name. */
#include "store/path_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

odd_status odd_path_format(char **path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(path, format, arguments);
    va_end(arguments);
    if (length >= 0) return ODD_OK;
    *path = NULL;
    return odd_fail(ODD_NOMEM, "cannot allocate a text");
}

odd_status odd_path_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
    if (fd < 0 || fsync(fd) != 0) error = errno;
    if (fd >= 0) close(fd);
    /* Some network file systems cannot sync a folder; then there is nothing to wait for. */
    if (error == 0 || error == EINVAL || error == ENOTSUP) return ODD_OK;
    return odd_fail(ODD_IO, "cannot sync '%s': %s", path, strerror(error));
}

odd_status odd_path_sync_folder(const char *path)
{
    char *copy;
    odd_status st = odd_path_format(&copy, "%s", path);
    if (st == ODD_OK) st = odd_path_sync(dirname(copy));
    free(copy);
    return st;
}

bool odd_path_full(const char *path)
{
    struct statvfs disk;
    return statvfs(path, &disk) == 0 && disk.f_bavail == 0;
}

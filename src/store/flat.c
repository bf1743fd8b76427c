/* Flat files: reads and writes that are whole or fail, with the path in what is said. */
#include "store/flat_internal.h"

#include "store/path_internal.h"

#include "oddlot/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static odd_status fail_flat(const odd_flat *f, const char *what)
{
    return odd_fail(ODD_IO, "cannot %s '%s': %s", what, f->path, strerror(errno));
}

odd_status odd_flat_name(odd_flat *f, const char *path)
{
    *f = (odd_flat){.fd = -1};
    return odd_path_format(&f->path, "%s", path);
}

static odd_status make_folder(const char *path)
{
    char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
    odd_status st = folder ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a path");
    if (slash) {
        *slash = '\0';
        st = odd_folder_make(folder);
    }
    free(folder);
    return st;
}

odd_status odd_flat_open(odd_flat *f, bool create)
{
    odd_status st = ODD_OK;
    if (create) ODD_TRY(make_folder(f->path));
    f->fd = open(f->path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0666);
    if (f->fd < 0) ODD_TRY(fail_flat(f, create ? "create" : "open"));
done:
    return st;
}

odd_status odd_flat_write(const odd_flat *f, const void *bytes, int64_t size, int64_t at)
{
    for (int64_t done = 0; done < size;) {
        ssize_t n = pwrite(f->fd, (const char *)bytes + done, (size_t)(size - done), at + done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return fail_flat(f, "write");
        done += n;
    }
    return ODD_OK;
}

odd_status odd_flat_read(const odd_flat *f, void *bytes, int64_t size, int64_t at)
{
    for (int64_t done = 0; done < size;) {
        ssize_t n = pread(f->fd, (char *)bytes + done, (size_t)(size - done), at + done);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = ENODATA;
        if (n <= 0) return fail_flat(f, "read");
        done += n;
    }
    return ODD_OK;
}

odd_status odd_flat_sync(const odd_flat *f)
{
    return fdatasync(f->fd) == 0 ? ODD_OK : fail_flat(f, "write");
}

odd_status odd_flat_cut(const odd_flat *f, int64_t size)
{
    return ftruncate(f->fd, size) == 0 ? ODD_OK : fail_flat(f, "write");
}

int64_t odd_flat_size(const odd_flat *f)
{
    return lseek(f->fd, 0, SEEK_END);
}

void odd_flat_close(odd_flat *f)
{
    if (f->fd >= 0) close(f->fd);
    free(f->path);
    *f = (odd_flat){.fd = -1};
}

void odd_flat_remove(const odd_flat *f)
{
    char *path = strdup(f->path), *slash = path ? strrchr(path, '/') : NULL;
    unlink(f->path);
    if (slash) {
        *slash = '\0';
        rmdir(path);
    }
    free(path);
}

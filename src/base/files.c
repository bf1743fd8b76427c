/* Files: read a whole file, write a whole file or none, make folders. */
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static odd_status fail_errno(const char *verb, const char *path)
{
    return odd_fail(ODD_IO, "cannot %s '%s': %s", verb, path, strerror(errno));
}

/* Read until the end or until `size` bytes are there; the count read, -1 on failure. */
static int64_t read_all(int fd, char *bytes, int64_t size)
{
    int64_t done = 0;
    while (done < size) {
        ssize_t n = read(fd, bytes + done, (size_t)(size - done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        done += n;
    }
    return done;
}

/* The size by fstat() is only where to start: a pipe has 0, a file may grow. */
static odd_status slurp_open(int fd, const char *path, int64_t limit, char **bytes, int64_t *size)
{
    struct stat info;
    if (fstat(fd, &info) != 0) return fail_errno("read", path);
    int64_t room = info.st_size > 0 ? (int64_t)info.st_size : 4096;
    if (room > limit) room = limit;
    for (int64_t done = 0;; room = room > limit / 2 ? limit : 2 * room) {
        char *more = odd_alloc(room + 2, 1); /* one past the room to see the end, and a final 0 */
        if (!more) return ODD_NOMEM;
        if (done > 0) memcpy(more, *bytes, (size_t)done);
        odd_free(*bytes);
        *bytes = more;
        int64_t n = read_all(fd, more + done, room + 1 - done);
        if (n < 0) return fail_errno("read", path);
        done += n;
        if (done <= room) {
            more[done] = '\0';
            *size = done;
            return ODD_OK;
        }
        if (room == limit) break;
    }
    char text[32];
    return odd_fail(ODD_FORMAT, "'%s' is larger than %s", path, odd_human_bytes(limit, text));
}

odd_status odd_file_slurp(const char *path, int64_t limit, char **bytes, int64_t *size)
{
    *bytes = NULL;
    *size = 0;
    if (limit < 0 || limit > INT64_MAX - 2)
        return odd_fail(ODD_ARG, "limit of '%s' is %lld bytes", path, (long long)limit);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail_errno("open", path);
    odd_status st = slurp_open(fd, path, limit, bytes, size);
    close(fd);
    if (st != ODD_OK) {
        odd_free(*bytes);
        *bytes = NULL;
    }
    return st;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* Make the rename last over a power cut. Some file systems refuse it; the file is whole anyway. */
static void sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash == path ? 1 : (int)(slash ? slash - path : 0);
    snprintf(folder, sizeof folder, "%.*s", slash ? length : 1, slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    close(fd);
}

/* The temporary name has the process in it, so that two writers of a file do not mix. */
static bool temporary_name(const char *path, char name[static PATH_MAX])
{
    const int length = snprintf(name, PATH_MAX, "%s.%ld.tmp", path, (long)getpid());
    return length >= 0 && length < PATH_MAX;
}

/* Is it such a name? */
static bool is_temporary(const char *name)
{
    const char *end = strrchr(name, '.'), *at = end;
    if (!end || strcmp(end, ".tmp") != 0) return false;
    while (at > name && at[-1] >= '0' && at[-1] <= '9')
        at--;
    return at < end && at - 1 > name && at[-1] == '.';
}

void odd_folder_sweep(const char *folder)
{
    DIR *open = opendir(folder);
    const struct dirent *entry;
    if (!open) return;
    while ((entry = readdir(open)))
        if (is_temporary(entry->d_name)) unlinkat(dirfd(open), entry->d_name, 0);
    closedir(open);
}

odd_status odd_file_spill(const char *path, const void *bytes, size_t size)
{
    char name[PATH_MAX];
    if (!temporary_name(path, name)) return odd_fail(ODD_IO, "path is too long: '%s'", path);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) return fail_errno("create", name);
    bool good = write_all(fd, bytes, size) && fsync(fd) == 0;
    int fault = errno;
    if (close(fd) != 0 && good) {
        fault = errno;
        good = false;
    }
    if (good && rename(name, path) != 0) {
        fault = errno;
        good = false;
    }
    if (!good) {
        unlink(name);
        errno = fault;
        return fail_errno("write", path);
    }
    sync_folder_of(path);
    return ODD_OK;
}

bool odd_file_link(const char *to, const char *path)
{
    char name[PATH_MAX];
    if (!temporary_name(path, name) || link(to, name) != 0) return false;
    const bool good = rename(name, path) == 0;
    unlink(name); /* which is still there if `path` was that file already */
    return good;
}

static odd_status make_folder(const char *path)
{
    struct stat info;
    if (mkdir(path, 0777) == 0) return ODD_OK;
    int fault = errno; /* EEXIST, but also EROFS or EACCES for a folder that is there */
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return ODD_OK;
    errno = fault == EEXIST ? ENOTDIR : fault;
    return fail_errno("make folder", path);
}

/* From the root on; each slash ends the path for a moment. */
odd_status odd_folder_make(const char *path)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0) return odd_fail(ODD_ARG, "cannot make a folder without a name");
    if (length >= sizeof part) return odd_fail(ODD_IO, "path is too long: '%s'", path);
    memcpy(part, path, length + 1);
    for (char *slash = part; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        odd_status st = make_folder(part);
        if (st != ODD_OK) return st;
        *slash = '/';
    }
    return make_folder(part);
}

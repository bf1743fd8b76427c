/* Run folder: known by the mark in its lock, a report by the head of its page. */
#include "oddlot/base/run_folder.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For people who look into the lock. */
static const char mark_text[] =
    ODD_RUN_MARK "What is in this folder was written by oddlot; its next run may replace it.\n";

/* The first bytes of a regular file in the folder; the count read, -1 if there is none such. */
static int64_t read_head(int folder, const char *name, char *bytes, size_t size)
{
    struct stat info;
    int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return -1;
    bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    int64_t n = regular ? pread(fd, bytes, size, 0) : -1;
    close(fd);
    return n;
}

static bool begins_with(const char *bytes, int64_t size, const char *with)
{
    size_t length = strlen(with);
    return size >= (int64_t)length && memcmp(bytes, with, length) == 0;
}

bool odd_run_mark_in(const char *bytes, size_t size)
{
    return begins_with(bytes, (int64_t)size, ODD_RUN_MARK);
}

bool odd_report_mark_in(const char *bytes, size_t size)
{
    size_t near = size < ODD_REPORT_NEAR ? size : ODD_REPORT_NEAR;
    return memmem(bytes, near, ODD_REPORT_MARK, strlen(ODD_REPORT_MARK)) != NULL;
}

bool odd_is_run_folder(int folder)
{
    char lock[sizeof ODD_RUN_MARK], job[sizeof ODD_JOB_HEAD];
    int64_t size = read_head(folder, ODD_RUN_LOCK, lock, sizeof lock);
    if (size != 0) return size > 0 && odd_run_mark_in(lock, (size_t)size);
    return begins_with(job, read_head(folder, ODD_RUN_JOB, job, sizeof job), ODD_JOB_HEAD);
}

static bool has_report(int folder, const char *page)
{
    char head[ODD_REPORT_NEAR];
    int64_t size = read_head(folder, page, head, sizeof head);
    return size > 0 && odd_report_mark_in(head, (size_t)size);
}

/* Is this folder the one that is called so in the folder above it? */
static bool is_named(int folder, const char *above)
{
    struct stat mine, named;
    return fstat(folder, &mine) == 0 && fstatat(folder, above, &named, 0) == 0 &&
           mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

bool odd_is_report_folder(int folder)
{
    return has_report(folder, ODD_REPORT_PAGE) ||
           (is_named(folder, "../img") && has_report(folder, "../" ODD_REPORT_PAGE));
}

bool odd_run_mark(int lock)
{
    struct stat info;
    const size_t length = sizeof mark_text - 1;
    if (fstat(lock, &info) != 0) return false;
    return info.st_size > 0 || pwrite(lock, mark_text, length, 0) == (ssize_t)length;
}

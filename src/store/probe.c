/* Probe: a child process goes through a foreign file before we do. */
#include "store/untrusted_internal.h"

#include "oddlot/store/dataset.h"
#include "store/walk_internal.h"

#include "oddlot/base/memory.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of computing, as damaged indices can lead in circles: some to start with, and more for what is
 * there to be gone through. */
enum { SECONDS = 2, BYTES_A_SECOND = 4 << 20 };

/* The first and the last row: a chunked dataset looks both up in its index. What is wrong without
 * making HDF5 crash is told later, by who opens it. */
static void touch_rows(odd_dataset *d)
{
    odd_shape shape = *odd_dataset_shape(d);
    int64_t bytes, rows = shape.rank > 0 ? shape.shape[0] : 1;
    if (shape.rank > 0) shape.shape[0] = 1;
    void *row = odd_shape_bytes(&shape, &bytes) == ODD_OK ? odd_alloc(bytes, 1) : NULL;
    if (row && rows > 0) {
        odd_dataset_read(d, 0, 1, shape.type, row);
        odd_dataset_read(d, rows - 1, 1, shape.type, row);
    }
    odd_free(row);
}

static odd_status touch(const odd_file *file, const char *name, void *context)
{
    odd_dataset *d;
    (void)context;
    if (odd_dataset_open(file, name, &d) == ODD_OK) touch_rows(d);
    odd_dataset_close(&d);
    return ODD_OK;
}

static void limit_computing(const char *path)
{
    struct stat about;
    const rlim_t bytes = stat(path, &about) == 0 ? (rlim_t)about.st_size : 0;
    const rlim_t seconds = SECONDS + bytes / BYTES_A_SECOND;
    setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds});
}

/* Ends without the exit handlers: MPI belongs to the parent. */
static _Noreturn void be_child(const char *path, void (*work)(void *context), void *context)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU};
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        signal(deadly[i], SIG_DFL); /* MPI would print a backtrace */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    limit_computing(path);
    work(context);
    _exit(0);
}

odd_status odd_untrusted_try(const char *path, void (*work)(void *context), void *context)
{
    int how;
    pid_t child = fork();
    if (child == 0) be_child(path, work, context);
    if (child < 0) return odd_fail(ODD_IO, "cannot start a process: %s", strerror(errno));
    while (waitpid(child, &how, 0) < 0)
        if (errno != EINTR)
            return odd_fail(ODD_IO, "cannot wait for a process: %s", strerror(errno));
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) return ODD_OK;
    return odd_fail(ODD_FORMAT, "'%s' is damaged: HDF5 crashes on it (%s)", path,
                    WIFSIGNALED(how) ? strsignal(WTERMSIG(how)) : "memory fault");
}

static void go_through(void *path)
{
    odd_file *file;
    if (odd_file_open_here(path, true, &file) == ODD_OK) odd_walk_datasets(file, "/", touch, NULL);
}

odd_status odd_untrusted_probe(const char *path)
{
    return odd_untrusted_try(path, go_through, (void *)(uintptr_t)path);
}

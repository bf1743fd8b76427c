/* Bench case of the store: rows written to a file, to the disk, beside the same bytes written
 * without it. */
#include "bench/bench_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    MPI_Comm comm;
    const odd_bench_case *self;
    odd_partition part;
    float *x; /* (batch, d), the same at each step */
} write_run;

static void keep_rows(int64_t row, int64_t count, int d, float x[])
{
    (void)row, (void)count, (void)d, (void)x;
}

static odd_status write_all(int fd, const char *bytes, size_t size, off_t at)
{
    while (size > 0) {
        const ssize_t written = pwrite(fd, bytes, size, at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return odd_fail(ODD_IO, "cannot write: %s", strerror(errno));
        bytes += written;
        size -= (size_t)written;
        at += written;
    }
    return ODD_OK;
}

/* My rows at their place of one file, as dd with fsync does. @local */
static odd_status write_plainly(const odd_bench_settings *s, const write_run *r)
{
    const size_t row = (size_t)s->d * sizeof *r->x;
    odd_status st = ODD_OK;
    const int fd = open(s->file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return odd_fail(ODD_IO, "cannot write '%s': %s", s->file, strerror(errno));
    for (int64_t i = 0; i < r->part.n_local && st == ODD_OK; i += s->batch) {
        const int64_t left = r->part.n_local - i, count = left < s->batch ? left : s->batch;
        st = write_all(fd, (const char *)r->x, (size_t)count * row,
                       (off_t)((r->part.row0 + i) * (int64_t)row));
    }
    if (st == ODD_OK && fsync(fd) != 0)
        st = odd_fail(ODD_IO, "cannot write '%s': %s", s->file, strerror(errno));
    close(fd);
    return st;
}

static void remove_file(MPI_Comm comm, const char *file)
{
    MPI_Barrier(comm);
    if (odd_rank(comm) == 0) unlink(file);
    MPI_Barrier(comm);
}

static odd_status write_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const write_run *r = context;
    const double bytes = (double)s->n * (double)s->d * sizeof *r->x;
    odd_status st;
    double started = odd_bench_start(r->comm), plain;
    ODD_TRY_ALL(r->comm, write_plainly(s, r));
    plain = odd_bench_stop(r->comm, started);
    remove_file(r->comm, s->file);
    started = odd_bench_start(r->comm);
    ODD_TRY(odd_bench_file_write(r->comm, r->self, s, &r->part, s->batch, keep_rows, r->x));
    took->seconds = odd_bench_stop(r->comm, started);
    snprintf(took->more, sizeof took->more,
             ", \"gigabytes_per_second\": %.3f, \"plain_gigabytes_per_second\": %.3f, "
             "\"share_of_plain\": %.3f",
             bytes / 1e9 / took->seconds, bytes / 1e9 / plain, plain / took->seconds);
done:
    remove_file(r->comm, s->file);
    return st;
}

static odd_status run_write(MPI_Comm comm, const odd_bench_case *self, const odd_bench_settings *s)
{
    write_run r = {
        .comm = comm, .self = self, .part = odd_partition_of(s->n, odd_rank(comm), odd_size(comm))};
    odd_status st;
    ODD_TRY(odd_bench_file_check(comm, self, s));
    ODD_TRY_ALL(comm, ODD_NEW(r.x, s->batch * s->d));
    for (int64_t i = 0; i < s->batch * s->d; i++)
        r.x[i] = (float)(i % 997);
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, write_once, &r));
done:
    odd_free(r.x);
    return st;
}

const odd_bench_case odd_bench_write = {
    .name = "write",
    .summary = "n x d float32 rows to a new file and to the disk, by the store and without it",
    .keys = "n=131784 d=1280 batch=4096 repeat=3 file=",
    .run = run_write,
};

/* Results of a bench case: what is timed, and the line of each measurement. */
#include "bench/bench_internal.h"

#include "oddlot/base/blas_library.h"
#include "oddlot/base/log.h"
#include "oddlot/base/machine.h"
#include "oddlot/base/usage.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <stdio.h>

double odd_bench_start(MPI_Comm comm)
{
    MPI_Barrier(comm);
    return odd_seconds();
}

double odd_bench_stop(MPI_Comm comm, double started)
{
    double seconds = odd_seconds() - started;
    odd_max_f64(comm, &seconds, 1);
    return seconds;
}

odd_bench_times odd_bench_start_times(MPI_Comm comm)
{
    const double started = odd_bench_start(comm);
    return (odd_bench_times){.seconds = started, .cpu = odd_usage_now().cpu};
}

void odd_bench_stop_times(MPI_Comm comm, odd_bench_times *times)
{
    times->cpu = odd_usage_now().cpu - times->cpu;
    times->seconds = odd_bench_stop(comm, times->seconds);
    odd_sum_f64(comm, &times->cpu, 1);
}

static odd_status print_line(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                             double seconds, const char *more)
{
    char cpu[128];
    odd_text line = ODD_TEXT_EMPTY;
    odd_text_format(&line, "{\"case\": \"%s\", \"program\": \"oddlot %s\", \"seconds\": %.6f%s",
                    c->name, ODD_VERSION, seconds, more);
    odd_bench_settings_write(c, s, &line);
    odd_text_format(&line, ", \"ranks\": %d, \"threads\": %d, \"blas\": ", odd_size(comm),
                    odd_threads());
    odd_text_json(&line, odd_blas_library_text());
    odd_text_add(&line, ", \"cpu\": ");
    odd_text_json(&line, odd_cpu_name(cpu, sizeof cpu));
    odd_text_add(&line, "}\n");
    odd_status st = odd_text_status(&line);
    if (st == ODD_OK && (fputs(odd_text_string(&line), stdout) < 0 || fflush(stdout) != 0))
        st = odd_fail(ODD_IO, "cannot write to standard output");
    odd_text_free(&line);
    return st;
}

odd_status odd_bench_print(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                           double seconds, const char *more)
{
    return odd_agree(comm, odd_rank(comm) == 0 ? print_line(comm, c, s, seconds, more) : ODD_OK);
}

odd_status odd_bench_repeat(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                            int64_t times, odd_bench_once *once, void *context)
{
    odd_bench_took took;
    odd_status st = ODD_OK;
    for (int64_t r = 0; r < times; r++) {
        took = (odd_bench_took){.number = r};
        ODD_TRY(once(s, context, &took));
        ODD_TRY(odd_bench_print(comm, c, s, took.seconds, took.more));
    }
done:
    return st;
}

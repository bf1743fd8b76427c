/* Run line: a finished run as one line of JSON, for programs: what is in it, and what its stages
 * took. */
#include "oddlot/run/runner.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage_files.h"

#include <stdlib.h>

/* Counts that stages note in their files. */
static const char *const counts[] = {"unreadable", "flagged", "findings"};
enum { COUNTS = sizeof counts / sizeof *counts };

/* Of all stages. */
typedef struct {
    double seconds, cpu;
    int64_t peak, read, written;
    odd_text stages, counted; /* members of JSON */
} totals;

static int64_t number_of(const odd_file *file, const char *name)
{
    int64_t n = -1;
    return odd_file_get_i64(file, "/", name, &n) == ODD_OK ? n : -1;
}

/* A stage of an older oddlot says less of what it took. */
static double real_of(const odd_file *file, const char *name)
{
    double x = 0;
    return odd_file_get_f64(file, "/", name, &x) == ODD_OK ? x : 0;
}

static int64_t at_least_0(int64_t n)
{
    return n > 0 ? n : 0;
}

static void add_stage(const odd_stage *stage, const odd_file *file, totals *t)
{
    const double seconds = real_of(file, "seconds");
    const int64_t peak = number_of(file, "peak_bytes_per_rank");
    odd_text_format(&t->stages, "%s\"%s\": %.6g", t->stages.length > 0 ? ", " : "", stage->name,
                    seconds);
    t->seconds += seconds;
    t->cpu += real_of(file, "cpu_seconds");
    t->read += at_least_0(number_of(file, "bytes_read"));
    t->written += at_least_0(number_of(file, "bytes_written"));
    if (peak > t->peak) t->peak = peak;
    for (int i = 0; i < COUNTS; i++) {
        const int64_t n = number_of(file, counts[i]);
        if (n >= 0) odd_text_format(&t->counted, "\"%s\": %lld, ", counts[i], (long long)n);
    }
}

static odd_status add_stages(const odd_run *run, totals *t)
{
    const odd_stage *const *stage = run->pipeline->stages;
    odd_status st = ODD_OK;
    for (int i = 0; stage[i]; i++) {
        odd_file *file = NULL;
        if (!odd_stage_applies(stage[i], run->job)) continue;
        ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, stage[i]->name, &file));
        add_stage(stage[i], file, t);
        odd_file_close(&file);
    }
    ODD_TRY(odd_text_status(&t->stages));
    ODD_TRY(odd_text_status(&t->counted));
done:
    return st;
}

/* @local: rank 0 */
static odd_status write_line(const odd_run *run, odd_text *out)
{
    totals t = {.stages = ODD_TEXT_EMPTY, .counted = ODD_TEXT_EMPTY};
    char *folder = realpath(run->folder, NULL);
    odd_status st;
    ODD_TRY(add_stages(run, &t));
    odd_text_add(out, "{\"run\": ");
    odd_text_json(out, folder ? folder : run->folder);
    odd_text_add(out, ", \"job\": ");
    odd_text_json(out, run->options->name);
    odd_text_format(out, ", \"images\": %lld, %s\"ranks\": %d, \"seconds\": %.6g, ",
                    (long long)odd_selection_rows(run->selection), odd_text_string(&t.counted),
                    odd_size(run->comm), t.seconds);
    odd_text_format(out,
                    "\"cpu_seconds\": %.6g, \"peak_bytes_per_rank\": %lld, \"bytes_read\": %lld, "
                    "\"bytes_written\": %lld, \"stages\": {%s}}\n",
                    t.cpu, (long long)t.peak, (long long)t.read, (long long)t.written,
                    odd_text_string(&t.stages));
    st = odd_text_status(out);
done:
    free(folder);
    odd_text_free(&t.stages);
    odd_text_free(&t.counted);
    return st;
}

odd_status odd_run_line(odd_run *run, odd_text *out)
{
    const odd_selection *selection;
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? write_line(run, out) : ODD_OK);
done:
    return st;
}

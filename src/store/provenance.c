/* Provenance: what a file says about who made it, from what, and where. */
#include "store/file_internal.h"

#include "oddlot/base/machine.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"

#include <string.h>
#include <time.h>

#ifndef ODD_GIT
#define ODD_GIT "unknown"
#endif

const char *const odd_provenance_texts[] = {"program",  "version",     "git", "stage", "command",
                                            "settings", "fingerprint", "cpu", "time",  NULL};
const char *const odd_provenance_numbers[] = {"seed", "ranks", "threads", NULL};

enum { FACT_SIZE = 128 };

static void read_time(char text[static FACT_SIZE])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, FACT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* What rank 0 sees is written by all: HDF5 wants the same attribute from every rank. */
typedef struct {
    char cpu[FACT_SIZE], time[FACT_SIZE];
    int threads; /* others may have more CPUs */
} facts;

static facts read_facts(MPI_Comm comm, int threads)
{
    facts f;
    memset(&f, 0, sizeof f);
    odd_cpu_name(f.cpu, sizeof f.cpu);
    read_time(f.time);
    f.threads = threads;
    odd_broadcast(comm, 0, &f, sizeof f);
    return f;
}

odd_status odd_provenance_write(odd_file *file, const odd_provenance *from)
{
    odd_status st;
    facts here = read_facts(file->comm, from->threads);
    /* In the order of the names above. */
    const char *const text[] = {"oddlot",          ODD_VERSION,   ODD_GIT,
                                from->stage,       from->command, from->settings,
                                from->fingerprint, here.cpu,      here.time};
    const int64_t number[] = {(int64_t)from->seed, odd_size(file->comm), here.threads};
    for (int i = 0; odd_provenance_texts[i]; i++)
        ODD_TRY(odd_file_set_text(file, "/", odd_provenance_texts[i], text[i] ? text[i] : ""));
    for (int i = 0; odd_provenance_numbers[i]; i++)
        ODD_TRY(odd_file_set_i64(file, "/", odd_provenance_numbers[i], number[i]));
    if (from->images > 0) ODD_TRY(odd_file_set_i64(file, "/", "images", from->images));
done:
    return st;
}

odd_status odd_provenance_check(const odd_file *file)
{
    char *program;
    odd_status st = odd_file_get_text(file, "/", "program", &program);
    if (st == ODD_NOMEM) return st;
    if (st != ODD_OK) return odd_fail(ODD_FORMAT, "'%s' was not written by oddlot", file->path);
    bool ours = strcmp(program, "oddlot") == 0;
    odd_free(program);
    return ours ? ODD_OK : odd_fail(ODD_FORMAT, "'%s' was not written by oddlot", file->path);
}

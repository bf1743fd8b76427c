/* Files of stages: where they are, how they begin and how they are published. */
#include "oddlot/run/stage_files.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_meter.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>

static odd_status stage_path(const odd_run *run, const char *stage, char **out)
{
    return odd_run_path(run, odd_stage_find(run->pipeline, stage)->file, out);
}

odd_status odd_stage_open(const odd_run *run, MPI_Comm comm, const char *stage, odd_file **out)
{
    char *path = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY_ALL(comm, stage_path(run, stage, &path));
    ODD_TRY(odd_file_open(comm, path, false, out));
done:
    odd_free(path);
    return st;
}

odd_status odd_stage_create(const odd_run *run, MPI_Comm comm, const odd_provenance *from,
                            odd_file **out)
{
    char *path = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY_ALL(comm, stage_path(run, from->stage, &path));
    ODD_TRY(odd_file_create(comm, path, from, out));
done:
    odd_free(path);
    return st;
}

/* @collective */
static odd_status note_split(odd_file *file, const odd_stage_split split[static ODD_SPLITS])
{
    static const char *const kind[ODD_SPLITS] = {[ODD_SPLIT_COMPUTE] = "compute",
                                                 [ODD_SPLIT_MPI] = "mpi",
                                                 [ODD_SPLIT_MPI_FILE] = "mpi_file",
                                                 [ODD_SPLIT_COMPUTE_CPU] = "compute_cpu"};
    static const char *const over[] = {"sum", "max", "min"};
    odd_status st = ODD_OK;
    for (int i = 0; i < ODD_SPLITS; i++) {
        const double value[] = {split[i].sum, split[i].max, split[i].min};
        for (int j = 0; j < 3; j++) {
            char name[64];
            snprintf(name, sizeof name, "%s_seconds_%s", kind[i], over[j]);
            ODD_TRY(odd_file_set_f64(file, "/", name, value[j]));
        }
    }
done:
    return st;
}

/* Of all ranks. @collective */
static odd_status note_usage(MPI_Comm comm, odd_file *file, double seconds)
{
    int64_t peak;
    odd_usage mine = odd_stage_meter_usage(&peak);
    const odd_mpi_usage mpi = odd_stage_meter_mpi();
    int64_t count[] = {mine.read, mine.written, mpi.bytes, mpi.calls};
    odd_stage_split split[ODD_SPLITS];
    odd_status st;
    odd_stage_meter_split(comm, seconds, split);
    odd_max_f64(comm, &seconds, 1);
    odd_max_i64(comm, &peak, 1);
    odd_sum_f64(comm, &mine.cpu, 1);
    odd_sum_i64(comm, count, 4);
    odd_broadcast(comm, 0, &mine.cpu, sizeof mine.cpu); /* a sum may differ in its last bit */
    ODD_TRY(odd_file_set_f64(file, "/", "seconds", seconds));
    ODD_TRY(odd_file_set_f64(file, "/", "cpu_seconds", mine.cpu));
    ODD_TRY(odd_file_set_i64(file, "/", "peak_bytes_per_rank", peak));
    ODD_TRY(odd_file_set_i64(file, "/", "bytes_read", count[0]));
    ODD_TRY(odd_file_set_i64(file, "/", "bytes_written", count[1]));
    ODD_TRY(odd_file_set_i64(file, "/", "bytes_sent", count[2]));
    ODD_TRY(odd_file_set_i64(file, "/", "mpi_calls", count[3]));
    ODD_TRY(note_split(file, split));
done:
    return st;
}

odd_status odd_stage_publish(MPI_Comm comm, odd_file **file, double started)
{
    odd_status st;
    ODD_TRY(note_usage(comm, *file, odd_seconds() - started));
    ODD_TRY(odd_file_publish(file));
done:
    odd_file_discard(file);
    return st;
}

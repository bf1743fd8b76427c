/* Stage meter: one for the process, as one stage is at work at a time. */
#include "oddlot/run/stage_meter.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"

#include <math.h>

static odd_stage_meter meter;

static int64_t peak_so_far(void)
{
    const int64_t peak = odd_memory_peak();
    return peak > meter.peak ? peak : meter.peak;
}

odd_stage_meter odd_stage_meter_begin(void)
{
    odd_stage_meter around = meter;
    around.peak = peak_so_far();
    odd_memory_trim(); /* what the stage before freed is none of this one's */
    odd_memory_peak_restart();
    meter = (odd_stage_meter){.begun = odd_usage_now(), .mpi = odd_mpi_usage_now()};
    return around;
}

void odd_stage_meter_end(const odd_stage_meter *around)
{
    const int64_t within = peak_so_far();
    meter = *around;
    if (within > meter.peak) meter.peak = within;
}

odd_usage odd_stage_meter_usage(int64_t *peak)
{
    const odd_usage now = odd_usage_now();
    *peak = peak_so_far();
    return (odd_usage){.cpu = now.cpu - meter.begun.cpu,
                       .read = now.read - meter.begun.read,
                       .written = now.written - meter.begun.written};
}

odd_mpi_usage odd_stage_meter_mpi(void)
{
    const odd_mpi_usage now = odd_mpi_usage_now();
    return (odd_mpi_usage){.waiting = now.waiting - meter.mpi.waiting,
                           .filing = now.filing - meter.mpi.filing,
                           .cpu = now.cpu - meter.mpi.cpu,
                           .bytes = now.bytes - meter.mpi.bytes,
                           .calls = now.calls - meter.mpi.calls};
}

/* A sum of MPI may differ in its last bit from rank to rank, and attributes may not. */
static void share_sum(MPI_Comm comm, double value[], int count)
{
    odd_sum_f64(comm, value, count);
    odd_broadcast(comm, 0, value, (size_t)count * sizeof *value);
}

void odd_stage_meter_split(MPI_Comm comm, double elapsed, odd_stage_split out[static ODD_SPLITS])
{
    const odd_mpi_usage mpi = odd_stage_meter_mpi();
    const double cpu = odd_usage_now().cpu - meter.begun.cpu;
    const double mine[ODD_SPLITS] = {
        [ODD_SPLIT_COMPUTE] = fmax(0, elapsed - mpi.waiting - mpi.filing),
        [ODD_SPLIT_MPI] = mpi.waiting,
        [ODD_SPLIT_MPI_FILE] = mpi.filing,
        [ODD_SPLIT_COMPUTE_CPU] = fmax(0, cpu - mpi.cpu),
    };
    double sum[ODD_SPLITS], most[2 * ODD_SPLITS];
    for (int i = 0; i < ODD_SPLITS; i++) {
        sum[i] = most[i] = mine[i];
        most[ODD_SPLITS + i] = -mine[i];
    }
    share_sum(comm, sum, ODD_SPLITS);
    odd_max_f64(comm, most, 2L * ODD_SPLITS);
    for (int i = 0; i < ODD_SPLITS; i++)
        out[i] = (odd_stage_split){sum[i], most[i], -most[ODD_SPLITS + i]};
}

/* Stage meter: one for the process, as one stage is at work at a time. */
#include "oddlot/run/stage_meter.h"

#include "oddlot/base/memory.h"

static odd_stage_meter meter;

static int64_t peak_so_far(void)
{
    const int64_t peak = odd_memory_peak();
    return peak > meter.peak ? peak : meter.peak;
}

odd_stage_meter odd_stage_meter_begin(void)
{
    const odd_stage_meter around = {meter.begun, peak_so_far()};
    odd_memory_trim(); /* what the stage before freed is none of this one's */
    odd_memory_peak_restart();
    meter = (odd_stage_meter){.begun = odd_usage_now()};
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

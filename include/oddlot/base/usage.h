/**
 * Usage: what this process has taken of the machine. @local
 */
#ifndef ODDLOT_BASE_USAGE_H
#define ODDLOT_BASE_USAGE_H

#include <stdint.h>

typedef struct {
    double cpu;            /* seconds of processors, of all threads */
    int64_t read, written; /* bytes that went through files, pipes and sockets, also those that the
                              system had in memory; 0 where the system does not count them */
} odd_usage;

odd_usage odd_usage_now(void);

/** Bytes that are resident, and the most that were since the start, or since the last restart. */
int64_t odd_memory_now(void);
int64_t odd_memory_peak(void);

/** From now on odd_memory_peak() is of what comes. Where the system cannot do that it remains of
 * all. */
void odd_memory_peak_restart(void);

#endif

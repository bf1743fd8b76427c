/**
 * MPI meter: how long this process was within MPI, and what it gave it to send.
 *
 * Every call of MPI that may wait is counted, also those of libraries (ScaLAPACK, HDF5): the
 * program stands in for it by MPI's profiling interface (MPI 3.1, section 14.2). Built with
 * -DODDLOT_MPI_METER=OFF it leaves that interface to another profiler, and all counts are 0. The
 * installed library leaves it alone.
 */
#ifndef ODDLOT_PAR_MPI_METER_H
#define ODDLOT_PAR_MPI_METER_H

#include <stdint.h>

typedef struct {
    double waiting; /* seconds in calls that exchange something or wait for others */
    double filing;  /* seconds in those that work on files, where some wait for others too */
    double cpu;    /* seconds of this process's processors in either, as ranks that wait may spin */
    int64_t bytes; /* given to be sent: of a collective call what this rank brings in, once */
    int64_t calls; /* of those that exchange something */
} odd_mpi_usage;

/** Of this process, since its start. MPI is called by one thread at a time (FUNNELED). @local */
odd_mpi_usage odd_mpi_usage_now(void);

#endif

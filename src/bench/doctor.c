/* Doctor: what this machine and build can do, each line checked where it can be. */
#include "oddlot/bench/bench.h"

#include "oddlot/base/blas_library.h"
#include "oddlot/base/isa.h"
#include "oddlot/base/machine.h"
#include "oddlot/base/memory.h"
#include "oddlot/image/prepare.h"
#include "oddlot/linalg/grid.h"
#include "oddlot/nn/net.h"
#include "oddlot/nn/networks.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"
#include "oddlot/run/backbone.h"
#include "oddlot/store/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LEAST_MEMORY ((int64_t)1 << 30)
#define LEAST_DISK   ((int64_t)1 << 30)

/* A line of the report: good, or what is wrong. Rank 0 prints; `bad` counts. */
static void line(const char *topic, int good, int *bad, const char *text)
{
    printf("%-4s  %-10s  %s\n", good ? "ok" : "BAD", topic, text);
    *bad += !good;
}

static void cpu_line(int *bad)
{
    char name[128], text[256];
    snprintf(text, sizeof text, "%s with %s, %ld CPUs", odd_cpu_name(name, sizeof name),
             odd_isa_text(odd_isa_of_cpu()), sysconf(_SC_NPROCESSORS_ONLN));
    line("cpu", 1, bad, text);
}

/* ", limited by DNNL_MAX_CPU_ISA=AVX2" for the first of the variables that is set. */
static void add_limit(char *text, size_t size, const char *const variable[])
{
    const size_t used = strlen(text);
    for (int i = 0; variable[i]; i++) {
        const char *value = getenv(variable[i]);
        if (!value || !*value) continue;
        snprintf(text + used, size - used, ", limited by %s=%.40s", variable[i], value);
        return;
    }
}

/* What features.source: auto will take. */
static void backbone_line(int *bad)
{
    const char *path = odd_backbone();
    char text[512];
    if (odd_networks_absent())
        snprintf(text, sizeof text, "%.200s%saudits look at pixels: %s", path ? path : "",
                 path ? "; " : "", odd_networks_absent());
    else if (path)
        snprintf(text, sizeof text, "%s", path);
    else
        snprintf(text, sizeof text, "none found, so audits look at pixels; %s", ODD_BACKBONE_HINT);
    line("backbone", odd_networks_absent() || !path || access(path, R_OK) == 0, bad, text);
}

/* Which instruction sets are used, by whom, and what keeps them from more. */
static void isa_lines(int *bad)
{
    static const char *const ours[] = {"ODDLOT_ISA", NULL};
    static const char *const onednn[] = {"ODDLOT_ISA", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA",
                                         NULL};
    const char *variable = odd_blas_library_isa_variable();
    const char *blas[] = {variable ? "ODDLOT_ISA" : NULL, variable, NULL};
    const char *most = odd_blas_library_isa(odd_isa_of_cpu());
    if (variable && getenv(variable) && strcmp(getenv(variable), most) == 0) blas[1] = NULL;
    char text[256];
    snprintf(text, sizeof text, "oddlot's own use %s", odd_isa_text(odd_isa_now));
    add_limit(text, sizeof text, ours);
    line("loops", 1, bad, text);
    snprintf(text, sizeof text, "%s", odd_net_text());
    if (!odd_networks_absent()) add_limit(text, sizeof text, onednn);
    line("onednn", 1, bad, text);
    snprintf(text, sizeof text, "%s", odd_blas_library_text());
    add_limit(text, sizeof text, blas);
    line("blas", 1, bad, text);
}

static void memory_line(int *bad)
{
    char amount[32], text[128];
    int64_t bytes = odd_memory_available();
    snprintf(text, sizeof text, "%s available", odd_human_bytes(bytes, amount));
    line("memory", bytes >= LEAST_MEMORY, bad, text);
}

static void disk_line(int *bad)
{
    struct statvfs disk;
    char amount[32], text[128];
    int known = statvfs(".", &disk) == 0;
    int64_t bytes = known ? (int64_t)disk.f_bavail * (int64_t)disk.f_frsize : 0;
    snprintf(text, sizeof text, "%s free in this folder", odd_human_bytes(bytes, amount));
    line("disk", bytes >= LEAST_DISK, bad, text);
}

static void mpi_line(MPI_Comm comm, int *bad)
{
    char version[MPI_MAX_LIBRARY_VERSION_STRING], text[256];
    int length;
    MPI_Get_library_version(version, &length);
    snprintf(text, sizeof text, "%.*s; %d ranks x %d threads", (int)strcspn(version, ",\n"),
             version, odd_size(comm), odd_threads());
    line("mpi", 1, bad, text);
}

/* Eigenvalues of a matrix whose spectrum is known: 2 - 2 cos(pi j / (d + 1)). @collective */
static odd_status check_eigh(MPI_Comm comm, double *error)
{
    enum { D = 200, K = 5 };
    odd_grid *grid = NULL;
    double *a = NULL, *vector = NULL, value[K];
    odd_status st;
    ODD_TRY(odd_grid_new(comm, D, &grid));
    ODD_TRY_ALL(comm, ODD_NEW(a, D * D));
    ODD_TRY_ALL(comm, ODD_NEW(vector, K * D));
    for (int i = 0; i < D; i++) {
        a[i * D + i] = 2;
        if (i + 1 < D) a[i * D + i + 1] = -1;
    }
    ODD_TRY(odd_grid_eigh(grid, D, a, K, value, vector));
    *error = 0;
    for (int j = 0; j < K; j++)
        *error = fmax(*error, fabs(value[j] - (2 - 2 * cos(M_PI * (D - j) / (D + 1)))));
done:
    odd_grid_free(&grid);
    odd_free(a);
    odd_free(vector);
    return st;
}

odd_status odd_doctor(MPI_Comm comm)
{
    char text[256];
    double error;
    int bad = 0;
    odd_status st;
    ODD_TRY_ALL(comm, odd_image_start());
    odd_backbone_look(comm);
    ODD_TRY(check_eigh(comm, &error));
    if (odd_rank(comm) == 0) {
        printf("oddlot %s\n", ODD_VERSION);
        cpu_line(&bad);
        memory_line(&bad);
        disk_line(&bad);
        mpi_line(comm, &bad);
        isa_lines(&bad);
        snprintf(text, sizeof text, "largest error of 5 eigenvalues of a known matrix: %.1e",
                 error);
        line("scalapack", error < 1e-10, &bad, text);
        line("hdf5", 1, &bad, odd_store_text());
        line("images", 1, &bad, odd_image_text());
        backbone_line(&bad);
        line("slurm", 1, &bad, getenv("SLURM_JOB_ID") ? "inside a job" : "not inside a job");
    }
    odd_broadcast(comm, 0, &bad, sizeof bad);
    if (bad) ODD_TRY(odd_fail(ODD_PROBLEM, "%d of the checks above found something wrong", bad));
done:
    return st;
}

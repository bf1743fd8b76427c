/* Usage: what /proc says of this process. */
#include "oddlot/base/usage.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* The number after `key` at the start of a line of a file; -1: there is none. */
static int64_t number_of(const char *path, const char *key)
{
    const size_t length = strlen(key);
    int64_t number = -1;
    char line[256];
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    while (number < 0 && fgets(line, sizeof line, f))
        if (strncmp(line, key, length) == 0 && sscanf(line + length, "%" SCNd64, &number) != 1)
            break;
    fclose(f);
    return number;
}

static int64_t bytes_of(const char *key)
{
    const int64_t bytes = number_of("/proc/self/io", key);
    return bytes > 0 ? bytes : 0;
}

odd_usage odd_usage_now(void)
{
    struct timespec cpu = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (odd_usage){.cpu = (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec,
                       .read = bytes_of("rchar:"),
                       .written = bytes_of("wchar:")};
}

int64_t odd_memory_now(void)
{
    const int64_t kib = number_of("/proc/self/status", "VmRSS:");
    return kib > 0 ? kib * 1024 : 0;
}

/* What getrusage() says includes the program that started this one, and cannot be restarted. */
int64_t odd_memory_peak(void)
{
    struct rusage usage;
    const int64_t kib = number_of("/proc/self/status", "VmHWM:");
    if (kib > 0) return kib * 1024;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss * 1024 : 0;
}

void odd_memory_peak_restart(void)
{
    const char highest[] = "5"; /* of the kinds of references that there are: see proc(5) */
    const int f = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (f < 0) return;
    const ssize_t written = write(f, highest, sizeof highest - 1);
    (void)written; /* where it fails the peak goes on */
    close(f);
}

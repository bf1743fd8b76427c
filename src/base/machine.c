/* The name of the CPU, from /proc/cpuinfo. */
#include "oddlot/base/machine.h"

#include <stdio.h>

const char *odd_cpu_name(char *buffer, size_t size)
{
    char line[256], name[160];
    FILE *f = fopen("/proc/cpuinfo", "r");
    snprintf(buffer, size, "unknown");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "model name : %159[^\n]", name) != 1) continue;
        snprintf(buffer, size, "%s", name);
        break;
    }
    if (f) fclose(f);
    return buffer;
}

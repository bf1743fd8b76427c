/* Memory limits: what /proc/meminfo and the control groups of this process leave to be had.
 *
 * A batch system puts a job into a control group, and the limit may stand on any group from the
 * job's own up to the root; versions 2 and 1 of the interface have it in different files. */
#include "base/memory_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *mount;              /* where the hierarchy is mounted */
    const char *limit, *use, *idle; /* files of a group; key in memory.stat */
} hierarchy;

static const hierarchy version_2 = {"/sys/fs/cgroup", "memory.max", "memory.current",
                                    "inactive_file"};
static const hierarchy version_1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                    "memory.usage_in_bytes", "total_inactive_file"};

/* The number after `key` at the start of a line (an empty key: of the first line), -1 if there is
 * none; "max" is none. */
static int64_t read_number(const char *path, const char *key)
{
    int64_t number = -1;
    size_t length = strlen(key);
    char line[256];
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    while (fgets(line, sizeof line, f)) {
        if (strncmp(line, key, length) != 0) continue;
        if (sscanf(line + length, "%" SCNd64, &number) != 1) number = -1;
        break;
    }
    fclose(f);
    return number;
}

static int64_t read_group(const char *group, const char *file, const char *key)
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", group, file);
    return read_number(path, key);
}

/* What one group leaves. File pages nobody used lately count as free: the kernel drops them. */
static int64_t left_in_group(const hierarchy *h, const char *group)
{
    int64_t limit = read_group(group, h->limit, ""), use = read_group(group, h->use, "");
    if (limit < 0 || use < 0) return INT64_MAX;
    int64_t idle = read_group(group, "memory.stat", h->idle);
    int64_t busy = idle > 0 && idle < use ? use - idle : use;
    return busy < limit ? limit - busy : 0;
}

/* The least that the group at `path` and those above it leave. */
static int64_t left_in_hierarchy(const char *root, const hierarchy *h, const char *path)
{
    char group[PATH_MAX + 512];
    int top = snprintf(group, sizeof group, "%s%s", root, h->mount);
    if (top < 0 || (size_t)top >= sizeof group) return INT64_MAX;
    snprintf(group + top, sizeof group - (size_t)top, "%s", path);
    int64_t least = INT64_MAX;
    while (true) {
        int64_t left = left_in_group(h, group);
        if (left < least) least = left;
        char *slash = strrchr(group + top, '/');
        if (!slash) return least;
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup is "id:controllers:path"; version 2 has no controllers. */
static int64_t left_by_line(const char *root, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : 0;
    if (!path) return INT64_MAX;
    *path++ = '\0';
    if (controllers[1] == '\0') return left_in_hierarchy(root, &version_2, path);
    if (strstr(controllers, "memory")) return left_in_hierarchy(root, &version_1, path);
    return INT64_MAX;
}

static int64_t left_by_groups(const char *root)
{
    char path[PATH_MAX], line[PATH_MAX];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *f = fopen(path, "r");
    if (!f) return INT64_MAX;
    int64_t least = INT64_MAX;
    while (fgets(line, sizeof line, f)) {
        int64_t left = left_by_line(root, line);
        if (left < least) least = left;
    }
    fclose(f);
    return least;
}

int64_t odd_memory_available_under(const char *root)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    int64_t kib = read_number(path, "MemAvailable:");
    int64_t machine = kib < 0 || kib > INT64_MAX / 1024 ? INT64_MAX : kib * 1024;
    int64_t groups = left_by_groups(root);
    return groups < machine ? groups : machine;
}

int64_t odd_memory_available(void)
{
    return odd_memory_available_under("");
}

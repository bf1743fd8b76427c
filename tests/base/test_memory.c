/* Tests of memory: aligned, zeroed, checked arrays, and the limits of made-up machines. */
#include "oddlot_test.h"

#include "base/memory_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/base/usage.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "base/memory";

static void arrays_are_aligned_and_zeroed(void)
{
    for (int64_t count = 0; count < 300; count += 37) {
        unsigned char *p = odd_alloc(count, 3);
        CU_ASSERT_PTR_NOT_NULL(p);
        CU_ASSERT_EQUAL((uintptr_t)p % 64, 0);
        for (int64_t i = 0; p && i < 3 * count; i++)
            CU_ASSERT_EQUAL(p[i], 0);
        if (p) memset(p, 0xFF, (size_t)(3 * count));
        odd_free(p);
    }
    odd_free(NULL);
}

static bool is_zero(const unsigned char *p, size_t size)
{
    return p[0] == 0 && memcmp(p, p + 1, size - 1) == 0;
}

/* Below, at and above a huge page. */
static void lasting_arrays_are_zeroed(void)
{
    const int64_t sizes[] = {0, 100, (2 << 20) - 1, 2 << 20, (5 << 20) + 3};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *p = odd_alloc_lasting(sizes[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p);
        CU_ASSERT_EQUAL((uintptr_t)p % 64, 0);
        CU_ASSERT(sizes[i] < 2 || is_zero(p, (size_t)sizes[i]));
        memset(p, 0xFF, (size_t)sizes[i]);
        odd_free(p);
    }
    CU_ASSERT_PTR_NULL(odd_alloc_lasting(-1));
    CU_ASSERT_PTR_NULL(odd_alloc_lasting(INT64_MAX));
}

/* Also where the C library has such a block in store, full of what was in it before: all come from
 * the heap and stay there, but for the sanitizer's. */
static void large_arrays_are_zeroed(void)
{
    static const size_t sizes[] = {(32 << 20) - 1, 32 << 20, (32 << 20) + 1, (33 << 20) + 4095,
                                   (40 << 20) + 4097};
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            unsigned char *p = odd_alloc((int64_t)sizes[i], 1);
            CU_ASSERT_PTR_NOT_NULL(p);
            if (!p) continue;
            CU_ASSERT_EQUAL((uintptr_t)p % 64, 0);
            CU_ASSERT_TRUE(is_zero(p, sizes[i]));
            memset(p, 0xFF, sizes[i]);
            odd_free(p);
        }
    mallopt(M_MMAP_MAX, 65536);
}

static void impossible_sizes_are_refused(void)
{
    double *p;
    CU_ASSERT_PTR_NULL(odd_alloc(-1, 8));
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "cannot allocate -1 elements");
    CU_ASSERT_PTR_NULL(odd_alloc(INT64_MAX, 8));
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "too many"));
    CU_ASSERT_PTR_NULL(odd_alloc(INT64_MAX, 2)); /* fits size_t, but no object is so large */
    CU_ASSERT_EQUAL(ODD_NEW(p, -5), ODD_NOMEM);
    CU_ASSERT_EQUAL(ODD_NEW(p, 5), ODD_OK);
    odd_free(p);
}

static void peak_grows_with_use(void)
{
    int64_t before = odd_memory_peak(), size = 64 << 20;
    CU_ASSERT(before > 0);
    char *p = odd_alloc(size, 1);
    if (p) memset(p, 1, (size_t)size);
    CU_ASSERT(odd_memory_peak() >= before);
    CU_ASSERT(odd_memory_peak() >= size);
    odd_free(p);
}

static void peak_restarts(void)
{
    const int64_t size = 64 << 20;
    char *p = odd_alloc(size, 1);
    if (p) memset(p, 1, (size_t)size);
    const int64_t before = odd_memory_peak();
    odd_free(p);
    odd_memory_peak_restart();
    CU_ASSERT(odd_memory_peak() <= before - size / 2);
    CU_ASSERT(odd_memory_peak() >= odd_memory_now() / 2);
}

static void usage_counts_processor_and_files(void)
{
    const odd_usage before = odd_usage_now();
    char text[4096] = "";
    FILE *zero = fopen("/dev/zero", "r"), *null = fopen("/dev/null", "w");
    volatile double sum = 0;
    for (int i = 0; i < 20000000; i++)
        sum += i;
    if (zero) CU_ASSERT_EQUAL(fread(text, 1, sizeof text, zero), sizeof text);
    if (null) CU_ASSERT_EQUAL(fwrite(text, 1, sizeof text, null), sizeof text);
    if (zero) fclose(zero);
    if (null) fclose(null);
    const odd_usage after = odd_usage_now();
    CU_ASSERT(after.cpu > before.cpu);
    CU_ASSERT(after.read - before.read >= (int64_t)sizeof text);
    CU_ASSERT(after.written - before.written >= (int64_t)sizeof text);
}

static void this_machine_has_memory(void)
{
    int64_t available = odd_memory_available();
    CU_ASSERT(available > 0 && available < INT64_MAX);
}

/* ---- machines made of a few files ------------------------------------------------------------ */

#define MIB 1048576LL

static char root[64];

static void put(const char *path, const char *content)
{
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    *strrchr(whole, '/') = '\0';
    CU_ASSERT_EQUAL(odd_folder_make(whole), ODD_OK);
    snprintf(whole, sizeof whole, "%s%s", root, path);
    CU_ASSERT_EQUAL(odd_file_spill(whole, content, strlen(content)), ODD_OK);
}

static void machine_new(void)
{
    snprintf(root, sizeof root, "/tmp/oddlot-test-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL(mkdtemp(root));
    put("/proc/meminfo", "MemTotal:  4194304 kB\nMemAvailable:   2097152 kB\n");
}

static void machine_free(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void no_groups(void)
{
    machine_new();
    CU_ASSERT_EQUAL(odd_memory_available_under(root), 2048 * MIB);
    machine_free();
    CU_ASSERT_EQUAL(odd_memory_available_under("/nowhere"), INT64_MAX);
}

/* The limit stands on the group above the job's own; idle file pages count as free. */
static void groups_of_version_2(void)
{
    machine_new();
    put("/proc/self/cgroup", "0::/slurm/job_7/step_0\n");
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.current", "1048576\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.max", "1073741824\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.current", "419430400\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.stat", "anon 1\ninactive_file 104857600\n");
    CU_ASSERT_EQUAL(odd_memory_available_under(root), (1024 - 400 + 100) * MIB);
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "1048576\n");
    CU_ASSERT_EQUAL(odd_memory_available_under(root), 0);
    machine_free();
}

/* In a container the path is the host's, and the limit lies at the mount itself. */
static void groups_of_a_container(void)
{
    machine_new();
    put("/proc/self/cgroup", "0::/docker/abc\n");
    put("/sys/fs/cgroup/memory.max", "536870912\n");
    put("/sys/fs/cgroup/memory.current", "0\n");
    CU_ASSERT_EQUAL(odd_memory_available_under(root), 512 * MIB);
    machine_free();
}

static void groups_of_version_1(void)
{
    machine_new();
    put("/proc/self/cgroup", "5:cpu,cpuacct:/other\n4:memory:/slurm/job_9\n0::/\n");
    put("/sys/fs/cgroup/memory/slurm/job_9/memory.limit_in_bytes", "268435456\n");
    put("/sys/fs/cgroup/memory/slurm/job_9/memory.usage_in_bytes", "1048576\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"); /* none */
    put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1048576\n");
    CU_ASSERT_EQUAL(odd_memory_available_under(root), 255 * MIB);
    machine_free();
}

/* Of the inner pages nothing is left; what is before and behind stays. */
static void pages_are_forgotten(void)
{
    const int64_t size = 40 << 20;
    char *p = odd_alloc(size, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    memset(p, 1, (size_t)size);
    odd_memory_forget(p + 100, (size_t)size / 2);
    CU_ASSERT(p[0] == 1 && p[99] == 1 && p[100 + size / 2] == 1 && p[size - 1] == 1);
    CU_ASSERT(p[8192] == 0 && p[size / 2 - 8192] == 0);
    odd_memory_forget(p + 5, 10); /* less than a page */
    CU_ASSERT_EQUAL(p[5], 1);
    odd_free(p);
}

CU_TestInfo odd_tests[] = {
    {"arrays are aligned and zeroed", arrays_are_aligned_and_zeroed},
    {"large arrays are zeroed", large_arrays_are_zeroed},
    {"lasting arrays are zeroed", lasting_arrays_are_zeroed},
    {"pages are forgotten", pages_are_forgotten},
    {"impossible sizes are refused", impossible_sizes_are_refused},
    {"the peak grows with use", peak_grows_with_use},
    {"the peak restarts", peak_restarts},
    {"usage counts processors and files", usage_counts_processor_and_files},
    {"this machine has memory", this_machine_has_memory},
    {"a machine without control groups", no_groups},
    {"control groups, version 2", groups_of_version_2},
    {"control groups in a container", groups_of_a_container},
    {"control groups, version 1", groups_of_version_1},
    CU_TEST_INFO_NULL,
};

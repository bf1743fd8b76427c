/* Tests of whole files: read with a limit, written whole or not at all, folders made. */
#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *odd_test_name = "base/files";

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void folder_new(void)
{
    snprintf(folder, sizeof folder, "/tmp/oddlot-test-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL(mkdtemp(folder));
}

static void folder_free(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void what_is_written_is_read(void)
{
    static char out[100001];
    char *in;
    int64_t size;
    for (size_t i = 0; i < sizeof out; i++)
        out[i] = (char)(i * 7 % 251);
    folder_new();
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("a"), out, sizeof out), ODD_OK);
    CU_ASSERT_EQUAL(odd_file_slurp(in_folder("a"), sizeof out, &in, &size), ODD_OK);
    CU_ASSERT(size == sizeof out && memcmp(in, out, sizeof out) == 0 && in[size] == '\0');
    odd_free(in);
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("a"), "", 0), ODD_OK); /* replaces */
    CU_ASSERT_EQUAL(odd_file_slurp(in_folder("a"), 0, &in, &size), ODD_OK);
    CU_ASSERT(size == 0 && in[0] == '\0');
    odd_free(in);
    folder_free();
}

static void a_file_past_the_limit_is_refused(void)
{
    char *in;
    int64_t size;
    folder_new();
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("a"), "12345", 5), ODD_OK);
    CU_ASSERT_EQUAL(odd_file_slurp(in_folder("a"), 4, &in, &size), ODD_FORMAT);
    CU_ASSERT(in == NULL && size == 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "is larger than 4 B"));
    CU_ASSERT_EQUAL(odd_file_slurp("/dev/zero", 1 << 20, &in, &size), ODD_FORMAT); /* never ends */
    CU_ASSERT_EQUAL(odd_file_slurp("/proc/self/status", 1 << 20, &in, &size), ODD_OK); /* size 0 */
    CU_ASSERT(size > 100);
    odd_free(in);
    folder_free();
}

static void faults_are_named(void)
{
    char *in;
    int64_t size;
    folder_new();
    CU_ASSERT_EQUAL(odd_file_slurp(in_folder("none"), 10, &in, &size), ODD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "/none': No such file"));
    CU_ASSERT_EQUAL(odd_file_slurp(folder, 10, &in, &size), ODD_IO);
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("no/such/folder"), "x", 1), ODD_IO);
    CU_ASSERT_EQUAL(odd_file_slurp(folder, -1, &in, &size), ODD_ARG);
    folder_free();
}

static int count_files(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    while (d && readdir(d))
        n++;
    if (d) closedir(d);
    return n - 2; /* . and .. */
}

static void a_failed_write_leaves_nothing(void)
{
    folder_new();
    CU_ASSERT_EQUAL(odd_folder_make(in_folder("taken/x")), ODD_OK);
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("taken"), "x", 1), ODD_IO); /* a folder has the name */
    CU_ASSERT_EQUAL(count_files(), 1);
    folder_free();
}

static void a_link_takes_the_place_of_a_file(void)
{
    struct stat a, b;
    char to[PATH_MAX];
    folder_new();
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("b"), "old", 3), ODD_OK);
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("a"), "new", 3), ODD_OK);
    snprintf(to, sizeof to, "%s", in_folder("a"));
    for (int again = 0; again < 2; again++) /* the second time it is that file already */
        CU_ASSERT_TRUE(odd_file_link(to, in_folder("b")));
    CU_ASSERT_EQUAL(stat(to, &a), 0);
    CU_ASSERT_EQUAL(stat(in_folder("b"), &b), 0);
    CU_ASSERT_EQUAL(a.st_ino, b.st_ino);
    CU_ASSERT_EQUAL(count_files(), 2);
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("b"), "other", 5), ODD_OK); /* not through the link */
    CU_ASSERT_EQUAL(stat(to, &a), 0);
    CU_ASSERT_EQUAL(a.st_size, 3);
    CU_ASSERT_FALSE(odd_file_link(in_folder("none"), to));
    CU_ASSERT_FALSE(odd_file_link(to, in_folder("no/such")));
    folder_free();
}

/* What a killed process left; not what a user may have called so. */
static void what_was_left_is_swept_away(void)
{
    const char *left[] = {"a.yaml.123.tmp", "b.1.tmp"},
               *kept[] = {"a.yaml", "b.tmp", "c.1x.tmp", ".7.tmp", "1.tmp", "d.1.tmp.png"};
    folder_new();
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        CU_ASSERT_EQUAL(odd_file_spill(in_folder(left[i]), "x", 1), ODD_OK);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        CU_ASSERT_EQUAL(odd_file_spill(in_folder(kept[i]), "x", 1), ODD_OK);
    odd_folder_sweep(in_folder("."));
    CU_ASSERT_EQUAL(count_files(), (int)(sizeof kept / sizeof *kept));
    odd_folder_sweep(in_folder("none"));
    folder_free();
}

static void folders_are_made(void)
{
    struct stat info;
    char deep[PATH_MAX + 10];
    folder_new();
    CU_ASSERT_EQUAL(odd_folder_make(in_folder("a//b/c/")), ODD_OK);
    CU_ASSERT(stat(in_folder("a/b/c"), &info) == 0 && S_ISDIR(info.st_mode));
    CU_ASSERT_EQUAL(odd_folder_make(in_folder("a/b/c")), ODD_OK); /* again */
    CU_ASSERT_EQUAL(odd_folder_make("/"), ODD_OK);
    CU_ASSERT_EQUAL(odd_file_spill(in_folder("file"), "x", 1), ODD_OK);
    CU_ASSERT_EQUAL(odd_folder_make(in_folder("file/b")), ODD_IO);
    CU_ASSERT_EQUAL(odd_folder_make(""), ODD_ARG);
    memset(deep, 'a', sizeof deep);
    deep[sizeof deep - 1] = '\0';
    CU_ASSERT_EQUAL(odd_folder_make(deep), ODD_IO);
    folder_free();
}

CU_TestInfo odd_tests[] = {
    {"what is written is read", what_is_written_is_read},
    {"a file past the limit is refused", a_file_past_the_limit_is_refused},
    {"faults are named", faults_are_named},
    {"a failed write leaves nothing", a_failed_write_leaves_nothing},
    {"a link takes the place of a file", a_link_takes_the_place_of_a_file},
    {"what was left is swept away", what_was_left_is_swept_away},
    {"folders are made", folders_are_made},
    CU_TEST_INFO_NULL,
};

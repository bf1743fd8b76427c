/* Tests of the backbone: where it is looked for, in which order, and that rank 0 looks for all. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "oddlot/run/backbone.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *odd_test_name = "run/backbone";

static char folder[64]; /* of rank 0: what the others see must not matter */

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

/* folder/below/oddlot/backbones/name, empty; folders are made as needed. */
static void put(const char *below, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s/oddlot/backbones/%s", folder, below, name);
    for (char *slash = path + strlen(folder); (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    if (file) fclose(file);
}

/* What is found with these variables on rank 0, of which `home` and `data` are below the folder; on
 * others there are none. */
static const char *look(const char *given, const char *home, const char *data)
{
    char home_path[128], data_path[128];
    const bool first = odd_rank(MPI_COMM_WORLD) == 0;
    snprintf(home_path, sizeof home_path, "%s/%s", folder, home ? home : "");
    snprintf(data_path, sizeof data_path, "%s/%s", folder, data ? data : "");
    set("ODDLOT_BACKBONE", first ? given : NULL);
    set("HOME", first && home ? home_path : NULL);
    set("XDG_DATA_HOME", first && data ? data_path : NULL);
    odd_backbone_look(MPI_COMM_WORLD);
    return odd_backbone();
}

static bool ends(const char *path, const char *end)
{
    const size_t length = path ? strlen(path) : 0;
    return length >= strlen(end) && strcmp(path + length - strlen(end), end) == 0;
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/oddlot-backbone-%ld", (long)getpid());
    if (odd_rank(MPI_COMM_WORLD) != 0) return;
    mkdir(folder, 0777);
    put("home/.local/share", "b.onnx");
    put("data", "z.onnx");
    put("data", "m.onnx");
    put("data", "a.onnx.partial");
    put("data", ".a.onnx");
    put("data", "a.txt");
    put("empty", "a.txt");
}

static void end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (odd_rank(MPI_COMM_WORLD) == 0) CU_ASSERT_EQUAL(system(command), 0);
}

static void folders_are_searched_in_order(void)
{
    begin();
    CU_ASSERT(ends(look(NULL, "home", NULL), "/home/.local/share/oddlot/backbones/b.onnx"));
    CU_ASSERT(ends(look(NULL, "home", "data"), "/data/oddlot/backbones/m.onnx"));
    CU_ASSERT_PTR_NULL(look(NULL, "home", "empty"));
    CU_ASSERT_PTR_NULL(look(NULL, NULL, NULL));
    CU_ASSERT_PTR_NULL(look(NULL, "nowhere", NULL));
    end();
}

static void a_file_that_is_given_goes_first(void)
{
    begin();
    CU_ASSERT(
        ends(look("mine.onnx", "home", "data"), "mine.onnx")); /* whether it is there or not */
    CU_ASSERT_PTR_NULL(look("", "home", "data"));              /* none is wanted */
    CU_ASSERT(ends(look(NULL, "home", "data"), "m.onnx"));     /* it is looked for again */
    end();
}

CU_TestInfo odd_tests[] = {
    {"folders are searched in order", folders_are_searched_in_order},
    {"a file that is given goes first", a_file_that_is_given_goes_first},
    CU_TEST_INFO_NULL,
};

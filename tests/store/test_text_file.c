/* Tests of text files: the parts of all ranks in their order; whole, or not there. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/store/text_file.h"

#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "store/text_file";

#define WORLD MPI_COMM_WORLD

/* Lines of a rank; rank 1 has none. */
static void add_lines(int rank, int more, odd_text *text)
{
    for (int i = 0; rank != 1 && i < 3 + rank + more; i++)
        odd_text_format(text, "rank %d line %d\n", rank, i);
}

static odd_status write_lines(const char *path, int more)
{
    odd_text mine = ODD_TEXT_EMPTY;
    add_lines(odd_rank(WORLD), more, &mine);
    const odd_status st = odd_text_file_write(WORLD, path, mine.s, (int64_t)mine.length);
    odd_text_free(&mine);
    return st;
}

static bool holds(const char *path, int more)
{
    odd_text all = ODD_TEXT_EMPTY;
    char *found = NULL;
    int64_t size = 0;
    for (int r = 0; r < odd_size(WORLD); r++)
        add_lines(r, more, &all);
    const bool same = odd_file_slurp(path, 1 << 20, &found, &size) == ODD_OK &&
                      size == (int64_t)all.length && memcmp(found, all.s, all.length) == 0;
    odd_free(found);
    odd_text_free(&all);
    return same;
}

/* A shorter one replaces a longer one; one that fails leaves that as it is. */
static void parts_in_order(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("list.csv");
    check_all(WORLD, write_lines(path, 40) == ODD_OK && holds(path, 40));
    check_all(WORLD, write_lines(path, 0) == ODD_OK && holds(path, 0));
    char fault[64];
    snprintf(fault, sizeof fault, "text_file.write:rank=%d", odd_size(WORLD) - 1);
    odd_fault_setup(fault, odd_rank(WORLD));
    check_all(WORLD, write_lines(path, 7) == ODD_IO);
    odd_fault_setup(NULL, odd_rank(WORLD));
    MPI_Barrier(WORLD);
    check_all(WORLD, holds(path, 0) && fixture_count(WORLD) == 1);
    fixture_remove(WORLD);
}

static void a_folder_that_is_not_there(void)
{
    check_all(WORLD, odd_text_file_write(WORLD, "/proc/no/such", "a", 1) == ODD_IO);
}

CU_TestInfo odd_tests[] = {
    {"parts in order", parts_in_order},
    {"a folder that is not there", a_folder_that_is_not_there},
    CU_TEST_INFO_NULL,
};

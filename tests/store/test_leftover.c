/* Tests of leftovers: rows of a file that was never finished are read again, whoever wrote them. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "oddlot/store/dataset.h"
#include "oddlot/store/leftover.h"

#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "store/leftover";

#define WORLD MPI_COMM_WORLD

enum { ROWS = 41, WIDTH = 3 };

static int32_t value_at(int64_t row, int column)
{
    return (int32_t)(row * 100 + column);
}

/* Rows of all ranks, then the file is given up under the name `aside`. */
static odd_status write_and_leave(const char *path, const char *aside, int64_t *place)
{
    const odd_shape shape = {.type = ODD_I32, .rank = 2, .shape = {ROWS, WIDTH}};
    const int64_t first = ROWS * odd_rank(WORLD) / odd_size(WORLD);
    const int64_t end = ROWS * (odd_rank(WORLD) + 1) / odd_size(WORLD);
    int32_t x[ROWS][WIDTH];
    odd_file *file = NULL;
    odd_dataset *d = NULL;
    odd_status st;
    for (int64_t i = first; i < end; i++)
        for (int c = 0; c < WIDTH; c++)
            x[i - first][c] = value_at(i, c);
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_dataset_create(file, "x", &shape, "", "", &d));
    ODD_TRY(odd_dataset_place(d, place));
    ODD_TRY(odd_dataset_write(d, first, end - first, x));
    ODD_TRY(odd_file_settle(file));
    odd_dataset_close(&d);
    odd_file_set_aside(&file, aside);
done:
    odd_dataset_close(&d);
    odd_file_discard(&file);
    return st;
}

static bool holds_all(const odd_leftover *l, int64_t place)
{
    int32_t row[WIDTH];
    bool good = true;
    for (int64_t i = 0; i < ROWS; i++) {
        good = good && odd_leftover_read(l, place + i * (int64_t)sizeof row, sizeof row, row) == 0;
        for (int c = 0; c < WIDTH; c++)
            good = good && row[c] == value_at(i, c);
    }
    return good;
}

/* As it lies where a kill left it, and as it was put aside; it stays until all was taken. */
static void rows_come_back(void)
{
    fixture_folder(WORLD);
    char path[2][1024], aside[512];
    snprintf(path[0], 512, "%s", fixture_path("a.h5"));
    snprintf(path[1], sizeof *path, "%s.partial", fixture_path("a.h5"));
    snprintf(aside, sizeof aside, "%s", fixture_path("aside"));
    for (int killed = 0; killed < 2; killed++) {
        odd_leftover *l;
        int64_t place;
        const char *name = killed ? path[1] : aside;
        if (!check_all(WORLD, write_and_leave(path[0], name, &place) == ODD_OK)) return;
        check_all(WORLD, fixture_exists(WORLD, name) && !fixture_exists(WORLD, path[0]));
        for (int again = 0; again < 2; again++) {
            if (!check_all(WORLD, odd_leftover_open(WORLD, path[0], aside, &l) == ODD_OK && l))
                return;
            check_all(WORLD, !fixture_exists(WORLD, path[1]) && fixture_exists(WORLD, aside));
            check_all(WORLD, holds_all(l, place));
            check_all(WORLD, odd_leftover_read(l, (int64_t)1 << 40, 8, &place) == ODD_IO);
            odd_leftover_close(&l, again);
        }
        check_all(WORLD, fixture_count(WORLD) == 0 && odd_store_open_objects() == 0);
        check_all(WORLD, odd_leftover_open(WORLD, path[0], aside, &l) == ODD_OK && l == NULL);
    }
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"rows come back", rows_come_back},
    CU_TEST_INFO_NULL,
};

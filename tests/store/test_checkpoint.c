/* Tests of checkpoints: what was settled is there again, on another number of ranks too; other work
 * and cut files start anew; a damaged record is told apart; a failed write of one rank is told by
 * that rank. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/store/checkpoint.h"

#include "store_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "store/checkpoint";

#define WORLD MPI_COMM_WORLD

enum { RECORDS = 37, VALUES = 5 };

static void fill(int64_t record, double value[VALUES])
{
    for (int i = 0; i < VALUES; i++)
        value[i] = (double)record + 0.1 * i;
}

static bool holds(const odd_checkpoint *c, int64_t record)
{
    double wanted[VALUES], found[VALUES];
    fill(record, wanted);
    return odd_checkpoint_has(c, record) && odd_checkpoint_read(c, record, found) == ODD_OK &&
           memcmp(wanted, found, sizeof wanted) == 0;
}

/* My records of the even ones below `end`. */
static odd_status write_even(odd_checkpoint *c, int64_t end)
{
    double value[VALUES];
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < end && st == ODD_OK; i += 2) {
        if (i / 2 % odd_size(WORLD) != odd_rank(WORLD)) continue;
        fill(i, value);
        st = odd_checkpoint_write(c, i, 1, value);
    }
    return st;
}

static odd_status open_work(MPI_Comm comm, const char *work, odd_checkpoint **c, int64_t *found)
{
    const odd_checkpoint_work all = {work, RECORDS, VALUES * sizeof(double), 0, RECORDS};
    return odd_checkpoint_open(comm, fixture_path("new/work.ckpt"), &all, c, found);
}

static void settled_records_come_back(void)
{
    odd_checkpoint *c;
    int64_t found;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    check_all(WORLD, found == 0 && !odd_checkpoint_has(c, 0));
    check_all(WORLD, write_even(c, 20) == ODD_OK && odd_checkpoint_settle(c) == ODD_OK);
    check_all(WORLD, write_even(c, RECORDS) == ODD_OK); /* the rest is never settled */
    MPI_Barrier(WORLD);
    odd_checkpoint_close(&c, false);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    check_all(WORLD, found == 10);
    for (int64_t i = 0; i < RECORDS; i++)
        check_all(WORLD, i % 2 == 0 && i < 20 ? holds(c, i) : !odd_checkpoint_has(c, i));
    odd_checkpoint_close(&c, true);
    MPI_Barrier(WORLD);
    check_all(WORLD, access(fixture_path("new/work.ckpt"), F_OK) != 0);
    fixture_remove(WORLD);
}

/* One rank goes on where several were. */
static void any_number_of_ranks(void)
{
    odd_checkpoint *c;
    int64_t found;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    check_all(WORLD, write_even(c, RECORDS) == ODD_OK && odd_checkpoint_settle(c) == ODD_OK);
    MPI_Barrier(WORLD);
    odd_checkpoint_close(&c, false);
    bool good = true;
    if (odd_rank(WORLD) == 0) {
        good = open_work(MPI_COMM_SELF, "a", &c, &found) == ODD_OK && found == (RECORDS + 1) / 2;
        for (int64_t i = 0; good && i < RECORDS; i += 2)
            good = holds(c, i);
        odd_checkpoint_close(&c, false);
    }
    check_all(WORLD, good);
    fixture_remove(WORLD);
}

/* A rank knows its own records, written in one piece. */
static void records_of_a_rank(void)
{
    const int64_t first = RECORDS * odd_rank(WORLD) / odd_size(WORLD);
    const int64_t end = RECORDS * (odd_rank(WORLD) + 1) / odd_size(WORLD);
    const odd_checkpoint_work mine = {"a", RECORDS, VALUES * sizeof(double), first, end - first};
    double value[RECORDS * VALUES];
    odd_checkpoint *c;
    int64_t found;
    fixture_folder(WORLD);
    const char *path = fixture_path("new/work.ckpt");
    for (int64_t i = first; i < end; i++)
        fill(i, value + (i - first) * VALUES);
    if (!check_all(WORLD, odd_checkpoint_open(WORLD, path, &mine, &c, &found) == ODD_OK)) return;
    check_all(WORLD, odd_checkpoint_write(c, first, end - first, value) == ODD_OK);
    check_all(WORLD, odd_checkpoint_settle(c) == ODD_OK);
    odd_checkpoint_close(&c, false);
    if (!check_all(WORLD, odd_checkpoint_open(WORLD, path, &mine, &c, &found) == ODD_OK)) return;
    check_all(WORLD, found == end - first);
    bool good = true;
    for (int64_t i = first; i < end; i++)
        good = good && holds(c, i);
    check_all(WORLD, good);
    check_all(WORLD, odd_checkpoint_forget(c) == ODD_OK);
    MPI_Barrier(WORLD);
    odd_checkpoint_close(&c, false);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    check_all(WORLD, found == 0);
    odd_checkpoint_close(&c, true);
    fixture_remove(WORLD);
}

/* A byte of the last record but one is turned round. */
static void damage_record(const char *path)
{
    FILE *file = fopen(path, "r+b");
    if (!file) return;
    const long from_end = (long)(VALUES + 1) * (long)sizeof(double) + 12;
    fseek(file, -from_end, SEEK_END);
    const int byte = fgetc(file);
    fseek(file, -from_end, SEEK_END);
    fputc(byte ^ 1, file);
    fclose(file);
}

static void a_damaged_record_is_told_apart(void)
{
    odd_checkpoint *c;
    double value[VALUES];
    int64_t found;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    for (int64_t i = odd_rank(WORLD); i < RECORDS; i += odd_size(WORLD)) {
        fill(i, value);
        CU_ASSERT_EQUAL(odd_checkpoint_write(c, i, 1, value), ODD_OK);
    }
    check_all(WORLD, odd_checkpoint_settle(c) == ODD_OK);
    odd_checkpoint_close(&c, false);
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0) damage_record(fixture_path("new/work.ckpt"));
    MPI_Barrier(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    check_all(WORLD, odd_checkpoint_has(c, RECORDS - 2) &&
                         odd_checkpoint_read(c, RECORDS - 2, value) == ODD_FORMAT);
    check_all(WORLD, holds(c, RECORDS - 3) && holds(c, RECORDS - 1));
    odd_checkpoint_close(&c, true);
    fixture_remove(WORLD);
}

static void other_work_starts_anew(void)
{
    odd_checkpoint *c;
    int64_t found;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    check_all(WORLD, write_even(c, RECORDS) == ODD_OK && odd_checkpoint_settle(c) == ODD_OK);
    MPI_Barrier(WORLD);
    odd_checkpoint_close(&c, false);
    if (!check_all(WORLD, open_work(WORLD, "b", &c, &found) == ODD_OK)) return;
    check_all(WORLD, found == 0);
    odd_checkpoint_close(&c, false);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    check_all(WORLD, found == 0); /* that of "a" is gone */
    odd_checkpoint_close(&c, true);
    fixture_remove(WORLD);
}

static void a_cut_file_starts_anew(void)
{
    odd_checkpoint *c;
    int64_t found;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    odd_checkpoint_close(&c, false);
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0) CU_ASSERT_EQUAL(truncate(fixture_path("new/work.ckpt"), 20), 0);
    MPI_Barrier(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", &c, &found) == ODD_OK)) return;
    check_all(WORLD, found == 0);
    odd_checkpoint_close(&c, true);
    fixture_remove(WORLD);
}

static void a_place_that_cannot_be_written(void)
{
    odd_checkpoint *c;
    int64_t found;
    fixture_folder(WORLD);
    const odd_checkpoint_work work = {"a", RECORDS, 8, 0, RECORDS};
    check_all(WORLD, odd_checkpoint_open(WORLD, "/proc/no/such", &work, &c, &found) == ODD_IO);
    check_all(WORLD, c == NULL);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"settled records come back", settled_records_come_back},
    {"any number of ranks", any_number_of_ranks},
    {"records of a rank", records_of_a_rank},
    {"a damaged record is told apart", a_damaged_record_is_told_apart},
    {"other work starts anew", other_work_starts_anew},
    {"a cut file starts anew", a_cut_file_starts_anew},
    {"a place that cannot be written", a_place_that_cannot_be_written},
    CU_TEST_INFO_NULL,
};

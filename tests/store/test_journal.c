/* Journals: what was found comes back in order, on another number of ranks too; torn and damaged
 * entries are left out with what follows; other work begins anew; a disk that fails ends the
 * keeping alone. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/store/journal.h"

#include "store_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *odd_test_name = "store/journal";

#define WORLD MPI_COMM_WORLD

enum { PASSES = 6, MOST = 40 };

static int64_t values_of(int pass)
{
    return 1 + pass * 7 % MOST;
}

static void find(int pass, double found[MOST])
{
    for (int i = 0; i < MOST; i++)
        found[i] = pass + 0.25 * i;
}

/* Passes as a learner makes them, up to `passes`; *made: those that were not known. */
static bool learn(odd_passes *p, int passes, int *made)
{
    double found[MOST], wanted[MOST];
    bool good = true;
    *made = 0;
    for (int pass = 0; pass < passes; pass++) {
        const int64_t bytes = values_of(pass) * (int64_t)sizeof *found;
        memset(found, 0, sizeof found);
        find(pass, wanted);
        if (!odd_pass_recall(p, found, bytes)) {
            ++*made;
            find(pass, found);
            odd_pass_keep(p, found, bytes);
        }
        good = good && memcmp(found, wanted, (size_t)bytes) == 0;
    }
    return good;
}

static odd_status open_work(MPI_Comm comm, const char *work, double every, odd_journal **j)
{
    int64_t found;
    return odd_journal_open(comm, fixture_path("new/work"), work, every, j, &found);
}

/* Work that gets as far as `passes` and then is killed; it must make `wanted` of them. */
static void work(MPI_Comm comm, const char *name, int passes, int wanted, bool done)
{
    odd_journal *j;
    int made = -1;
    if (comm != MPI_COMM_NULL && open_work(comm, name, 0, &j) == ODD_OK) {
        CU_ASSERT(learn(odd_journal_passes(j), passes, &made));
        odd_journal_close(&j, done);
    }
    CU_ASSERT(comm == MPI_COMM_NULL || made == wanted);
    MPI_Barrier(WORLD);
}

static int64_t size_of_file(void)
{
    struct stat s;
    int64_t size = stat(fixture_path("new/work"), &s) == 0 ? (int64_t)s.st_size : -1;
    odd_broadcast(WORLD, 0, &size, sizeof size);
    return size;
}

static void goes_on(void)
{
    fixture_folder(WORLD);
    work(WORLD, "a", 3, 3, false);
    work(WORLD, "a", 5, 2, false);
    work(WORLD, "a", PASSES, 1, false);
    work(WORLD, "a", PASSES, 0, false);
    CU_ASSERT(size_of_file() > 0);
    work(WORLD, "a", PASSES, 0, true);
    CU_ASSERT_EQUAL(size_of_file(), -1);
    CU_ASSERT(access(fixture_path("new"), F_OK) != 0);
}

static void on_other_ranks(void)
{
    fixture_folder(WORLD);
    work(WORLD, "a", 4, 4, false);
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        work(team, "a", 4, 0, false);
        test_team_free(&team);
    }
}

static void other_work(void)
{
    fixture_folder(WORLD);
    work(WORLD, "a", 4, 4, false);
    work(WORLD, "b", 4, 4, false);
    work(WORLD, "b", 4, 0, false);
    work(WORLD, "a", 4, 4, true);
}

/* Rank 0 cuts `off` bytes off the end, or changes one so far from it. */
static void spoil_file(int64_t off, bool cut)
{
    if (odd_rank(WORLD) == 0) {
        const char *path = fixture_path("new/work");
        struct stat s;
        CU_ASSERT(stat(path, &s) == 0);
        if (cut) {
            CU_ASSERT(truncate(path, s.st_size - off) == 0);
        } else {
            FILE *f = fopen(path, "r+b");
            CU_ASSERT(f && fseek(f, -(long)off, SEEK_END) == 0);
            const int c = f ? fgetc(f) : 0;
            CU_ASSERT(f && fseek(f, -(long)off, SEEK_END) == 0 && fputc(c ^ 1, f) != EOF);
            if (f) fclose(f);
        }
    }
    MPI_Barrier(WORLD);
}

/* A last entry that was torn is made again, and kept. */
static void torn(void)
{
    for (int64_t off = 1; off < 48; off += 23) {
        fixture_folder(WORLD);
        work(WORLD, "a", PASSES, PASSES, false);
        spoil_file(off, true);
        work(WORLD, "a", PASSES, 1, false);
        work(WORLD, "a", PASSES, 0, false);
    }
}

/* A wrong byte costs its entry and those behind, not those before; the length of an entry, too. */
static void damaged(void)
{
    const int64_t last = values_of(PASSES - 1) * 8, head = 40;
    const int64_t before = last + head + values_of(PASSES - 2) * 8;
    const struct {
        int64_t off;
        int made;
    } bytes[] = {
        {1, 1},      {last, 1},         {last + 1, 1}, {last + head, 1}, {last + head + 1, 2},
        {before, 2}, {before + head, 2}};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        fixture_folder(WORLD);
        work(WORLD, "a", PASSES, PASSES, false);
        spoil_file(bytes[i].off, false);
        work(WORLD, "a", PASSES, bytes[i].made, false);
        work(WORLD, "a", PASSES, 0, false);
    }
    fixture_folder(WORLD);
    work(WORLD, "a", PASSES, PASSES, false);
    spoil_file(size_of_file(), false); /* the first of the header: no journal */
    work(WORLD, "a", PASSES, PASSES, false);
    work(WORLD, "a", PASSES, 0, false);
}

static void no_journal(void)
{
    int made;
    CU_ASSERT(learn(NULL, PASSES, &made) && made == PASSES);
}

/* Quick work leaves no file behind, and makes none. */
static void seldom(void)
{
    odd_journal *j;
    int made;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", 10, &j) == ODD_OK)) return;
    CU_ASSERT(learn(odd_journal_passes(j), PASSES, &made));
    CU_ASSERT(access(fixture_path("new"), F_OK) != 0);
    odd_journal_close(&j, false);
    MPI_Barrier(WORLD);
    CU_ASSERT(access(fixture_path("new"), F_OK) != 0);
}

static void disk_fails(void)
{
    odd_journal *j;
    int made;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_work(WORLD, "a", 0, &j) == ODD_OK)) return;
    odd_fault_setup("journal.write:rank=0:after=2", odd_rank(WORLD));
    CU_ASSERT(learn(odd_journal_passes(j), PASSES, &made) && made == PASSES);
    odd_fault_setup(NULL, odd_rank(WORLD));
    odd_journal_close(&j, false);
    MPI_Barrier(WORLD);
    work(WORLD, "a", PASSES, PASSES - 2, true);
}

CU_TestInfo odd_tests[] = {
    {"a killed run goes on", goes_on},
    {"on other ranks", on_other_ranks},
    {"other work begins anew", other_work},
    {"torn at the end", torn},
    {"damaged", damaged},
    {"none", no_journal},
    {"quick work", seldom},
    {"a disk that fails", disk_fails},
    CU_TEST_INFO_NULL,
};

/* Full disks: wherever one shows, all ranks say so alike, nothing is left and nothing hangs. */
#include "store_fixture.h"

#include "oddlot/par/comm.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#define WORLD MPI_COMM_WORLD

static bool failed_alike(odd_status st, const char *word)
{
    bool good = st == ODD_IO && strstr(odd_fail_reason(), word) != NULL;
    if (!good) fprintf(stderr, "status %d, reason '%s'\n", (int)st, odd_fail_reason());
    return check_all(WORLD, good);
}

/* A small disk of our own as the folder, where we may mount one. */
static bool mount_disk(void)
{
    int mounted =
        odd_rank(WORLD) == 0 && mount("none", fixture_path("."), "tmpfs", 0, "size=4m") == 0;
    odd_broadcast(WORLD, 0, &mounted, sizeof mounted);
    if (!mounted && odd_rank(WORLD) == 0) puts("skipped: cannot mount a small disk");
    return mounted;
}

static void unmount_disk(void)
{
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0 && umount(fixture_path(".")) != 0) perror("umount");
}

static void test_no_room(void)
{
    fixture_folder(WORLD);
    if (mount_disk()) {
        failed_alike(fixture_write(WORLD, fixture_path("a.h5"), 600, 1000),
                     "No space left on device");
        check_all(WORLD, fixture_count(WORLD) == 0);
        check_all(WORLD, odd_store_open_objects() == 0);
        check_all(WORLD, fixture_write(WORLD, fixture_path("a.h5"), 20, 10) == ODD_OK);
        unmount_disk();
    }
    fixture_remove(WORLD);
}

/* Take back the room that was promised to a file, and give it to another. */
static void steal_room(const char *path)
{
    static const char zeros[4096];
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0) {
        int fd = open(path, O_WRONLY),
            filler = open(fixture_path("filler"), O_CREAT | O_WRONLY, 0600);
        fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1 << 30);
        while (write(filler, zeros, sizeof zeros) > 0)
            ;
        close(filler);
        close(fd);
    }
    MPI_Barrier(WORLD);
}

/* One row a call, round the ranks; the room is gone after `rows_before`. */
static odd_status write_late(int64_t rows, int64_t rows_before)
{
    odd_file *file = NULL;
    odd_dataset *x = NULL;
    odd_shape shape = {.type = ODD_F64, .rank = 2, .shape = {rows, 1000}};
    static double row[1000];
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, fixture_path("a.h5"), &fixture_from, &file));
    ODD_TRY(odd_dataset_create(file, "x", &shape, "x", NULL, &x));
    for (int64_t i = 0; i < rows; i++) {
        if (i == rows_before) steal_room(fixture_path("a.h5.partial"));
        bool mine = i % odd_size(WORLD) == odd_rank(WORLD);
        ODD_TRY(odd_dataset_write(x, mine ? i : 0, mine, row));
    }
    if (rows_before == rows) steal_room(fixture_path("a.h5.partial"));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&x);
    odd_file_discard(&file);
    return st;
}

static void test_room_lost(void)
{
    fixture_folder(WORLD);
    for (int64_t before = 0; before <= 20; before += 10) {
        if (!mount_disk()) break;
        failed_alike(write_late(20, before), "No space left on device");
        check_all(WORLD, fixture_count(WORLD) == 1); /* the filler */
        check_all(WORLD, odd_store_open_objects() == 0);
        unmount_disk();
    }
    fixture_remove(WORLD);
}

/* No file of this rank may grow beyond `bytes`; 0: no limit. A signal would end us. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* Rank 0 asks for the room, and is told of the limit before anyone else writes. */
static void test_limit(void)
{
    fixture_folder(WORLD);
    if (odd_rank(WORLD) == 0) limit_files(2 << 20);
    odd_status st = fixture_write(WORLD, fixture_path("a.h5"), 600, 1000);
    limit_files(0);
    failed_alike(st, "File too large");
    check_all(WORLD, fixture_count(WORLD) == 0);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

const char *odd_test_name = "store/full_disk";
CU_TestInfo odd_tests[] = {
    {"no room for a dataset", test_no_room},
    {"the room is lost while rows are written", test_room_lost},
    {"a limit on files", test_limit},
    CU_TEST_INFO_NULL,
};

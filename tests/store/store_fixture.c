/* The folder, the provenance and the small file that the tests of the store share. */
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

const odd_provenance fixture_from = {
    .stage = "test",
    .command = "oddlot test --set a=b",
    .settings = "test:\n  a: b\n",
    .fingerprint = "00112233445566778899aabbccddeeff",
    .seed = UINT64_MAX - 1,
    .threads = 2,
};

const char *fixture_folder(MPI_Comm comm)
{
    strcpy(folder, "store.XXXXXX");
    if (odd_rank(comm) == 0 && !mkdtemp(folder)) perror("mkdtemp");
    odd_broadcast(comm, 0, folder, sizeof folder);
    return folder;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

void fixture_remove(MPI_Comm comm)
{
    MPI_Barrier(comm);
    if (odd_rank(comm) == 0) nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *fixture_path(const char *name)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

bool fixture_exists(MPI_Comm comm, const char *path)
{
    int there = access(path, F_OK) == 0;
    odd_broadcast(comm, 0, &there, sizeof there);
    return there;
}

int fixture_count(MPI_Comm comm)
{
    int count = 0;
    if (odd_rank(comm) == 0) {
        DIR *d = opendir(folder);
        for (struct dirent *e; d && (e = readdir(d));)
            count += e->d_name[0] != '.';
        if (d) closedir(d);
    }
    odd_broadcast(comm, 0, &count, sizeof count);
    return count;
}

static double *make_rows(const odd_partition *mine, int64_t d)
{
    double *x = odd_alloc(mine->n_local * d, sizeof *x);
    for (int64_t i = 0; x && i < mine->n_local; i++)
        for (int64_t j = 0; j < d; j++)
            x[i * d + j] = (double)(mine->row0 + i) + (double)j / 1000;
    return x;
}

odd_status fixture_write_split(MPI_Comm comm, const char *path, int64_t rows, int64_t d,
                               int segments, const odd_provenance *from)
{
    odd_status st;
    odd_file *file = NULL;
    odd_dataset *x = NULL;
    odd_partition mine = odd_partition_rows(comm, rows);
    odd_shape shape = {.type = ODD_F64, .rank = 2, .shape = {rows, d}};
    double *data = make_rows(&mine, d);
    ODD_TRY(odd_file_create(comm, path, from, &file));
    ODD_TRY(
        odd_dataset_create_split(file, "x", &shape, "row + column / 1000", "steps", segments, &x));
    ODD_TRY(odd_dataset_write(x, mine.row0, mine.n_local, data));
    odd_dataset_close(&x);
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&x);
    odd_file_discard(&file);
    odd_free(data);
    return st;
}

odd_status fixture_write(MPI_Comm comm, const char *path, int64_t rows, int64_t d)
{
    return fixture_write_split(comm, path, rows, d, 1, &fixture_from);
}

odd_status fixture_put(MPI_Comm comm, const char *path, const odd_shape *shape, int segments,
                       const void *data)
{
    odd_file *file = NULL;
    odd_dataset *d = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(comm, path, &fixture_from, &file));
    ODD_TRY(odd_dataset_create_split(file, "x", shape, "x", NULL, segments, &d));
    ODD_TRY(odd_dataset_write(d, 0, odd_rank(comm) == 0 ? shape->shape[0] : 0, data));
    odd_dataset_close(&d);
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&d);
    odd_file_discard(&file);
    return st;
}

odd_status fixture_bundle_through_file(MPI_Comm comm, const odd_bundle *bundle, odd_bundle *back)
{
    const char *path = fixture_path("model.h5");
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(comm, path, &fixture_from, &file));
    ODD_TRY(odd_bundle_write(file, "model", bundle));
    ODD_TRY(odd_file_publish(&file));
    ODD_TRY(odd_file_open(comm, path, false, &file));
    ODD_TRY(odd_bundle_read(file, "model", back));
done:
    odd_file_close(&file);
    return st;
}

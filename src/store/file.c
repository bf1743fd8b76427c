/* Files while they are written: created by all ranks as PATH.partial, published by a rename or
 * removed. */
#include "store/file_internal.h"
#include "store/path_internal.h"
#include "store/segments_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Large datasets begin on a border that parallel file systems like (a stripe of Lustre), metadata
 * is gathered in blocks instead of being strewn between them. */
enum { METADATA_BLOCK = 64 << 10 };

/* ROMIO, which MPICH has, takes what stands before the first colon of a name for a kind of file
 * system: where a path has a colon of its own, the kind must be given. */
static const char *file_system_prefix(const char *path)
{
#ifndef OPEN_MPI
    if (strchr(path, ':')) return "ufs:";
#endif
    (void)path;
    return "";
}

static odd_status writer_new(MPI_Comm comm, const char *path, const odd_provenance *from,
                             odd_file **out)
{
    odd_file *f = *out = calloc(1, sizeof *f);
    if (!f) return odd_fail(ODD_NOMEM, "cannot allocate a file");
    f->id = f->access = H5I_INVALID_HID;
    f->comm = comm;
    f->fd = -1;
    f->seed = from->seed;
    odd_status st;
    ODD_TRY(odd_path_format(&f->path, "%s", path));
    ODD_TRY(odd_path_format(&f->partial, "%s.partial", path));
    ODD_TRY(odd_path_format(&f->mpi_name, "%s%s", file_system_prefix(path), f->partial));
    ODD_TRY(odd_path_format(&f->stage, "%s", from->stage ? from->stage : ""));
    ODD_TRY(odd_fault("store.create"));
done:
    return st;
}

/* By the plain system call, as its errors are better than those of MPI-IO. */
static odd_status open_door(odd_file *f)
{
    if (odd_rank(f->comm) != 0) return ODD_OK;
    odd_segments_remove_unfinished(f->path);
    f->fd = open(f->partial, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
    if (f->fd >= 0) return ODD_OK;
    return odd_fail(ODD_IO, "cannot create '%s': %s", f->partial, strerror(errno));
}

/* The newest format that HDF5 1.10 knows, which checksums its metadata; datasets that someone
 * forgot to close are closed with the file. Not collective metadata: when one rank fails in it,
 * Open MPI leaves the others waiting. */
static hid_t parallel_access(MPI_Comm comm)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
    if (H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_alignment(access, ODD_FILE_ALIGNMENT, ODD_FILE_ALIGNMENT) >= 0 &&
        H5Pset_meta_block_size(access, METADATA_BLOCK) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        return access;
    H5Pclose(access);
    return H5I_INVALID_HID;
}

static odd_status create_hdf5(odd_file *f)
{
    hid_t access = parallel_access(f->comm);
    errno = 0;
    if (access >= 0) f->id = H5Fcreate(f->mpi_name, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    odd_status st = f->id >= 0 ? ODD_OK : odd_hdf5_fail(ODD_IO, "cannot create '%s'", f->partial);
    if (access >= 0) H5Pclose(access);
    f->access = H5Pcreate(H5P_LINK_ACCESS);
    return st;
}

odd_status odd_file_create(MPI_Comm comm, const char *path, const odd_provenance *from,
                           odd_file **out)
{
    odd_status st;
    odd_file *f = *out = NULL;
    MPI_Comm mine;
    odd_hdf5_start();
    MPI_Comm_dup(comm, &mine);
    ODD_TRY_ALL(mine, writer_new(mine, path, from, &f));
    ODD_TRY_ALL(mine, open_door(f));
    ODD_TRY_ALL(mine, odd_file_reserve(f, ODD_FILE_METADATA));
    ODD_TRY_ALL(mine, create_hdf5(f));
    ODD_TRY(odd_provenance_write(f, from));
    *out = f;
    return ODD_OK;
done:
    if (!f) MPI_Comm_free(&mine);
    odd_file_discard(&f);
    return st;
}

/* ---- publish ---- */

static odd_status check_publishable(const odd_file *f)
{
    if (f->spoilt) return odd_fail(ODD_IO, "cannot publish '%s': writing it had failed", f->path);
    return odd_fault("store.publish");
}

static odd_status flush(odd_file *f)
{
    errno = 0;
    if (H5Fflush(f->id, H5F_SCOPE_GLOBAL) >= 0) return ODD_OK;
    return odd_hdf5_fail(ODD_IO, "cannot write '%s'", f->partial);
}

static odd_status close_hdf5(odd_file *f)
{
    hid_t id = f->id;
    f->id = H5I_INVALID_HID;
    errno = 0;
    if (id < 0 || H5Fclose(id) >= 0) return ODD_OK;
    return odd_hdf5_fail(ODD_IO, "cannot close '%s'", f->partial);
}

/* Afterwards there is nothing under the temporary name that odd_file_discard() could remove.
 * Segments of before, of another cut, go first: without them the file of before is not current, and
 * whoever is killed here leaves none that nobody knows of. */
static odd_status rename_to_final(odd_file *f)
{
    if (odd_rank(f->comm) != 0) return ODD_OK;
    odd_segments_remove_others(f->path, f->stage, f->segments);
    if (rename(f->partial, f->path) != 0)
        return odd_fail(ODD_IO, "cannot rename '%s' to '%s': %s", f->partial, f->path,
                        strerror(errno));
    close(f->fd);
    f->fd = -1;
    return odd_path_sync_folder(f->path);
}

static odd_status remove_before(const odd_file *f)
{
    if (odd_rank(f->comm) != 0 || unlink(f->path) == 0 || errno == ENOENT) return ODD_OK;
    return odd_fail(ODD_IO, "cannot replace '%s': %s", f->path, strerror(errno));
}

/* The file of before goes first, as it may have segments of these names: whoever is killed
 * meanwhile is left with none instead of a mixture. */
static odd_status publish_segments(odd_file *f)
{
    odd_status st = ODD_OK;
    if (f->segments == 0) return ODD_OK;
    ODD_TRY_ALL(f->comm, remove_before(f));
    f->replaces = true;
    for (int k = 0; k < f->segments; k++)
        ODD_TRY(odd_file_publish(&f->segment[k]));
done:
    return st;
}

/* Segments that were published are of no file. */
static void take_back_segments(const odd_file *f)
{
    if (f->replaces && odd_rank(f->comm) == 0) odd_segments_remove_others(f->path, f->stage, 0);
}

odd_status odd_file_publish(odd_file **file)
{
    odd_status st;
    odd_file *f = *file;
    ODD_TRY_ALL(f->comm, check_publishable(f));
    ODD_TRY(odd_tally_publish(f));
    ODD_TRY_ALL(f->comm, odd_file_check_room(f));
    ODD_TRY_ALL(f->comm, flush(f));
    ODD_TRY_ALL(f->comm, close_hdf5(f));
    ODD_TRY_ALL(f->comm, odd_path_sync(f->partial)); /* on all: each node has its own page cache */
    ODD_TRY(publish_segments(f));
    ODD_TRY_ALL(f->comm, rename_to_final(f));
done:
    if (st != ODD_OK) take_back_segments(f);
    odd_file_discard(file);
    return st;
}

odd_status odd_file_settle(odd_file *file)
{
    odd_status st;
    ODD_TRY_ALL(file->comm, odd_path_sync(file->partial));
    for (int k = 0; k < file->segments; k++)
        ODD_TRY(odd_file_settle(file->segment[k]));
done:
    return st;
}

/* What was written goes, or stays under another name. A close that fails would leave HDF5 1.10 with
 * half a file, on which it crashes when MPI ends; and a rank whose metadata finds no room would
 * leave the others waiting. So it closes into memory. */
static void give_up(odd_file **file, const char *aside)
{
    odd_file *f = *file;
    if (!f) return;
    for (int k = 0; k < f->segments; k++)
        odd_file_discard(&f->segment[k]);
    if (f->id >= 0) {
        odd_file_divert(f->partial);
        if (H5Fclose(f->id) < 0) H5Eclear2(H5E_DEFAULT);
        f->id = H5I_INVALID_HID;
    }
    if (f->fd >= 0) {
        if (!aside || rename(f->partial, aside) != 0) unlink(f->partial);
        close(f->fd);
    }
    odd_file_close(file);
}

void odd_file_discard(odd_file **file)
{
    give_up(file, NULL);
}

void odd_file_set_aside(odd_file **file, const char *aside)
{
    give_up(file, aside);
}

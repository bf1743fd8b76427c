/* Files that are read. Each rank opens them by itself with plain reads: a published file never
 * changes, so no rank needs to wait for another, and MPI-IO would only add its own buffering. */
#include "store/file_internal.h"
#include "store/path_internal.h"
#include "store/untrusted_internal.h"

#include "oddlot/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static odd_status reader_new(const char *path, odd_file **out)
{
    odd_file *f = *out = calloc(1, sizeof *f);
    if (!f) return odd_fail(ODD_NOMEM, "cannot allocate a file");
    f->id = f->access = H5I_INVALID_HID;
    f->comm = MPI_COMM_NULL;
    f->fd = -1;
    return odd_path_format(&f->path, "%s", path);
}

/* No locks: the file does not change, and some cluster file systems refuse them. */
static hid_t serial_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
    if (H5Pset_fapl_sec2(access) >= 0 && H5Pset_file_locking(access, false, true) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        return access;
    H5Pclose(access);
    return H5I_INVALID_HID;
}

static herr_t refuse_link(const char *parent_file, const char *parent_group, const char *child_file,
                          const char *child_object, unsigned *flags, hid_t access, void *context)
{
    (void)parent_file, (void)parent_group, (void)child_file, (void)child_object;
    (void)flags, (void)access, (void)context;
    return -1;
}

static odd_status open_hdf5(odd_file *f)
{
    hid_t access = serial_access();
    errno = 0;
    if (access >= 0) f->id = H5Fopen(f->path, H5F_ACC_RDONLY, access);
    odd_status st = f->id >= 0 ? ODD_OK : odd_hdf5_fail(ODD_FORMAT, "cannot open '%s'", f->path);
    if (access >= 0) H5Pclose(access);
    f->access = H5Pcreate(H5P_LINK_ACCESS);
    H5Pset_elink_cb(f->access, refuse_link, NULL);
    return st;
}

odd_status odd_file_open_here(const char *path, bool any, odd_file **out)
{
    odd_status st;
    odd_file *f = *out = NULL;
    odd_hdf5_start();
    ODD_TRY(reader_new(path, &f));
    ODD_TRY(odd_untrusted_file(path, any, &f->bytes));
    ODD_TRY(open_hdf5(f));
    const odd_status provenance = odd_provenance_check(f);
    f->ours = provenance == ODD_OK;
    if (!any) ODD_TRY(provenance);
    *out = f;
    return ODD_OK;
done:
    odd_file_close(&f);
    return st;
}

void odd_file_close(odd_file **file)
{
    odd_file *f = *file;
    if (!f) return;
    *file = NULL;
    if (f->id >= 0) H5Fclose(f->id);
    if (f->access >= 0) H5Pclose(f->access);
    if (f->comm != MPI_COMM_NULL) MPI_Comm_free(&f->comm);
    for (int i = 0; i < f->tallies; i++)
        free(f->tally[i].dataset);
    free(f->tally);
    odd_free(f->segment);
    free(f->stage);
    free(f->partial);
    free(f->mpi_name);
    free(f->path);
    free(f);
}

int64_t odd_store_open_objects(void)
{
    return (int64_t)H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL);
}

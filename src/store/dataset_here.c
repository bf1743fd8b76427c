/* Datasets whose rows lie in their own file: opened, written and read by one rank.
 *
 * They are stored contiguously, not in chunks, and each rank writes its slab by itself: on one disk
 * with two ranks that is as fast as dd, collective writes of 1 MiB chunks are 2.4 times slower, and
 * no rank waits inside MPI-IO for one that has failed. */
#include "store/dataset_internal.h"

#include "store/path_internal.h"
#include "store/untrusted_internal.h"

#include "oddlot/base/half.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of one call to HDF5 when writing: well below the 2 GiB that MPI-IO can count. */
static const int64_t piece_bytes = (int64_t)256 << 20;

odd_status odd_dataset_new(const odd_file *file, const char *name, odd_dataset **out)
{
    odd_dataset *d = *out = calloc(1, sizeof *d);
    if (!d) return odd_fail(ODD_NOMEM, "cannot allocate a dataset");
    d->id = d->transfer = H5I_INVALID_HID;
    d->file = (odd_file *)file; /* changed only where it came as a file to be written */
    d->name = strdup(name);
    return d->name ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a name");
}

odd_status odd_dataset_set_shape(odd_dataset *d, const odd_shape *shape)
{
    odd_shape row = *shape;
    if (row.rank > 0) row.shape[0] = 1;
    int64_t all;
    odd_status st = odd_shape_bytes(shape, &all); /* also where a row alone would be fine */
    if (st == ODD_OK) st = odd_shape_bytes(&row, &d->row_bytes);
    if (st != ODD_OK) return odd_fail_prefix(st, "dataset '%s': ", d->name);
    d->shape = *shape;
    if (shape->type != ODD_STRING) d->shape.width = odd_type_size(shape->type);
    d->rows = shape->rank > 0 ? shape->shape[0] : 1;
    return ODD_OK;
}

void odd_dataset_close_here(odd_dataset **dataset)
{
    odd_dataset *d = *dataset;
    if (!d) return;
    *dataset = NULL;
    /* Fails where the file was closed before; then HDF5 has closed the dataset with it. */
    if (d->id >= 0 && H5Dclose(d->id) < 0) H5Eclear2(H5E_DEFAULT);
    if (d->transfer >= 0) H5Pclose(d->transfer);
    free(d->name);
    free(d);
}

/* ---- open ---- */

static bool is_virtual(hid_t dataset)
{
    hid_t properties = H5Dget_create_plist(dataset);
    const bool is = properties >= 0 && H5Pget_layout(properties) == H5D_VIRTUAL;
    if (properties >= 0) H5Pclose(properties);
    return is;
}

odd_status odd_dataset_open_here(odd_dataset *d, bool *split)
{
    odd_shape shape;
    *split = false;
    odd_status st = odd_file_need(d->file, d->name);
    if (st != ODD_OK) return st;
    d->id = H5Dopen2(d->file->id, d->name, H5P_DEFAULT);
    d->transfer = odd_element_transfer();
    if (d->id < 0 || d->transfer < 0)
        return odd_hdf5_fail(ODD_FORMAT, "cannot open dataset '%s' of '%s'", d->name,
                             d->file->path);
    *split = d->file->ours && is_virtual(d->id);
    st = *split ? odd_untrusted_extent(d->file, d->name, d->id, &shape)
                : odd_untrusted_dataset(d->file, d->name, d->id, &shape);
    return st == ODD_OK ? odd_dataset_set_shape(d, &shape) : st;
}

static bool looks_like(const odd_shape *is, const odd_shape *wanted, bool halves)
{
    const bool will_do = halves && is->type == ODD_F16 && wanted->type == ODD_F32;
    if ((is->type != wanted->type && !will_do) || is->rank != wanted->rank) return false;
    if (wanted->width > 0 && is->width != wanted->width && !will_do) return false;
    for (int i = 0; i < is->rank; i++)
        if (wanted->shape[i] != -1 && is->shape[i] != wanted->shape[i]) return false;
    return true;
}

odd_status odd_dataset_insist(const odd_dataset *d, const odd_shape *wanted, bool halves)
{
    char is[ODD_SHAPE_TEXT], should[ODD_SHAPE_TEXT];
    if (looks_like(&d->shape, wanted, halves)) return ODD_OK;
    return odd_fail(ODD_FORMAT, "dataset '%s' of '%s' is %s instead of %s", d->name, d->file->path,
                    odd_shape_text(&d->shape, is), odd_shape_text(wanted, should));
}

/* ---- rows ---- */

hid_t odd_dataset_space(const odd_shape *shape, int64_t rows)
{
    hsize_t size[ODD_MAX_RANK];
    for (int i = 0; i < shape->rank; i++)
        size[i] = (hsize_t)shape->shape[i];
    if (shape->rank == 0) return H5Screate(H5S_SCALAR);
    size[0] = (hsize_t)rows;
    return H5Screate_simple(shape->rank, size, NULL);
}

/* The file's space with rows row0 ... row0 + count - 1 chosen. */
hid_t odd_dataset_rows(const odd_dataset *d, int64_t row0, int64_t count)
{
    hid_t space = odd_dataset_space(&d->shape, d->rows);
    hsize_t from[ODD_MAX_RANK] = {(hsize_t)row0}, size[ODD_MAX_RANK] = {(hsize_t)count};
    for (int i = 1; i < d->shape.rank; i++)
        size[i] = (hsize_t)d->shape.shape[i];
    if (d->shape.rank > 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, size, NULL);
    return space;
}

static odd_status write_piece(odd_dataset *d, int64_t row0, int64_t count, const void *data)
{
    hid_t type = odd_element_type(d->shape.type, d->shape.width);
    hid_t memory = odd_dataset_space(&d->shape, count), file = odd_dataset_rows(d, row0, count);
    errno = 0;
    bool written = H5Dwrite(d->id, type, memory, file, H5P_DEFAULT, data) >= 0;
    /* A write that was cut short has no reason of its own. */
    if (!written && errno == 0 && odd_path_full(d->file->partial)) errno = ENOSPC;
    odd_status st = ODD_OK;
    if (!written)
        st = odd_hdf5_fail(ODD_IO, "cannot write dataset '%s' in '%s'", d->name, d->file->partial);
    H5Sclose(file);
    H5Sclose(memory);
    H5Tclose(type);
    return st;
}

odd_status odd_dataset_write_here(odd_dataset *d, int64_t row0, int64_t count, const char *data)
{
    int64_t most = d->row_bytes < piece_bytes ? piece_bytes / d->row_bytes : 1;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count && st == ODD_OK; i += most)
        st = write_piece(d, row0 + i, count - i < most ? count - i : most, data + i * d->row_bytes);
    return st;
}

static odd_status read_as(const odd_dataset *d, int64_t row0, int64_t count, odd_type type,
                          void *data)
{
    hid_t wanted = odd_element_type(type, d->shape.width);
    if (type == ODD_STRING) {
        hid_t stored = H5Dget_type(d->id); /* HDF5 does not convert between ASCII and UTF-8 */
        H5Tset_cset(wanted, H5Tget_cset(stored));
        H5Tclose(stored);
    }
    hid_t memory = odd_dataset_space(&d->shape, count), file = odd_dataset_rows(d, row0, count);
    errno = 0;
    odd_status st = ODD_OK;
    if (H5Dread(d->id, wanted, memory, file, d->transfer, data) < 0)
        st = odd_hdf5_fail(ODD_FORMAT, "cannot read dataset '%s' of '%s' as %s", d->name,
                           d->file->path, odd_type_text(type));
    H5Sclose(file);
    H5Sclose(memory);
    H5Tclose(wanted);
    return st;
}

/* Halves are read as they are and widened here: HDF5's own conversion makes 75 MB/s. */
static odd_status read_halves(const odd_dataset *d, int64_t row0, int64_t count, float x[])
{
    const int64_t values = count * (d->row_bytes / (int64_t)odd_type_size(ODD_F16));
    odd_status st = read_as(d, row0, count, ODD_F16, (char *)x + 2 * values);
    if (st == ODD_OK) odd_half_widen(values, x);
    return st;
}

odd_status odd_dataset_read_here(const odd_dataset *d, int64_t row0, int64_t count, odd_type type,
                                 void *data)
{
    if (d->shape.type == ODD_F16 && type == ODD_F32) return read_halves(d, row0, count, data);
    return read_as(d, row0, count, type, data);
}

/* Datasets: rows of a fixed width, one after the other, written and read in slabs of rows.
 *
 * They are stored contiguously, not in chunks, and each rank writes its slab by itself: on one disk
 * with two ranks that is as fast as dd, collective writes of 1 MiB chunks are 2.4 times slower, and
 * no rank waits inside MPI-IO for one that has failed. */
#include "oddlot/store/dataset.h"

#include "store/file_internal.h"
#include "store/path_internal.h"
#include "store/untrusted_internal.h"

#include "oddlot/base/half.h"
#include "oddlot/base/hash.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of one call to HDF5 when writing: well below the 2 GiB that MPI-IO can count. */
static const int64_t piece_bytes = (int64_t)256 << 20;

struct odd_dataset {
    hid_t id;
    hid_t transfer; /* how to read */
    odd_file *file; /* borrowed */
    char *name;
    odd_shape shape;
    int64_t rows, row_bytes; /* a scalar is one row */
    int tally;               /* writing: its number in file->tally */
};

static int64_t rows_of(const odd_shape *shape)
{
    return shape->rank > 0 ? shape->shape[0] : 1;
}

static odd_status dataset_new(const odd_file *file, const char *name, odd_dataset **out)
{
    odd_dataset *d = *out = calloc(1, sizeof *d);
    if (!d) return odd_fail(ODD_NOMEM, "cannot allocate a dataset");
    d->id = d->transfer = H5I_INVALID_HID;
    d->file = (odd_file *)file; /* changed only where it came as a file to be written */
    d->name = strdup(name);
    return d->name ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a name");
}

static odd_status set_shape(odd_dataset *d, const odd_shape *shape)
{
    odd_shape row = *shape;
    if (row.rank > 0) row.shape[0] = 1;
    int64_t all;
    odd_status st = odd_shape_bytes(shape, &all); /* also where a row alone would be fine */
    if (st == ODD_OK) st = odd_shape_bytes(&row, &d->row_bytes);
    if (st != ODD_OK) return odd_fail_prefix(st, "dataset '%s': ", d->name);
    d->shape = *shape;
    if (shape->type != ODD_STRING) d->shape.width = odd_type_size(shape->type);
    d->rows = rows_of(shape);
    return ODD_OK;
}

const odd_shape *odd_dataset_shape(const odd_dataset *dataset)
{
    return &dataset->shape;
}

bool odd_dataset_is_bool(const odd_dataset *dataset)
{
    hid_t type = H5Dget_type(dataset->id);
    const bool is = H5Tget_class(type) == H5T_ENUM; /* no other enumeration is opened */
    H5Tclose(type);
    return is;
}

void odd_dataset_close(odd_dataset **dataset)
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

/* ---- create ---- */

static odd_status prepare(odd_file *file, const char *name, const odd_shape *shape,
                          odd_dataset **out)
{
    odd_status st = dataset_new(file, name, out);
    if (st == ODD_OK) st = set_shape(*out, shape);
    if (st == ODD_OK) st = odd_tally_add(file, name, (*out)->rows, &(*out)->tally);
    return st;
}

static hid_t make_space(const odd_shape *shape, int64_t rows)
{
    hsize_t size[ODD_MAX_RANK];
    for (int i = 0; i < shape->rank; i++)
        size[i] = (hsize_t)shape->shape[i];
    if (shape->rank == 0) return H5Screate(H5S_SCALAR);
    size[0] = (hsize_t)rows;
    return H5Screate_simple(shape->rank, size, NULL);
}

/* Space at once and no filling: every row is going to be written, and independent writes need it
 * to be there. No time stamps: the same data gives the same bytes. */
static hid_t creation_properties(void)
{
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_layout(p, H5D_CONTIGUOUS);
    H5Pset_alloc_time(p, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(p, H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(p, false);
    return p;
}

static odd_status create_hdf5(odd_dataset *d)
{
    hid_t type = odd_element_type(d->shape.type, d->shape.width);
    hid_t space = make_space(&d->shape, d->rows);
    hid_t links = H5Pcreate(H5P_LINK_CREATE), properties = creation_properties();
    H5Pset_create_intermediate_group(links, 1);
    errno = 0;
    d->id = H5Dcreate2(d->file->id, d->name, type, space, links, properties, H5P_DEFAULT);
    odd_status st = ODD_OK;
    if (d->id < 0)
        st = odd_hdf5_fail(ODD_IO, "cannot create dataset '%s' in '%s'", d->name, d->file->partial);
    H5Pclose(properties);
    H5Pclose(links);
    H5Sclose(space);
    H5Tclose(type);
    return st;
}

/* With the gap before it and its share of metadata. */
static odd_status reserve(const odd_dataset *d)
{
    int64_t bytes = d->rows * d->row_bytes;
    if (bytes > INT64_MAX / 2) return odd_fail(ODD_ARG, "dataset '%s' is too large", d->name);
    return odd_file_reserve(d->file, bytes + (bytes < ODD_FILE_ALIGNMENT ? 0 : ODD_FILE_ALIGNMENT));
}

static odd_status describe(odd_file *file, const char *name, const char *about, const char *unit)
{
    odd_status st;
    ODD_TRY(odd_attribute_text(file, name, "about", about ? about : ""));
    if (unit && *unit) ODD_TRY(odd_attribute_text(file, name, "unit", unit));
    ODD_TRY(odd_attribute_text(file, name, "stage", file->stage));
    ODD_TRY(odd_file_set_i64(file, name, "seed", (int64_t)file->seed));
done:
    return st;
}

/* Ranks that want different things would each have metadata of their own, and a damaged file. */
static odd_status check_same(const odd_file *file, const char *name, const odd_shape *shape,
                             const char *about, const char *unit)
{
    odd_hash h = odd_hash_add_text(ODD_HASH_START, name);
    h = odd_hash_add(h, &shape->type, sizeof shape->type);
    if (shape->type == ODD_STRING) h = odd_hash_add(h, &shape->width, sizeof shape->width);
    h = odd_hash_add(h, &shape->rank, sizeof shape->rank);
    for (int i = 0; i < shape->rank && i < ODD_MAX_RANK; i++)
        h = odd_hash_add(h, &shape->shape[i], sizeof shape->shape[i]);
    h = odd_hash_add_text(odd_hash_add_text(h, about ? about : ""), unit ? unit : "");
    odd_status st = odd_same_i64(file->comm, name, (int64_t)h.low);
    if (st == ODD_OK) return st;
    return odd_fail(st, "dataset '%s' of '%s' is not the same on all ranks", name, file->partial);
}

odd_status odd_dataset_create(odd_file *file, const char *name, const odd_shape *shape,
                              const char *about, const char *unit, odd_dataset **out)
{
    odd_status st;
    odd_dataset *d = *out = NULL;
    ODD_CHECK(file->partial != NULL); /* files opened for reading do not change */
    ODD_TRY(check_same(file, name, shape, about, unit));
    ODD_TRY_ALL(file->comm, prepare(file, name, shape, &d));
    ODD_TRY_ALL(file->comm, reserve(d));
    ODD_TRY_ALL(file->comm, create_hdf5(d));
    ODD_TRY(describe(file, name, about, unit));
    *out = d;
    return ODD_OK;
done:
    odd_dataset_close(&d);
    return st;
}

odd_status odd_dataset_place(const odd_dataset *dataset, int64_t *place)
{
    const haddr_t at = H5Dget_offset(dataset->id);
    *place = (int64_t)at;
    return at != HADDR_UNDEF
               ? ODD_OK
               : odd_fail(ODD_IO, "dataset '%s' has no place in its file", dataset->name);
}

/* ---- open ---- */

static odd_status open_hdf5(odd_dataset *d)
{
    odd_shape shape;
    odd_status st = odd_file_need(d->file, d->name);
    if (st != ODD_OK) return st;
    d->id = H5Dopen2(d->file->id, d->name, H5P_DEFAULT);
    d->transfer = odd_element_transfer();
    if (d->id < 0 || d->transfer < 0)
        return odd_hdf5_fail(ODD_FORMAT, "cannot open dataset '%s' of '%s'", d->name,
                             d->file->path);
    st = odd_untrusted_dataset(d->file, d->name, d->id, &shape);
    return st == ODD_OK ? set_shape(d, &shape) : st;
}

odd_status odd_dataset_open(const odd_file *file, const char *name, odd_dataset **out)
{
    odd_status st;
    ODD_CHECK(file->partial == NULL); /* files that are written are not read */
    ODD_TRY(dataset_new(file, name, out));
    ODD_TRY(open_hdf5(*out));
    return ODD_OK;
done:
    odd_dataset_close(out);
    return st;
}

static bool looks_like(const odd_shape *is, const odd_shape *wanted)
{
    bool exact = is->type == ODD_F16 && wanted->type == ODD_F32;
    if ((is->type != wanted->type && !exact) || is->rank != wanted->rank) return false;
    for (int i = 0; i < is->rank; i++)
        if (wanted->shape[i] != -1 && is->shape[i] != wanted->shape[i]) return false;
    return true;
}

odd_status odd_dataset_expect(const odd_file *file, const char *name, const odd_shape *expected,
                              odd_dataset **out)
{
    char is[ODD_SHAPE_TEXT], wanted[ODD_SHAPE_TEXT];
    odd_status st = odd_dataset_open(file, name, out);
    if (st != ODD_OK || looks_like(&(*out)->shape, expected)) return st;
    st = odd_fail(ODD_FORMAT, "dataset '%s' of '%s' is %s instead of %s", name, file->path,
                  odd_shape_text(&(*out)->shape, is), odd_shape_text(expected, wanted));
    odd_dataset_close(out);
    return st;
}

/* ---- write and read ---- */

static odd_status check_slab(const odd_dataset *d, int64_t row0, int64_t count)
{
    if (row0 >= 0 && count >= 0 && row0 <= d->rows && count <= d->rows - row0) return ODD_OK;
    return odd_fail(ODD_ARG, "rows %lld + %lld are outside dataset '%s' of %lld rows",
                    (long long)row0, (long long)count, d->name, (long long)d->rows);
}

/* The file's space with rows row0 ... row0 + count - 1 chosen. */
static hid_t select_rows(const odd_dataset *d, int64_t row0, int64_t count)
{
    hid_t space = make_space(&d->shape, d->rows);
    hsize_t from[ODD_MAX_RANK] = {(hsize_t)row0}, size[ODD_MAX_RANK] = {(hsize_t)count};
    for (int i = 1; i < d->shape.rank; i++)
        size[i] = (hsize_t)d->shape.shape[i];
    if (d->shape.rank > 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, size, NULL);
    return space;
}

static odd_status write_piece(odd_dataset *d, int64_t row0, int64_t count, const void *data)
{
    hid_t type = odd_element_type(d->shape.type, d->shape.width);
    hid_t memory = make_space(&d->shape, count), file = select_rows(d, row0, count);
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

static odd_status write_slab(odd_dataset *d, int64_t row0, int64_t count, const char *data)
{
    if (d->row_bytes == 0) return ODD_OK;
    int64_t most = d->row_bytes < piece_bytes ? piece_bytes / d->row_bytes : 1;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count && st == ODD_OK; i += most)
        st = write_piece(d, row0 + i, count - i < most ? count - i : most, data + i * d->row_bytes);
    if (st == ODD_OK) odd_tally_rows(d->file, d->tally, row0, count, (size_t)d->row_bytes, data);
    return st;
}

static odd_status write_mine(odd_dataset *d, int64_t row0, int64_t count, const void *data)
{
    odd_status st;
    ODD_TRY(check_slab(d, row0, count));
    ODD_TRY(odd_fault("store.write"));
    ODD_TRY(write_slab(d, row0, count, data));
done:
    return st;
}

odd_status odd_dataset_write(odd_dataset *d, int64_t row0, int64_t count, const void *data)
{
    odd_status st;
    ODD_CHECK(d->file->partial != NULL);
    ODD_TRY_ALL(d->file->comm, write_mine(d, row0, count, data));
    return ODD_OK;
done:
    d->file->spoilt = true;
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
    hid_t memory = make_space(&d->shape, count), file = select_rows(d, row0, count);
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

static odd_status read_slab(const odd_dataset *d, int64_t row0, int64_t count, odd_type type,
                            void *data)
{
    if (d->shape.type == ODD_F16 && type == ODD_F32) return read_halves(d, row0, count, data);
    return read_as(d, row0, count, type, data);
}

odd_status odd_dataset_read(const odd_dataset *d, int64_t row0, int64_t count, odd_type type,
                            void *data)
{
    odd_status st = check_slab(d, row0, count);
    if (st != ODD_OK) return st;
    if ((type == ODD_STRING) != (d->shape.type == ODD_STRING))
        return odd_fail(ODD_FORMAT, "dataset '%s' of '%s' holds %s, not %s", d->name, d->file->path,
                        odd_type_text(d->shape.type), odd_type_text(type));
    if (count == 0 || d->row_bytes == 0) return ODD_OK;
    return read_slab(d, row0, count, type, data);
}

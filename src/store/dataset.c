/* Datasets: rows of a fixed width, written and read in slabs of rows, wherever they lie. */
#include "store/dataset_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/fault.h"

#include <stddef.h>

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

odd_status odd_dataset_place(const odd_dataset *dataset, int64_t *place)
{
    const haddr_t at = H5Dget_offset(dataset->id);
    *place = (int64_t)at;
    return at != HADDR_UNDEF
               ? ODD_OK
               : odd_fail(ODD_IO, "dataset '%s' has no place in its file", dataset->name);
}

void odd_dataset_close(odd_dataset **dataset)
{
    if (*dataset) odd_split_close(*dataset);
    odd_dataset_close_here(dataset);
}

/* ---- open ---- */

odd_status odd_dataset_open(const odd_file *file, const char *name, odd_dataset **out)
{
    bool split;
    odd_status st;
    ODD_CHECK(file->partial == NULL); /* files that are written are not read */
    ODD_TRY(odd_dataset_new(file, name, out));
    ODD_TRY(odd_dataset_open_here(*out, &split));
    if (split) ODD_TRY(odd_split_open(*out));
    return ODD_OK;
done:
    odd_dataset_close(out);
    return st;
}

odd_status odd_dataset_expect(const odd_file *file, const char *name, const odd_shape *expected,
                              odd_dataset **out)
{
    odd_status st = odd_dataset_open(file, name, out);
    if (st == ODD_OK) st = odd_dataset_insist(*out, expected, true);
    if (st != ODD_OK) odd_dataset_close(out);
    return st;
}

/* ---- write and read ---- */

static odd_status check_slab(const odd_dataset *d, int64_t row0, int64_t count)
{
    if (row0 >= 0 && count >= 0 && row0 <= d->rows && count <= d->rows - row0) return ODD_OK;
    return odd_fail(ODD_ARG, "rows %lld + %lld are outside dataset '%s' of %lld rows",
                    (long long)row0, (long long)count, d->name, (long long)d->rows);
}

static odd_status write_slab(odd_dataset *d, int64_t row0, int64_t count, const char *data)
{
    if (d->row_bytes == 0) return ODD_OK;
    const odd_status st = d->segments ? odd_split_write(d, row0, count, data)
                                      : odd_dataset_write_here(d, row0, count, data);
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

odd_status odd_dataset_read(const odd_dataset *d, int64_t row0, int64_t count, odd_type type,
                            void *data)
{
    odd_status st = check_slab(d, row0, count);
    if (st != ODD_OK) return st;
    if ((type == ODD_STRING) != (d->shape.type == ODD_STRING))
        return odd_fail(ODD_FORMAT, "dataset '%s' of '%s' holds %s, not %s", d->name, d->file->path,
                        odd_type_text(d->shape.type), odd_type_text(type));
    if (count == 0 || d->row_bytes == 0) return ODD_OK;
    return d->segments ? odd_split_read(d, row0, count, type, data)
                       : odd_dataset_read_here(d, row0, count, type, data);
}

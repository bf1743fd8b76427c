/* Split datasets: rows in several files, under one virtual dataset. Programs that know HDF5 see one
 * array; we read and write the segments themselves, as parallel HDF5 cannot write through virtual
 * datasets, and a segment that is missing would be read as zeros without a word. */
#include "store/dataset_internal.h"
#include "store/path_internal.h"
#include "store/segments_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <stdlib.h>
#include <string.h>

static int64_t first_row(const odd_dataset *d, int k)
{
    return odd_segment_row(d->rows, d->segments, k);
}

static odd_shape shape_of_segment(const odd_dataset *d, int k)
{
    odd_shape shape = d->shape;
    shape.shape[0] = first_row(d, k + 1) - first_row(d, k);
    return shape;
}

/* ---- create ---- */

static odd_status create_segments(odd_dataset *d, const char *about, const char *unit)
{
    odd_status st = ODD_OK;
    for (int k = 0; k < d->segments; k++) {
        const odd_shape shape = shape_of_segment(d, k);
        ODD_TRY(
            odd_dataset_create(d->file->segment[k], d->name, &shape, about, unit, &d->segment[k]));
    }
done:
    return st;
}

static odd_status map_segment(const odd_dataset *d, int k, hid_t properties)
{
    char *name = NULL;
    odd_status st = odd_segment_path(d->file->path, d->segments, k, false, &name);
    if (st != ODD_OK) return st;
    const int64_t rows = d->segment[k]->rows;
    hid_t here = odd_dataset_rows(d, first_row(d, k), rows);
    hid_t there = odd_dataset_space(&d->segment[k]->shape, rows);
    if (H5Pset_virtual(properties, here, name, d->name, there) < 0)
        st = odd_hdf5_fail(ODD_IO, "cannot map '%s' in '%s'", name, d->file->partial);
    H5Sclose(there);
    H5Sclose(here);
    free(name);
    return st;
}

static odd_status map_segments(const odd_dataset *d, hid_t properties)
{
    odd_status st = ODD_OK;
    for (int k = 0; k < d->segments && st == ODD_OK; k++)
        st = map_segment(d, k, properties);
    return st;
}

/* @collective */
static odd_status create_virtual(odd_dataset *d)
{
    hid_t properties = odd_dataset_properties();
    odd_status st;
    ODD_TRY_ALL(d->file->comm, map_segments(d, properties));
    ODD_TRY_ALL(d->file->comm, odd_dataset_create_hdf5(d, properties));
done:
    H5Pclose(properties);
    return st;
}

static odd_status create_all(odd_dataset *d, int segments, const char *about, const char *unit)
{
    odd_status st;
    ODD_TRY(odd_segments_create(d->file, segments));
    ODD_TRY_ALL(d->file->comm, ODD_NEW(d->segment, segments));
    d->segments = segments;
    ODD_TRY(create_segments(d, about, unit));
    ODD_TRY(create_virtual(d));
    ODD_TRY(odd_dataset_describe(d, about, unit));
done:
    return st;
}

/* HDF5 maps no segment without rows. */
static bool is_worth_it(const odd_shape *shape, int segments)
{
    return segments > 1 && shape->rank > 0 && shape->shape[0] >= segments;
}

odd_status odd_dataset_create_split(odd_file *file, const char *name, const odd_shape *shape,
                                    const char *about, const char *unit, int segments,
                                    odd_dataset **out)
{
    odd_status st;
    odd_dataset *d = NULL;
    *out = NULL;
    ODD_CHECK(segments >= 1 && segments <= ODD_SEGMENTS_MOST && !file->segments);
    ODD_TRY(odd_same_i64(file->comm, "segments", segments));
    if (!is_worth_it(shape, segments))
        return odd_dataset_create(file, name, shape, about, unit, out);
    ODD_TRY(odd_dataset_prepare(file, name, shape, about, unit, &d));
    ODD_TRY(create_all(d, segments, about, unit));
    *out = d;
    return ODD_OK;
done:
    if (d) odd_split_close(d);
    odd_dataset_close_here(&d);
    return st;
}

/* ---- open ---- */

static odd_status open_segment(odd_dataset *d, int k)
{
    const odd_file *file = d->opened[k];
    const odd_shape wanted = shape_of_segment(d, k);
    bool split;
    odd_status st;
    ODD_TRY(odd_dataset_new(file, d->name, &d->segment[k]));
    ODD_TRY(odd_dataset_open_here(d->segment[k], &split));
    if (split) ODD_TRY(odd_fail(ODD_FORMAT, "'%s' is cut once more", file->path));
    ODD_TRY(odd_dataset_insist(d->segment[k], &wanted, false));
done:
    return st;
}

odd_status odd_split_open(odd_dataset *d)
{
    odd_status st;
    ODD_TRY(odd_segments_open(d->file, &d->opened, &d->segments));
    ODD_TRY(ODD_NEW(d->segment, d->segments));
    for (int k = 0; k < d->segments; k++)
        ODD_TRY(open_segment(d, k));
done:
    return st;
}

void odd_split_close(odd_dataset *d)
{
    for (int k = 0; d->segment && k < d->segments; k++)
        odd_dataset_close_here(&d->segment[k]);
    odd_free(d->segment);
    odd_segments_close(&d->opened, d->segments);
}

/* ---- rows ---- */

/* What of rows [row0, row0 + count) lies in segment k: its rows [first, first + some), which are
 * `skip` rows further on in the data. */
typedef struct {
    int64_t first, some, skip;
} overlap;

static overlap overlap_of(const odd_dataset *d, int k, int64_t row0, int64_t count)
{
    const int64_t begin = first_row(d, k), end = first_row(d, k + 1);
    const int64_t from = row0 > begin ? row0 : begin;
    const int64_t to = row0 + count < end ? row0 + count : end;
    return (overlap){from - begin, to > from ? to - from : 0, from - row0};
}

odd_status odd_split_write(odd_dataset *d, int64_t row0, int64_t count, const char *data)
{
    odd_status st = ODD_OK;
    for (int k = 0; k < d->segments && st == ODD_OK; k++) {
        const overlap o = overlap_of(d, k, row0, count);
        if (o.some == 0) continue;
        st = odd_dataset_write_here(d->segment[k], o.first, o.some, data + o.skip * d->row_bytes);
    }
    return st;
}

odd_status odd_split_read(const odd_dataset *d, int64_t row0, int64_t count, odd_type type,
                          char *data)
{
    const size_t width = type == ODD_STRING ? d->shape.width : odd_type_size(type);
    const int64_t values = d->row_bytes / (int64_t)d->shape.width;
    odd_status st = ODD_OK;
    for (int k = 0; k < d->segments && st == ODD_OK; k++) {
        const overlap o = overlap_of(d, k, row0, count);
        if (o.some == 0) continue;
        st = odd_dataset_read_here(d->segment[k], o.first, o.some, type,
                                   data + o.skip * values * (int64_t)width);
    }
    return st;
}

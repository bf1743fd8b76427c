/* Datasets are created: by all ranks, who want the same, in room that the disk has promised. */
#include "store/dataset_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/par/agree.h"

#include <errno.h>

static odd_status prepare_here(odd_file *file, const char *name, const odd_shape *shape,
                               odd_dataset **out)
{
    odd_status st = odd_dataset_new(file, name, out);
    if (st == ODD_OK) st = odd_dataset_set_shape(*out, shape);
    if (st == ODD_OK) st = odd_tally_add(file, name, (*out)->rows, &(*out)->tally);
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

odd_status odd_dataset_prepare(odd_file *file, const char *name, const odd_shape *shape,
                               const char *about, const char *unit, odd_dataset **out)
{
    odd_status st;
    *out = NULL;
    ODD_CHECK(file->partial != NULL); /* files opened for reading do not change */
    ODD_TRY(check_same(file, name, shape, about, unit));
    ODD_TRY_ALL(file->comm, prepare_here(file, name, shape, out));
done:
    return st;
}

hid_t odd_dataset_properties(void)
{
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(p, false);
    return p;
}

/* Space at once and no filling: every row is going to be written, and independent writes need it
 * to be there. */
static hid_t contiguous(void)
{
    hid_t p = odd_dataset_properties();
    H5Pset_layout(p, H5D_CONTIGUOUS);
    H5Pset_alloc_time(p, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(p, H5D_FILL_TIME_NEVER);
    return p;
}

odd_status odd_dataset_create_hdf5(odd_dataset *d, hid_t properties)
{
    hid_t type = odd_element_type(d->shape.type, d->shape.width);
    hid_t space = odd_dataset_space(&d->shape, d->rows);
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    errno = 0;
    d->id = H5Dcreate2(d->file->id, d->name, type, space, links, properties, H5P_DEFAULT);
    odd_status st = ODD_OK;
    if (d->id < 0)
        st = odd_hdf5_fail(ODD_IO, "cannot create dataset '%s' in '%s'", d->name, d->file->partial);
    H5Pclose(links);
    H5Sclose(space);
    H5Tclose(type);
    return st;
}

static odd_status create_contiguous(odd_dataset *d)
{
    hid_t properties = contiguous();
    const odd_status st = odd_dataset_create_hdf5(d, properties);
    H5Pclose(properties);
    return st;
}

/* With the gap before it and its share of metadata. */
static odd_status reserve(const odd_dataset *d)
{
    int64_t bytes = d->rows * d->row_bytes;
    if (bytes > INT64_MAX / 2) return odd_fail(ODD_ARG, "dataset '%s' is too large", d->name);
    return odd_file_reserve(d->file, bytes + (bytes < ODD_FILE_ALIGNMENT ? 0 : ODD_FILE_ALIGNMENT));
}

odd_status odd_dataset_describe(const odd_dataset *d, const char *about, const char *unit)
{
    odd_file *file = d->file;
    odd_status st;
    ODD_TRY(odd_attribute_text(file, d->name, "about", about ? about : ""));
    if (unit && *unit) ODD_TRY(odd_attribute_text(file, d->name, "unit", unit));
    ODD_TRY(odd_attribute_text(file, d->name, "stage", file->stage));
    ODD_TRY(odd_file_set_i64(file, d->name, "seed", (int64_t)file->seed));
done:
    return st;
}

odd_status odd_dataset_create(odd_file *file, const char *name, const odd_shape *shape,
                              const char *about, const char *unit, odd_dataset **out)
{
    odd_status st;
    odd_dataset *d = NULL;
    *out = NULL;
    ODD_TRY(odd_dataset_prepare(file, name, shape, about, unit, &d));
    ODD_TRY_ALL(file->comm, reserve(d));
    ODD_TRY_ALL(file->comm, create_contiguous(d));
    ODD_TRY(odd_dataset_describe(d, about, unit));
    *out = d;
    return ODD_OK;
done:
    odd_dataset_close_here(&d);
    return st;
}

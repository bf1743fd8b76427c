/* Bundles in files: each array is a dataset below one group. */
#include "oddlot/store/dataset.h"

#include "store/file_internal.h"
#include "store/path_internal.h"
#include "store/walk_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdlib.h>
#include <string.h>

/* "group/name", or "name" in the root group. */
static odd_status join(const char *group, const char *name, char **path)
{
    if (!group || !*group || strcmp(group, "/") == 0) return odd_path_format(path, "%s", name);
    return odd_path_format(path, "%s/%s", group, name);
}

/* All ranks have the same array: rank 0 writes it. */
static odd_status write_array(odd_file *file, const char *path, const odd_array *a)
{
    odd_dataset *d = NULL;
    int64_t rows = a->shape.rank > 0 ? a->shape.shape[0] : 1;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, path, &a->shape, a->about, NULL, &d));
    ODD_TRY(odd_dataset_write(d, 0, odd_rank(file->comm) == 0 ? rows : 0, a->data));
done:
    odd_dataset_close(&d);
    return st;
}

/* So that a bundle without arrays can be read back, too. @collective */
static odd_status make_group(odd_file *file, const char *group)
{
    if (!group || !*group || strcmp(group, "/") == 0 || odd_file_has(file, group)) return ODD_OK;
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    hid_t id = H5Gcreate2(file->id, group, links, H5P_DEFAULT, H5P_DEFAULT);
    odd_status st =
        id < 0 ? odd_hdf5_fail(ODD_IO, "cannot create '%s' in '%s'", group, file->path) : ODD_OK;
    if (id >= 0) H5Gclose(id);
    H5Pclose(links);
    return odd_agree(file->comm, st);
}

odd_status odd_bundle_write(odd_file *file, const char *group, const odd_bundle *b)
{
    odd_status st = make_group(file, group);
    for (int i = 0; i < b->count && st == ODD_OK; i++) {
        char *path;
        st = odd_agree(file->comm, join(group, b->array[i].name, &path));
        if (st == ODD_OK) st = write_array(file, path, &b->array[i]);
        free(path);
    }
    return st;
}

typedef struct {
    const char *group;
    int64_t most; /* bytes of an array */
    odd_bundle *bundle;
} reading;

static odd_status add_array(const reading *r, const char *name, const char *about,
                            const odd_dataset *d)
{
    const odd_shape *shape = odd_dataset_shape(d);
    void *data;
    odd_status st = odd_bundle_add_shape(r->bundle, name, about, shape, &data);
    if (st != ODD_OK) return st;
    return odd_dataset_read(d, 0, shape->rank > 0 ? shape->shape[0] : 1, shape->type, data);
}

static bool is_larger(const odd_shape *shape, int64_t most)
{
    int64_t bytes;
    return odd_shape_bytes(shape, &bytes) == ODD_OK && bytes > most;
}

static odd_status read_array(const odd_file *file, const char *name, void *context)
{
    const reading *r = context;
    odd_dataset *d = NULL;
    char *about = NULL, *path;
    odd_status st;
    ODD_TRY(join(r->group, name, &path));
    ODD_TRY(odd_dataset_open(file, path, &d));
    if (is_larger(odd_dataset_shape(d), r->most)) goto done;
    st = odd_file_get_text(file, path, "about", &about);
    if (st != ODD_FORMAT) ODD_TRY(st); /* files of other programs have no such attribute */
    ODD_TRY(add_array(r, name, about ? about : "", d));
done:
    odd_free(about);
    free(path);
    odd_dataset_close(&d);
    return st;
}

odd_status odd_bundle_read_small(const odd_file *file, const char *group, int64_t most,
                                 odd_bundle *b)
{
    reading r = {group, most, b};
    bool root = !group || !*group;
    odd_status st = odd_walk_datasets(file, root ? "/" : group, read_array, &r);
    if (st != ODD_OK) odd_bundle_free(b);
    return st;
}

odd_status odd_bundle_read(const odd_file *file, const char *group, odd_bundle *b)
{
    return odd_bundle_read_small(file, group, INT64_MAX, b);
}

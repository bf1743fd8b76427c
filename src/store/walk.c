/* The walk over all datasets of a file. */
#include "store/walk_internal.h"

typedef struct {
    const odd_file *file;
    odd_walk_visitor visit;
    void *context;
    odd_status status;
} walk;

static herr_t visit_object(hid_t root, const char *name, const H5O_info_t *info, void *context)
{
    walk *w = context;
    (void)root;
    if (info->type == H5O_TYPE_DATASET) w->status = w->visit(w->file, name, w->context);
    return w->status != ODD_OK;
}

odd_status odd_walk_datasets(const odd_file *file, const char *group, odd_walk_visitor visit,
                             void *context)
{
    walk w = {file, visit, context, ODD_OK};
    odd_status st = odd_file_need(file, group);
    if (st != ODD_OK) return st;
    if (H5Ovisit_by_name2(file->id, group, H5_INDEX_NAME, H5_ITER_INC, visit_object, &w,
                          H5O_INFO_BASIC, file->access) < 0)
        return odd_hdf5_fail(ODD_FORMAT, "cannot list '%s' of '%s'", group, file->path);
    return w.status;
}

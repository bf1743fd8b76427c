/* Output of the views: views.h5, a row for each of features.h5. */
#include "oddlot/store/dataset.h"
#include "stage/views/views_work_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>

/* Write a column, or a few side by side, of all rows of features.h5: each as that which speaks for
 * it has it. mine: (part.n_local, width) of those scored. @collective */
static odd_status write_spoken(odd_file *file, const char *path, const odd_views_work *w,
                               odd_type type, int64_t width, const void *mine, const char *about)
{
    const MPI_Comm comm = w->inputs.run->comm;
    const odd_partition part = odd_partition_rows(comm, w->inputs.rows);
    const size_t bytes = (size_t)width * odd_type_size(type);
    const odd_shape shape = {.type = type, .rank = width > 1 ? 2 : 1, .shape = {part.n, width}};
    odd_dataset *dataset = NULL;
    char *all = NULL, *value = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY(odd_share_rows(comm, mine, w->part.n_local, bytes, (void **)&all, &n));
    ODD_TRY_ALL(comm, ODD_NEW(value, part.n_local * (int64_t)bytes));
    for (int64_t i = 0; i < part.n_local; i++)
        memcpy(value + (size_t)i * bytes, all + (size_t)w->speakers.spoken[part.row0 + i] * bytes,
               bytes);
    ODD_TRY(odd_dataset_create(file, path, &shape, about, "", &dataset));
    ODD_TRY_ALL(comm, odd_dataset_write(dataset, part.row0, part.n_local, value));
done:
    odd_dataset_close(&dataset);
    odd_free(all);
    odd_free(value);
    return st;
}

/* Of robust standard deviations z of my part of those scored. @collective */
static odd_status write_tails(odd_file *file, const char *path, const odd_views_work *w,
                              const double z[], const char *about)
{
    const MPI_Comm comm = w->inputs.run->comm;
    double *tail = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(tail, w->part.n_local));
    for (int64_t i = 0; i < w->part.n_local; i++)
        tail[i] = odd_normal_tail(z[i]);
    ODD_TRY(write_spoken(file, path, w, ODD_F64, 1, tail, about));
done:
    odd_free(tail);
    return st;
}

static odd_status write_view(odd_file *file, const odd_views_work *w, int v)
{
    const char *name = w->view[v]->name;
    const odd_view_ranking *r = &w->ranking[v];
    char path[64];
    odd_status st;
    snprintf(path, sizeof path, "%s/value", name);
    ODD_TRY(write_tails(file, path, w, w->joined.z + v * w->part.n_local,
                        "-log10 of the share of usual images that are as odd"));
    if (!w->view[v]->measure) goto done;
    snprintf(path, sizeof path, "%s/leading", name);
    ODD_TRY(write_spoken(file, path, w, ODD_I32, ODD_VIEW_LEADING, r->leading,
                         "measures that are least usual, by number"));
    snprintf(path, sizeof path, "%s/measured", name);
    ODD_TRY(write_spoken(file, path, w, ODD_F32, ODD_VIEW_LEADING, r->measured, "what they are"));
done:
    return st;
}

odd_status odd_views_write(odd_file *file, const odd_views_work *w)
{
    odd_status st = ODD_OK;
    for (int v = 0; v < w->views; v++)
        ODD_TRY(write_view(file, w, v));
    ODD_TRY(odd_views_model_write(file, w));
    ODD_TRY(write_tails(file, "joined", w, w->joined.joined,
                        "-log10 of the share of usual images that are as odd in all views"));
done:
    return st;
}

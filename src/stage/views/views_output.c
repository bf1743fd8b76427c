/* Output of the views: views.h5, a row for each of features.h5. */
#include "oddlot/store/dataset.h"
#include "stage/views/views_work_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/deal.h"

#include <stdio.h>

/* Write a column, or a few side by side, of all rows of features.h5: each as that which speaks for
 * it has it. mine: (speakers.part.n_local, width) of those scored. @collective */
static odd_status write_spoken(odd_file *file, const char *path, const odd_views_work *w,
                               odd_type type, int64_t width, const void *mine, const char *about)
{
    const MPI_Comm comm = w->inputs.run->comm;
    const odd_speakers *s = &w->speakers;
    const size_t bytes = (size_t)width * odd_type_size(type);
    int64_t all = s->rows;
    odd_dataset *dataset = NULL;
    char *value = NULL;
    odd_status st;
    odd_sum_i64(comm, &all, 1);
    const odd_shape shape = {.type = type, .rank = width > 1 ? 2 : 1, .shape = {all, width}};
    ODD_TRY_ALL(comm, ODD_NEW(value, s->rows * (int64_t)bytes));
    ODD_TRY(odd_ask(comm, &s->part, mine, bytes, s->rows, s->spoken, value));
    ODD_TRY(odd_dataset_create(file, path, &shape, about, "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, s->row0, s->rows, value));
done:
    odd_dataset_close(&dataset);
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
    ODD_TRY_ALL(comm, ODD_NEW(tail, w->speakers.part.n_local));
    for (int64_t i = 0; i < w->speakers.part.n_local; i++)
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
    ODD_TRY(write_tails(file, path, w, w->joined.z + v * w->speakers.part.n_local,
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

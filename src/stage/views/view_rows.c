/* Rows of a view: some of the images, cut over ranks, in memory where they fit. */
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

static odd_status read_part(void *context, int64_t local, int64_t count, float x[])
{
    const odd_view_rows *r = context;
    odd_status st = r->view->read(r->state, count, r->at + local, x);
    if (st == ODD_OK && r->scaling) odd_view_scaling_apply(r->scaling, count, x);
    return st;
}

static odd_status load_rows(odd_view_rows *r)
{
    odd_status st;
    ODD_TRY(ODD_NEW(r->x, r->rows.part.n_local * r->rows.d));
    ODD_TRY(read_part(r, 0, r->rows.part.n_local, r->x));
    r->rows.x = r->x;
done:
    return st;
}

odd_status odd_view_rows_open(const odd_image_view *view, const odd_view_inputs *inputs,
                              const odd_view_images *images, odd_view_rows *out)
{
    const odd_run *run = inputs->run;
    int width = 0;
    odd_status st;
    *out = (odd_view_rows){.view = view, .at = images->at};
    ODD_TRY_ALL(run->comm, view->open(inputs, &out->state, &width));
    out->rows = odd_rows_in_memory(run->comm, images->part.n, width, NULL);
    out->rows.read = read_part;
    out->rows.reader = out;
    const bool fits =
        odd_run_fits(run, (double)out->rows.part.n_local * width * (double)sizeof(float));
    ODD_TRY_ALL(run->comm, fits ? load_rows(out) : ODD_OK);
done:
    if (st != ODD_OK) odd_view_rows_close(out);
    return st;
}

void odd_view_rows_scale(odd_view_rows *rows, const odd_view_scaling *scaling)
{
    rows->scaling = scaling;
    if (rows->x) odd_view_scaling_apply(scaling, rows->rows.part.n_local, rows->x);
}

void odd_view_rows_close(odd_view_rows *rows)
{
    if (rows->state) rows->view->close(&rows->state);
    odd_free(rows->x);
    *rows = (odd_view_rows){0};
}

/* Panels: my rows some at a time, where they lie or as they are read. */
#include "oddlot/par/panels.h"

#include "oddlot/base/memory.h"

odd_status odd_panels_new(const odd_rows *rows, int64_t step, odd_panels *p)
{
    *p = (odd_panels){.rows = rows, .step = step};
    return rows->x ? ODD_OK : ODD_NEW(p->buffer, step * rows->d);
}

void odd_panels_free(odd_panels *p)
{
    odd_free(p->buffer);
    *p = (odd_panels){0};
}

odd_status odd_panels_read(const odd_panels *p, int64_t local, odd_panel *panel)
{
    const odd_rows *rows = p->rows;
    const int64_t left = rows->part.n_local - local;
    *panel = (odd_panel){.local = local, .x = p->buffer};
    if (left <= 0) return ODD_OK;
    panel->count = left < p->step ? left : p->step;
    if (!rows->x) return rows->read(rows->reader, local, panel->count, p->buffer);
    panel->x = rows->x + local * rows->d;
    return ODD_OK;
}

odd_status odd_panels_each(const odd_panels *p, odd_panel_function f, void *context)
{
    odd_status st = ODD_OK;
    odd_panel panel;
    for (int64_t local = 0; local < p->rows->part.n_local; local += p->step) {
        ODD_TRY(odd_panels_read(p, local, &panel));
        ODD_TRY(f(context, &panel));
    }
done:
    return st;
}

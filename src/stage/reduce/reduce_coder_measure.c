/* Reduce coder, what rows go through: the mean of each feature and one scale, in two passes over
 * rows that may be streamed. */
#include "stage/reduce/reduce_coder_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/panels.h"

#include <math.h>

enum { PANEL = 256 }; /* rows that are read at a time */

typedef struct {
    const odd_rows *rows;
    odd_panels panels;
    odd_reduce_coder *coder;
    double squares;  /* of all centred features */
    int64_t bad_row; /* the first of mine with a value that is not finite; INT64_MAX: none */
} measuring;

static odd_status add_to_mean(void *context, const odd_panel *panel)
{
    measuring *m = context;
    const int d = m->rows->d;
    const double n = (double)m->rows->part.n;
    for (int64_t i = 0; i < panel->count; i++)
        for (int j = 0; j < d; j++) {
            if (!isfinite(panel->x[i * d + j])) {
                m->bad_row = m->rows->part.row0 + panel->local + i;
                return odd_fail(ODD_NUMERIC, "a feature is not a finite number");
            }
            m->coder->mean[j] += panel->x[i * d + j] / n;
        }
    return ODD_OK;
}

static odd_status add_squares(void *context, const odd_panel *panel)
{
    measuring *m = context;
    const int d = m->rows->d;
    for (int64_t i = 0; i < panel->count; i++)
        for (int j = 0; j < d; j++) {
            const double apart = panel->x[i * d + j] - m->coder->mean[j];
            m->squares += apart * apart;
        }
    return ODD_OK;
}

/* One rank after the other goes on with the numbers of those before it, so that they are added up
 * in the order of the rows, on any number of ranks. @collective */
static odd_status add_in_turn(measuring *m, odd_panel_function f, double value[], int64_t count)
{
    const MPI_Comm comm = m->rows->comm;
    odd_status st = ODD_OK;
    for (int r = 0; r < odd_size(comm); r++) {
        if (r == odd_rank(comm)) st = odd_panels_each(&m->panels, f, m);
        odd_broadcast(comm, r, value, (size_t)count * sizeof *value);
    }
    return odd_agree(comm, st);
}

/* The first bad row of all ranks. @collective */
static int64_t first_bad_row(const measuring *m)
{
    int64_t last = -m->bad_row;
    odd_max_i64(m->rows->comm, &last, 1);
    return -last;
}

odd_status odd_reduce_coder_measure(const odd_rows *rows, odd_reduce_coder *c, int64_t *bad_row)
{
    const int64_t n = rows->part.n;
    measuring m = {.rows = rows, .coder = c, .bad_row = INT64_MAX};
    odd_status st;
    *bad_row = -1;
    if (n < 1) return odd_fail(ODD_ARG, "an auto-encoder of no rows");
    ODD_TRY_ALL(rows->comm, odd_panels_new(rows, PANEL, &m.panels));
    st = add_in_turn(&m, add_to_mean, c->mean, c->d);
    if (st == ODD_NUMERIC) *bad_row = first_bad_row(&m);
    ODD_TRY(st);
    ODD_TRY(add_in_turn(&m, add_squares, &m.squares, 1));
    c->scale = m.squares > 0 ? sqrt((double)n * c->d / m.squares) : 1;
done:
    odd_panels_free(&m.panels);
    return st;
}

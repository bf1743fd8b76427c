/* Assignment: the best pairs of rows and columns, by shortest augmenting paths. */
#include "oddlot/eval/assignment.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The shorter side is n, the longer one m; each of the n gets one of the m. */
typedef struct {
    int64_t n, m, step_i, step_j;
    const double *value;  /* value of the pair (i, j) at i * step_i + j * step_j */
    double *u, *v;        /* (n), (m) dual variables: cost(i, j) - u[i] - v[j] >= 0 */
    int64_t *j_of, *i_of; /* (n), (m) the partner; -1: none yet */

    /* of one search for a path */
    double *length;        /* (m) of the shortest path to j */
    int64_t *from;         /* (m) the i before j on it */
    bool *seen_i, *seen_j; /* (n), (m) */
} pairing;

static double reduced_cost(const pairing *p, int64_t i, int64_t j)
{
    return -p->value[i * p->step_i + j * p->step_j] - p->u[i] - p->v[j];
}

/* Paths that go on from i, of which the path has length `so_far`; the nearest j not yet seen, a
 * free one if there are equals. */
static int64_t nearest(pairing *p, int64_t i, double so_far)
{
    double least = INFINITY;
    int64_t best = -1;
    for (int64_t j = 0; j < p->m; j++) {
        if (p->seen_j[j]) continue;
        const double length = so_far + reduced_cost(p, i, j);
        if (length < p->length[j]) {
            p->length[j] = length;
            p->from[j] = i;
        }
        if (p->length[j] < least || (p->length[j] == least && p->i_of[j] < 0)) {
            least = p->length[j];
            best = j;
        }
    }
    return best;
}

/* The end of the shortest path from i0 to a free j, and its length. */
static int64_t find_path(pairing *p, int64_t i0, double *length)
{
    int64_t i = i0, j;
    *length = 0;
    memset(p->seen_i, 0, (size_t)p->n * sizeof *p->seen_i);
    memset(p->seen_j, 0, (size_t)p->m * sizeof *p->seen_j);
    for (j = 0; j < p->m; j++)
        p->length[j] = INFINITY;
    for (;;) {
        p->seen_i[i] = true;
        j = nearest(p, i, *length);
        *length = p->length[j];
        p->seen_j[j] = true;
        if (p->i_of[j] < 0) return j;
        i = p->i_of[j];
    }
}

static void update_duals(pairing *p, int64_t i0, double length)
{
    p->u[i0] += length;
    for (int64_t i = 0; i < p->n; i++)
        if (p->seen_i[i] && i != i0) p->u[i] += length - p->length[p->j_of[i]];
    for (int64_t j = 0; j < p->m; j++)
        if (p->seen_j[j]) p->v[j] -= length - p->length[j];
}

/* Each i on the path takes the j behind it. */
static void augment(pairing *p, int64_t i0, int64_t j)
{
    int64_t i;
    do {
        i = p->from[j];
        const int64_t before = p->j_of[i];
        p->i_of[j] = i;
        p->j_of[i] = j;
        j = before;
    } while (i != i0);
}

static odd_status pairing_new(int64_t rows, int64_t columns, const double value[], pairing *p)
{
    odd_status st;
    const bool wide = rows <= columns;
    *p = (pairing){.n = wide ? rows : columns,
                   .m = wide ? columns : rows,
                   .step_i = wide ? columns : 1,
                   .step_j = wide ? 1 : columns,
                   .value = value};
    ODD_TRY(ODD_NEW(p->u, p->n));
    ODD_TRY(ODD_NEW(p->v, p->m));
    ODD_TRY(ODD_NEW(p->j_of, p->n));
    ODD_TRY(ODD_NEW(p->i_of, p->m));
    ODD_TRY(ODD_NEW(p->length, p->m));
    ODD_TRY(ODD_NEW(p->from, p->m));
    ODD_TRY(ODD_NEW(p->seen_i, p->n));
    ODD_TRY(ODD_NEW(p->seen_j, p->m));
    for (int64_t i = 0; i < p->n; i++)
        p->j_of[i] = -1;
    for (int64_t j = 0; j < p->m; j++)
        p->i_of[j] = -1;
done:
    return st;
}

static void pairing_free(pairing *p)
{
    odd_free(p->u);
    odd_free(p->v);
    odd_free(p->j_of);
    odd_free(p->i_of);
    odd_free(p->length);
    odd_free(p->from);
    odd_free(p->seen_i);
    odd_free(p->seen_j);
}

static odd_status check_finite(int64_t rows, int64_t columns, const double value[])
{
    for (int64_t i = 0; i < rows * columns; i++)
        if (!isfinite(value[i]))
            return odd_fail(ODD_NUMERIC, "the value of row %lld and column %lld is not finite",
                            (long long)(i / columns), (long long)(i % columns));
    return ODD_OK;
}

odd_status odd_assignment(int64_t rows, int64_t columns, const double value[], int64_t column_of[])
{
    odd_status st;
    pairing p = {0};
    double length;
    ODD_TRY(check_finite(rows, columns, value));
    ODD_TRY(pairing_new(rows, columns, value, &p));
    for (int64_t i = 0; i < p.n; i++) {
        const int64_t end = find_path(&p, i, &length);
        update_duals(&p, i, length);
        augment(&p, i, end);
    }
    memcpy(column_of, rows <= columns ? p.j_of : p.i_of, (size_t)rows * sizeof *column_of);
done:
    pairing_free(&p);
    return st;
}

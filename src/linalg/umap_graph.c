/* UMAP's graph: nearness of each row's neighbours, then of every two rows. */
#include "linalg/umap_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALVINGS = 64 };
#define CLOSE_ENOUGH 1e-5
#define LEAST_SCALE  1e-3 /* of the mean distance: rows among copies of themselves have none */

/* ---- One row ---- */

static double sum_of(int k, const double distance[], double nearest, double scale)
{
    double sum = 0;
    for (int j = 0; j < k; j++)
        sum += exp(-fmax(0, distance[j] - nearest) / scale);
    return sum;
}

static double find_scale(int k, const double distance[], double nearest)
{
    double low = 0, high = INFINITY, scale = 1, mean = 0;
    for (int i = 0; i < HALVINGS; i++) {
        const double off = sum_of(k, distance, nearest, scale) - log2(k);
        if (fabs(off) < CLOSE_ENOUGH) break;
        if (off > 0)
            high = scale;
        else
            low = scale;
        scale = isinf(high) ? 2 * scale : (low + high) / 2;
    }
    for (int j = 0; j < k; j++)
        mean += distance[j] / k;
    return fmax(scale, LEAST_SCALE * mean);
}

void odd_umap_nearness(int k, const double distance[], double nearness[])
{
    double nearest = 0;
    for (int j = k - 1; j >= 0; j--)
        if (distance[j] > 0) nearest = distance[j];
    const double scale = find_scale(k, distance, nearest);
    for (int j = 0; j < k; j++) {
        const double beyond = distance[j] - nearest;
        nearness[j] = beyond <= 0 || scale <= 0 ? 1 : exp(-beyond / scale);
    }
}

/* ---- My rows ---- */

typedef struct {
    const odd_neighbours *neighbours;
    int k;
    int32_t *to;     /* (n_local, k) */
    float *nearness; /* (n_local, k) */
} finding;

/* The k nearest of k + 1 that are not the row itself. */
static int others_of(const finding *f, const float x[], int64_t row, const odd_neighbour near[],
                     int32_t to[], double distance[])
{
    int used = 0;
    for (int i = 0; i <= f->k && used < f->k; i++) {
        if (near[i].at < 0 || near[i].at == row) continue;
        distance[used] = odd_neighbours_distance(f->neighbours, x, near[i].at);
        to[used++] = (int32_t)near[i].at;
    }
    return used;
}

static odd_status find_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    const finding *f = context;
    double *distance = NULL, *nearness = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(distance, f->k));
    ODD_TRY(ODD_NEW(nearness, f->k));
    for (int i = 0; i < block->count; i++) {
        const int64_t at = (block->local + i) * f->k;
        const int used = others_of(f, block->x + (int64_t)i * block->d, block->row + i,
                                   near + (int64_t)i * (f->k + 1), f->to + at, distance);
        ODD_CHECK(used == f->k); /* k < m */
        odd_umap_nearness(f->k, distance, nearness);
        for (int j = 0; j < f->k; j++)
            f->nearness[at + j] = (float)nearness[j];
    }
done:
    odd_free(distance);
    odd_free(nearness);
    return st;
}

odd_status odd_umap_graph_new(MPI_Comm comm, const odd_neighbours *neighbours, int64_t m, int d,
                              const float x[], int k, odd_umap_graph *out)
{
    odd_rows rows = odd_rows_in_memory(comm, m, d, x);
    finding f = {.neighbours = neighbours, .k = k};
    void *to = NULL, *nearness = NULL;
    int64_t n;
    odd_status st;
    *out = (odd_umap_graph){0};
    rows.x += rows.part.row0 * d;
    ODD_TRY_ALL(comm, ODD_NEW(f.to, rows.part.n_local * k));
    ODD_TRY_ALL(comm, ODD_NEW(f.nearness, rows.part.n_local * k));
    ODD_TRY(odd_neighbours_each(neighbours, &rows, k + 1, find_block, &f));
    ODD_TRY(odd_share_rows(comm, f.to, rows.part.n_local, (size_t)k * sizeof *f.to, &to, &n));
    ODD_TRY(odd_share_rows(comm, f.nearness, rows.part.n_local, (size_t)k * sizeof *f.nearness,
                           &nearness, &n));
    ODD_TRY_ALL(comm, odd_umap_join(m, k, to, nearness, out));
done:
    odd_free(f.to);
    odd_free(f.nearness);
    odd_free(to);
    odd_free(nearness);
    return st;
}

/* ---- Every two rows ---- */

typedef struct {
    int32_t to;
    float nearness;
} edge;

static int by_row(const void *a, const void *b)
{
    const edge *x = a, *y = b;
    return (x->to > y->to) - (x->to < y->to);
}

/* Edges of a row come once or, where both rows are near to each other, twice; these become one, as
 * near as at least one of two independent chances is likely. Returns the count left. */
static int64_t merge_edges(int64_t count, edge e[])
{
    int64_t left = 0;
    qsort(e, (size_t)count, sizeof *e, by_row);
    for (int64_t i = 0; i < count; i++) {
        if (left == 0 || e[left - 1].to != e[i].to) {
            e[left++] = e[i];
            continue;
        }
        const float p = e[left - 1].nearness, q = e[i].nearness;
        e[left - 1].nearness = p + q - p * q;
    }
    return left;
}

/* begin[i + 1] - begin[i] becomes the number of edges at row i, both ways. */
static void count_edges(int64_t m, int k, const int32_t to[], int64_t begin[])
{
    for (int64_t i = 0; i < m * k; i++)
        if (to[i] >= 0) {
            begin[i / k + 1]++;
            begin[to[i] + 1]++;
        }
    for (int64_t i = 0; i < m; i++)
        begin[i + 1] += begin[i];
}

static void put_edges(int64_t m, int k, const int32_t to[], const float nearness[], int64_t next[],
                      edge e[])
{
    for (int64_t i = 0; i < m * k; i++)
        if (to[i] >= 0) {
            e[next[i / k]++] = (edge){to[i], nearness[i]};
            e[next[to[i]]++] = (edge){(int32_t)(i / k), nearness[i]};
        }
}

static odd_status take_edges(int64_t m, const int64_t begin[], edge e[], odd_umap_graph *out)
{
    int64_t at = 0;
    odd_status st;
    for (int64_t i = 0; i < m; i++)
        out->begin[i + 1] = out->begin[i] + merge_edges(begin[i + 1] - begin[i], e + begin[i]);
    ODD_TRY(ODD_NEW(out->to, out->begin[m]));
    ODD_TRY(ODD_NEW(out->nearness, out->begin[m]));
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = begin[i]; j < begin[i] + out->begin[i + 1] - out->begin[i]; j++, at++) {
            out->to[at] = e[j].to;
            out->nearness[at] = e[j].nearness;
        }
done:
    return st;
}

odd_status odd_umap_join(int64_t m, int k, const int32_t to[], const float nearness[],
                         odd_umap_graph *out)
{
    int64_t *begin = NULL, *next = NULL;
    edge *e = NULL;
    odd_status st;
    *out = (odd_umap_graph){.m = m};
    ODD_TRY(ODD_NEW(begin, m + 1));
    ODD_TRY(ODD_NEW(next, m + 1));
    ODD_TRY(ODD_NEW(out->begin, m + 1));
    count_edges(m, k, to, begin);
    memcpy(next, begin, (size_t)(m + 1) * sizeof *next);
    ODD_TRY(ODD_NEW(e, begin[m]));
    put_edges(m, k, to, nearness, next, e);
    ODD_TRY(take_edges(m, begin, e, out));
done:
    odd_free(begin);
    odd_free(next);
    odd_free(e);
    if (st != ODD_OK) odd_umap_graph_free(out);
    return st;
}

void odd_umap_graph_free(odd_umap_graph *g)
{
    odd_free(g->begin);
    odd_free(g->to);
    odd_free(g->nearness);
    *g = (odd_umap_graph){0};
}

/* UMAP's layout: epochs of gradient descent in which all rows move at once.
 *
 * Published programs move one edge after the other, so that their result depends on which comes
 * first. Here a row adds up the moves of all its edges that are due in an epoch, at the places
 * where all rows were before it, and ranks and threads do not show. */
#include "linalg/umap_internal.h"

#include "oddlot/base/first_failure.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"

#include <math.h>
#include <omp.h>
#include <string.h>

enum {
    STRANGERS = 5, /* that a row keeps away from, for an edge that is due */
    WORDS = 4      /* of 32 bits that a draw gives */
};
#define FARTHEST_MOVE 4.0   /* in a coordinate, for one edge or stranger */
#define SOFTENING     0.001 /* of squared distances to strangers, who may be very near */

typedef struct {
    const odd_umap_graph *graph;
    odd_umap_curve curve;
    uint64_t seed;
    int e;
    float most; /* nearness of the nearest two rows: their edge is due in every epoch */
    int64_t epoch, epochs;
    const double *y; /* (m, e) where all rows are */
    double *next;    /* (n_local, e) where mine go */
} layout;

static double clipped(double move)
{
    return move > FARTHEST_MOVE ? FARTHEST_MOVE : move < -FARTHEST_MOVE ? -FARTHEST_MOVE : move;
}

static double squared_distance(int e, const double a[], const double b[])
{
    double sum = 0;
    for (int c = 0; c < e; c++)
        sum += (a[c] - b[c]) * (a[c] - b[c]);
    return sum;
}

/* Along the gradient of log nearness, twice: each of two rows pulls both. */
static void add_attraction(const layout *l, const double here[], const double there[],
                           double move[])
{
    const double square = squared_distance(l->e, here, there), a = l->curve.a, b = l->curve.b;
    if (!(square > 0)) return;
    const double power = pow(square, b), factor = -2 * a * b * power / square / (1 + a * power);
    for (int c = 0; c < l->e; c++)
        move[c] += 2 * clipped(factor * (here[c] - there[c]));
}

/* Along the gradient of log (1 - nearness). */
static void add_repulsion(const layout *l, const double here[], const double there[], double move[])
{
    const double square = squared_distance(l->e, here, there), a = l->curve.a, b = l->curve.b;
    const double factor = 2 * b / ((SOFTENING + square) * (1 + a * pow(square, b)));
    for (int c = 0; c < l->e; c++)
        move[c] += clipped(factor * (here[c] - there[c]));
}

/* Edges are due as often as they are near: floor(t p) rises by 1 in a share p of the epochs. */
static int is_due(const layout *l, int64_t edge)
{
    const double share = (double)(l->graph->nearness[edge] / l->most);
    return floor((double)(l->epoch + 1) * share) > floor((double)l->epoch * share);
}

/* Strangers of the n-th edge of a row that is due in this epoch. */
static void repel_strangers(const layout *l, int64_t row, uint32_t n, double move[])
{
    const int64_t edges = l->graph->begin[row + 1] - l->graph->begin[row];
    const uint32_t draws = (STRANGERS + WORDS - 1) / WORDS;
    const uint32_t first = ((uint32_t)(l->epoch * edges) + n) * draws;
    uint32_t word[STRANGERS + WORDS];
    for (uint32_t d = 0; d < draws; d++)
        odd_philox(l->seed, ODD_STREAM_UMAP, (uint64_t)row, first + d, word + WORDS * d);
    for (int s = 0; s < STRANGERS; s++) {
        const int64_t other = (int64_t)((uint64_t)word[s] * (uint64_t)l->graph->m >> 32);
        if (other != row) add_repulsion(l, l->y + row * l->e, l->y + other * l->e, move);
    }
}

static void move_row(const layout *l, int64_t row, double move[], double next[])
{
    const odd_umap_graph *g = l->graph;
    const double rate = 1 - (double)l->epoch / (double)l->epochs, *here = l->y + row * l->e;
    uint32_t due = 0;
    memset(move, 0, (size_t)l->e * sizeof *move);
    for (int64_t i = g->begin[row]; i < g->begin[row + 1]; i++) {
        if (!is_due(l, i)) continue;
        add_attraction(l, here, l->y + (int64_t)g->to[i] * l->e, move);
        repel_strangers(l, row, due++, move);
    }
    for (int c = 0; c < l->e; c++)
        next[c] = here[c] + rate * move[c];
}

/* My rows, on all threads. */
static odd_status do_epoch(const layout *l, const odd_partition *part)
{
    odd_first_failure failure = ODD_NO_FAILURE;
#pragma omp parallel default(none) shared(l, part, failure)
    {
        double *move = NULL;
        const odd_status st = ODD_NEW(move, l->e);
        odd_first_failure_keep(&failure, omp_get_thread_num(), st);
#pragma omp for schedule(dynamic, 64)
        for (int64_t i = 0; i < part->n_local; i++)
            if (st == ODD_OK) move_row(l, part->row0 + i, move, l->next + i * l->e);
        odd_free(move);
    }
    return odd_first_failure_tell(&failure);
}

/* Where all rows went, on every rank. */
static void share_layout(MPI_Comm comm, const layout *l, const odd_partition *mine, double y[])
{
    const size_t row = (size_t)l->e * sizeof *y;
    if (mine->n_local > 0) memcpy(y + mine->row0 * l->e, l->next, (size_t)mine->n_local * row);
    for (int rank = 0; odd_size(comm) > 1 && rank < odd_size(comm); rank++) {
        const odd_partition part = odd_partition_of(mine->n, rank, odd_size(comm));
        if (part.n_local > 0)
            odd_broadcast(comm, rank, y + part.row0 * l->e, (size_t)part.n_local * row);
    }
}

odd_status odd_umap_layout(MPI_Comm comm, const odd_umap_graph *graph, odd_umap_curve curve,
                           int64_t epochs, uint64_t seed, int e, double y[])
{
    const odd_partition part = odd_partition_rows(comm, graph->m);
    layout l = {.graph = graph, .curve = curve, .seed = seed, .e = e, .epochs = epochs, .y = y};
    odd_progress *progress = odd_progress_start(comm, "reduce", "epochs", epochs);
    odd_status st;
    for (int64_t i = 0; i < graph->begin[graph->m]; i++)
        l.most = fmaxf(l.most, graph->nearness[i]);
    ODD_TRY_ALL(comm, ODD_NEW(l.next, part.n_local * e));
    for (; l.epoch < epochs; l.epoch++) {
        ODD_TRY(odd_signals_check(comm));
        ODD_TRY_ALL(comm, do_epoch(&l, &part));
        share_layout(comm, &l, &part, y);
        odd_progress_add(progress, odd_rank(comm) == 0);
    }
done:
    odd_progress_stop(&progress);
    odd_free(l.next);
    return st;
}

/* Slabs: rows spread by rows become rows spread by features, a window at a time. */
#include "linalg/slabs_internal.h"

#include "linalg/centre_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/panels.h"

enum { SLAB_BYTES = 256 << 20, PIECE_LEAST = 16 /* floats of a cache line */, PIECE_MOST = 512 };

typedef struct {
    const odd_rows *rows;
    const double *mean;
    double factor;
    odd_panels panels;
    int rank, size, width; /* width: of a slice */
    int first;             /* of the window */
    float *out;            /* (panel rows, size x width) a panel, packed by destination */
    float *slab;           /* (n, width) */
    odd_extent *send;      /* (size) what goes to each rank, in `out`, */
    odd_extent *receive;   /* and what comes from each, in the slab */
} turn;

/* Some for each of 16 ranks, where features are so many. */
int odd_slab_piece(int d)
{
    int piece = PIECE_LEAST;
    while (piece < PIECE_MOST && piece * 2 <= d / 16)
        piece *= 2;
    return piece;
}

int odd_slab_width(int64_t n, int d, int ranks)
{
    const int64_t piece = odd_slab_piece(d), pieces = (d - 1) / piece + 1;
    const int64_t fair = (pieces - 1) / ranks + 1;
    const int64_t fits = SLAB_BYTES / (int64_t)sizeof(float) / n / piece;
    const int64_t width = odd_min(fair, fits);
    return (int)(piece * (width > 1 ? width : 1));
}

int odd_slab_windows(int64_t n, int d, int ranks)
{
    const int64_t window = (int64_t)odd_slab_width(n, d, ranks) * ranks;
    return (int)((d - 1) / window + 1);
}

int64_t odd_slab_bytes(int64_t n, int d, int ranks)
{
    const int64_t width = odd_slab_width(n, d, ranks), panel = odd_panel_rows(n, d);
    return (int64_t)sizeof(float) * (n * width + panel * (d + width * ranks));
}

/* Features of rank r's slice of the window: from *first on, none past d. */
static int slice_of(const turn *t, int r, int *first)
{
    const int64_t begin = t->first + (int64_t)r * t->width, left = t->rows->d - begin;
    *first = (int)odd_min(begin, t->rows->d);
    return left > 0 ? (int)odd_min(left, t->width) : 0;
}

static odd_status open_turn(turn *t)
{
    odd_status st = ODD_OK;
    const int64_t n = t->rows->part.n;
    ODD_TRY(odd_panels_new(t->rows, odd_panel_rows(n, t->rows->d), &t->panels));
    ODD_TRY(ODD_NEW(t->out, t->panels.step * t->size * t->width));
    ODD_TRY(ODD_NEW(t->slab, n * t->width));
    ODD_TRY(ODD_NEW(t->send, t->size));
    ODD_TRY(ODD_NEW(t->receive, t->size));
done:
    return st;
}

static void close_turn(turn *t)
{
    odd_free(t->receive);
    odd_free(t->send);
    odd_free(t->slab);
    odd_free(t->out);
    odd_panels_free(&t->panels);
}

/* Rows of rank r's panel that begins at its row `local`. */
static int64_t rows_of(const turn *t, int r, int64_t local, int64_t *row)
{
    const odd_partition part = odd_partition_of(t->rows->part.n, r, t->size);
    const int64_t left = part.n_local - local;
    *row = part.row0 + local;
    return left > 0 ? odd_min(left, t->panels.step) : 0;
}

static odd_extent extent_of(int64_t first, int64_t values)
{
    return (odd_extent){(size_t)first * sizeof(float), (size_t)values * sizeof(float)};
}

/* Pack my panel by destination and note all that goes and comes; my slab has `slab_width` features.
 * @local */
static odd_status pack_panel(turn *t, int64_t local, int slab_width)
{
    odd_status st = ODD_OK;
    odd_panel mine;
    int64_t row, at = 0;
    ODD_TRY(odd_panels_read(&t->panels, local, &mine));
    for (int r = 0; r < t->size; r++) {
        int first;
        const int width = slice_of(t, r, &first);
        odd_centre(mine.count, t->rows->d, mine.x, t->mean, t->factor, first, width, t->out + at);
        t->send[r] = extent_of(at, mine.count * width);
        at += mine.count * width;
        const int64_t rows = rows_of(t, r, local, &row);
        t->receive[r] = extent_of(row * slab_width, rows * slab_width);
    }
done:
    return st;
}

/* Fill my slab of the window, panel after panel. @collective */
static odd_status turn_window(turn *t, int width)
{
    odd_status st = ODD_OK;
    const int64_t longest = odd_partition_of(t->rows->part.n, 0, t->size).n_local;
    for (int64_t local = 0; local < longest; local += t->panels.step) {
        ODD_TRY_ALL(t->rows->comm, pack_panel(t, local, width));
        odd_all_to_all(t->rows->comm, t->out, t->send, t->slab, t->receive);
    }
done:
    return st;
}

/* Ranks take turns over windows of features: in each, a rank holds all n rows of its own slice,
 * some SLAB_BYTES, whatever n and d are. */
odd_status odd_slabs_each(const odd_rows *rows, const double mean[], double factor,
                          odd_slab_function f, void *context)
{
    odd_status st = ODD_OK;
    turn t = {.rows = rows, .mean = mean, .factor = factor};
    t.rank = odd_rank(rows->comm);
    t.size = odd_size(rows->comm);
    t.width = odd_slab_width(rows->part.n, rows->d, t.size);
    ODD_TRY_ALL(rows->comm, open_turn(&t));
    for (int64_t first = 0; first < rows->d; first += (int64_t)t.size * t.width) {
        odd_slab slab = {.n = (int)rows->part.n, .y = t.slab};
        t.first = (int)first;
        slab.width = slice_of(&t, t.rank, &slab.first);
        ODD_TRY(turn_window(&t, slab.width));
        ODD_TRY_ALL(rows->comm, f(context, &slab));
    }
done:
    close_turn(&t);
    return st;
}

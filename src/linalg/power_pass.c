/* Power pass: panels of rows, first t = y q by pieces of rows and groups of features, then its
 * products with the rows by tiles of features, whose sums stay in the cache meanwhile.
 *
 * Letters: n rows, d features, l columns. All shapes of products depend on n and d alone. */
#include "linalg/power_pass_internal.h"

#include "linalg/centre_internal.h"
#include "linalg/fixed_point_internal.h"
#include "linalg/fortran_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/panels.h"
#include "oddlot/par/threads.h"

#include <omp.h>
#include <string.h>

enum {
    PIECE_MOST = 512,  /* rows of a product */
    PANEL_MOST = 4096, /* rows */
    PANEL_BYTES = 256 << 20,
    GROUPS = 8,      /* of features, that t is the sum of */
    WIDE_TILE = 256, /* features at a time for t */
    TILE = 64        /* features, or columns of t, at a time for the sums */
};

static int piece_rows(int64_t block)
{
    return (int)odd_min(block, PIECE_MOST);
}

/* Rows of a panel: as many as fit its bytes, whole pieces. */
static int64_t panel_rows(int64_t n, int d)
{
    const int piece = piece_rows(odd_block_rows(n));
    int64_t rows = odd_min(PANEL_BYTES / ((int64_t)d * (int64_t)sizeof(float)), PANEL_MOST);
    rows -= rows % piece;
    return rows > piece ? rows : piece;
}

static odd_status allocate_pass(odd_power_pass *p)
{
    odd_status st = ODD_OK;
    const int64_t l = p->l, d = p->rows->d, threads = odd_threads();
    ODD_TRY(odd_panels_new(p->rows, p->panel, &p->panels));
    ODD_TRY(ODD_NEW(p->part, GROUPS * p->panel * l));
    ODD_TRY(ODD_NEW(p->t, p->panel * l));
    ODD_TRY(ODD_NEW(p->wide, p->panel * l));
    ODD_TRY(ODD_NEW(p->y, threads * p->piece * WIDE_TILE));
    p->product = odd_alloc(threads * TILE * l, sizeof(double));
    if (!p->product) ODD_TRY(ODD_NOMEM);
    ODD_TRY(ODD_NEW(p->sum, d * l + 1));
done:
    return st;
}

odd_status odd_power_pass_new(const odd_rows *rows, const double mean[], double factor, int l,
                              odd_power_pass *p)
{
    *p = (odd_power_pass){.rows = rows, .mean = mean, .factor = factor, .l = l};
    p->piece = piece_rows(rows->part.block);
    p->panel = panel_rows(rows->part.n, rows->d);
    return allocate_pass(p);
}

void odd_power_pass_free(odd_power_pass *p)
{
    odd_free(p->sum);
    odd_free(p->product);
    odd_free(p->y);
    odd_free(p->wide);
    odd_free(p->t);
    odd_free(p->part);
    odd_panels_free(&p->panels);
    *p = (odd_power_pass){0};
}

static int pieces_of(const odd_power_pass *p, const odd_panel *at)
{
    return (int)((at->count - 1) / p->piece + 1);
}

static int rows_of_piece(const odd_power_pass *p, const odd_panel *at, int piece)
{
    return (int)odd_min(p->piece, at->count - (int64_t)piece * p->piece);
}

/* My workspace := features first ... first + width - 1 of a piece, (rows, width). */
static float *centre_panel(const odd_power_pass *p, const odd_panel *at, int piece, int first,
                           int width)
{
    const int64_t d = p->rows->d, row0 = (int64_t)piece * p->piece;
    float *y = p->y + (int64_t)omp_get_thread_num() * p->piece * WIDE_TILE;
    for (int64_t i = 0; i < rows_of_piece(p, at, piece); i++)
        odd_centre_row(width, at->x + (row0 + i) * d + first, p->mean + first, p->factor,
                       y + i * width);
    return y;
}

/* The share of t that a piece and a group of features make. */
static void project_piece(odd_power_pass *p, const odd_panel *at, int piece, int group)
{
    int64_t squares = 0;
    const int64_t d = p->rows->d, end = d * (group + 1) / GROUPS;
    float *part = p->part + ((int64_t)group * p->panel + (int64_t)piece * p->piece) * p->l;
    const int rows = rows_of_piece(p, at, piece);
    memset(part, 0, (size_t)rows * (size_t)p->l * sizeof *part);
    for (int64_t j = d * group / GROUPS; j < end; j += WIDE_TILE) {
        const int width = (int)odd_min(WIDE_TILE, end - j);
        const float *y = centre_panel(p, at, piece, (int)j, width);
        odd_sgemm(0, rows, p->l, width, 1, y, p->q + j * p->l, 1, part);
        squares += odd_fixed_round(odd_square_sum((int64_t)rows * width, y) * ODD_FIXED_COARSE);
    }
#pragma omp atomic
    p->squares += squares;
}

/* t := the sum of its shares, in the order of the groups. */
static void add_shares(const odd_power_pass *p, int64_t row)
{
    const int64_t l = p->l;
    for (int64_t c = row * l; c < (row + 1) * l; c++) {
        double sum = 0;
        for (int64_t group = 0; group < GROUPS; group++)
            sum += p->part[group * p->panel * l + c];
        p->t[c] = (float)sum;
        p->wide[c] = p->t[c];
    }
}

static void make_t(odd_power_pass *p, const odd_panel *at)
{
    const int pieces = pieces_of(p, at);
#pragma omp parallel for collapse(2) schedule(dynamic) num_threads(odd_threads())
    for (int group = 0; group < GROUPS; group++)
        for (int piece = 0; piece < pieces; piece++)
            project_piece(p, at, piece, group);
#pragma omp parallel for num_threads(odd_threads())
    for (int64_t row = 0; row < at->count; row++)
        add_shares(p, row);
}

/* w, features first ... of tile: y' t, piece by piece. Row-major y' t is column-major t' y. */
static void add_products(const odd_power_pass *p, const odd_panel *at, int first)
{
    const float unit = 1, none = 0;
    const int l = p->l, width = (int)odd_min(TILE, p->rows->d - first);
    float *product = (float *)p->product + (int64_t)omp_get_thread_num() * TILE * l;
    for (int piece = 0; piece < pieces_of(p, at); piece++) {
        const int rows = rows_of_piece(p, at, piece);
        const float *y = centre_panel(p, at, piece, first, width);
        sgemm_("N", "T", &l, &width, &rows, &unit, p->t + (int64_t)piece * p->piece * l, &l, y,
               &width, &none, product, &l, 1, 1);
        odd_fixed_add_coarse32((int64_t)width * l, product, p->sum + (int64_t)first * l);
    }
}

/* h, rows first ... of tile: t' t, piece by piece. */
static void add_squares(const odd_power_pass *p, const odd_panel *at, int first)
{
    const double unit = 1, none = 0;
    const int l = p->l, width = (int)odd_min(TILE, l - first);
    double *product = (double *)p->product + (int64_t)omp_get_thread_num() * TILE * l;
    for (int piece = 0; piece < pieces_of(p, at); piece++) {
        const int rows = rows_of_piece(p, at, piece);
        const double *t = p->wide + (int64_t)piece * p->piece * l;
        dgemm_("N", "T", &l, &width, &rows, &unit, t, &l, t + first, &l, &none, product, &l, 1, 1);
        odd_fixed_add_coarse64((int64_t)width * l, product, p->sum + (int64_t)first * l);
    }
}

typedef void (*adder)(const odd_power_pass *p, const odd_panel *at, int first);

typedef struct {
    odd_power_pass *pass;
    int order; /* rows of the sums */
    adder add;
} addition;

static odd_status add_panel(void *context, const odd_panel *at)
{
    const addition *a = context;
    make_t(a->pass, at);
#pragma omp parallel for schedule(dynamic) num_threads(odd_threads())
    for (int first = 0; first < a->order; first += TILE)
        a->add(a->pass, at, first);
    return ODD_OK;
}

/* All my panels; the sums have `order` rows. @local */
static odd_status add_panels(odd_power_pass *p, int order, adder add)
{
    addition a = {p, order, add};
    memset(p->sum, 0, (size_t)order * (size_t)p->l * sizeof *p->sum);
    p->squares = 0;
    return odd_panels_each(&p->panels, add_panel, &a);
}

odd_status odd_power_pass_multiply(odd_power_pass *p)
{
    odd_status st = ODD_OK;
    const int64_t count = (int64_t)p->rows->d * p->l, bytes = count * (int64_t)sizeof *p->sum;
    if (odd_pass_recall(p->rows->passes, p->sum, bytes)) return ODD_OK;
    ODD_TRY_ALL(p->rows->comm, add_panels(p, p->rows->d, add_products));
    odd_sum_i64(p->rows->comm, p->sum, count);
    odd_pass_keep(p->rows->passes, p->sum, bytes);
done:
    return st;
}

odd_status odd_power_pass_square(odd_power_pass *p)
{
    odd_status st = ODD_OK;
    int64_t *const squares = p->sum + (int64_t)p->l * p->l; /* behind h */
    const int64_t count = (int64_t)p->l * p->l + 1, bytes = count * (int64_t)sizeof *p->sum;
    if (!odd_pass_recall(p->rows->passes, p->sum, bytes)) {
        ODD_TRY_ALL(p->rows->comm, add_panels(p, p->l, add_squares));
        *squares = p->squares;
        odd_sum_i64(p->rows->comm, p->sum, count);
        odd_pass_keep(p->rows->passes, p->sum, bytes);
    }
    p->squares = *squares;
done:
    return st;
}

double odd_power_pass_value(int64_t sum)
{
    return (double)sum / ODD_FIXED_COARSE;
}

int64_t odd_power_pass_bytes(int64_t n, int d, int l, int threads)
{
    const int64_t rows = panel_rows(n, d), piece = piece_rows(odd_block_rows(n));
    const int64_t room = 4 * rows * d + rows * l * (4 * GROUPS + 12);
    return room + 8 * (int64_t)d * l + threads * (4 * piece * WIDE_TILE + 8 * TILE * (int64_t)l);
}

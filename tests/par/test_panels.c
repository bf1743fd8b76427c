/* Panels: each of my rows once, in order, in memory or read; failures stop the walk. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/panels.h"

const char *odd_test_name = "par.panels";

#define WORLD MPI_COMM_WORLD
enum { WIDTH = 3, NOWHERE = -1 };

/* Row r is 10 r, 10 r + 1, 10 r + 2. */
static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    const odd_rows *rows = context;
    for (int64_t i = 0; i < count * WIDTH; i++)
        x[i] = (float)(10 * (rows->part.row0 + local + i / WIDTH) + i % WIDTH);
    return ODD_OK;
}

typedef struct {
    const odd_rows *rows;
    int64_t step, next, fails_at;
    bool good;
} watch;

static odd_status look(void *context, const odd_panel *panel)
{
    watch *w = context;
    const int64_t left = w->rows->part.n_local - panel->local;
    w->good = w->good && panel->local == w->next && panel->count > 0;
    w->good = w->good && panel->count == (left < w->step ? left : w->step);
    for (int64_t i = 0; i < panel->count; i++)
        w->good = w->good && panel->x[i * WIDTH + 1] ==
                                 (float)(10 * (w->rows->part.row0 + panel->local + i) + 1);
    w->next += panel->count;
    return panel->local == w->fails_at ? odd_fail(ODD_FORMAT, "on purpose") : ODD_OK;
}

static bool walks(const odd_rows *rows, int64_t step)
{
    watch w = {.rows = rows, .step = step, .fails_at = NOWHERE, .good = true};
    odd_panels panels;
    odd_panel behind;
    bool good = odd_panels_new(rows, step, &panels) == ODD_OK;
    for (int pass = 0; good && pass < 2; pass++) {
        w.next = 0;
        good = odd_panels_each(&panels, look, &w) == ODD_OK && w.good;
        good = good && w.next == rows->part.n_local;
    }
    good = good && odd_panels_read(&panels, rows->part.n_local + 5, &behind) == ODD_OK;
    good = good && behind.count == 0;
    odd_panels_free(&panels);
    return good;
}

static void test_walks(void)
{
    for (int64_t n = 0; n < 60; n += 7) {
        odd_rows rows = odd_rows_in_memory(WORLD, n, WIDTH, NULL);
        rows.read = read_rows;
        rows.reader = &rows;
        float *x = odd_alloc(rows.part.n_local * WIDTH, sizeof *x);
        read_rows(&rows, 0, rows.part.n_local, x);
        const odd_rows lying = odd_rows_in_memory(WORLD, n, WIDTH, x);
        for (int64_t step = 1; step < 20; step += 3) {
            check_all(WORLD, walks(&rows, step));
            check_all(WORLD, walks(&lying, step));
        }
        odd_free(x);
    }
}

static odd_status fail_to_read(void *context, int64_t local, int64_t count, float x[])
{
    return local >= 4 ? odd_fail(ODD_IO, "on purpose") : read_rows(context, local, count, x);
}

/* Nothing is done behind the panel that failed. */
static void test_failures(void)
{
    odd_rows rows = odd_rows_in_memory(MPI_COMM_SELF, 12, WIDTH, NULL);
    odd_panels panels;
    rows.read = read_rows;
    rows.reader = &rows;
    watch w = {.rows = &rows, .step = 4, .fails_at = 4, .good = true};
    check_all(WORLD, odd_panels_new(&rows, 4, &panels) == ODD_OK);
    check_all(WORLD, odd_panels_each(&panels, look, &w) == ODD_FORMAT && w.next == 8 && w.good);
    rows.read = fail_to_read;
    w.next = 0;
    check_all(WORLD, odd_panels_each(&panels, look, &w) == ODD_IO && w.next == 4 && w.good);
    odd_panels_free(&panels);
}

CU_TestInfo odd_tests[] = {
    {"each row once", test_walks},
    {"failures", test_failures},
    CU_TEST_INFO_NULL,
};

/* From which path on a row is odd enough to be explained: that of the oddest tenth of the rows that
 * the first tree was grown on. */
#include "detect/forest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fetch.h"

#include <stdlib.h>

static const double odd_share = 0.1;

static int compare_paths(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The path that so many of the rows do not pass. @collective */
static odd_status path_quantile(const odd_forest *forest, const odd_rows *sample, double *out)
{
    const int64_t n = sample->part.n_local, columns = ODD_FOREST_COLUMNS;
    double *score = NULL;
    odd_status st;
    ODD_TRY_ALL(sample->comm, ODD_NEW(score, n * columns));
    ODD_TRY(odd_forest_score(forest, -1, sample, score));
    for (int64_t i = 0; i < n; i++)
        score[i] = score[i * columns + ODD_FOREST_PATH];
    qsort(score, (size_t)n, sizeof *score, compare_paths);
    *out = score[(int64_t)(odd_share * (double)(n - 1))];
done:
    odd_free(score);
    return st;
}

odd_status odd_forest_odd_path(const odd_rows *rows, int64_t count, const int64_t row[],
                               const odd_bundle *model, double *out)
{
    odd_forest forest = {0};
    odd_fetch *fetch = NULL;
    float *x = NULL;
    odd_status st;
    ODD_TRY_ALL(rows->comm, odd_forest_open(model, &forest));
    ODD_TRY_ALL(rows->comm, ODD_NEW(x, count * rows->d));
    ODD_TRY_ALL(rows->comm, odd_fetch_new(rows, count * odd_size(rows->comm), &fetch));
    ODD_TRY(odd_fetch_rows(fetch, count, row, x));
    const odd_rows sample = odd_rows_in_memory(MPI_COMM_SELF, count, rows->d, x);
    ODD_TRY_ALL(rows->comm, path_quantile(&forest, &sample, out));
done:
    odd_fetch_free(&fetch);
    odd_free(x);
    odd_forest_free(&forest);
    return st;
}

/* Which rows a forest may learn from, whatever rank has them. */
#include "detect/forest_internal.h"

#include "detect/moments_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

/* My rows that are marked so, by their numbers over all ranks. */
static odd_status list_marked(const odd_rows *rows, const uint8_t verified[], uint8_t mark,
                              int64_t **list, int64_t *count)
{
    const odd_status st = ODD_NEW(*list, verified ? rows->part.n_local : 0);
    *count = 0;
    for (int64_t i = 0; st == ODD_OK && verified && i < rows->part.n_local; i++)
        if (verified[i] == mark) (*list)[(*count)++] = rows->part.row0 + i;
    return st;
}

/* Only the verified theme rows? As `knn` chooses. */
static bool takes_theme(const odd_forest_options *o, int64_t theme)
{
    return strcmp(o->rows, "theme") == 0 || (strcmp(o->rows, "auto") == 0 && theme > 2 * o->sample);
}

odd_status odd_forest_rows_new(const odd_rows *rows, const uint8_t verified[],
                               const odd_forest_options *options, odd_forest_rows *out)
{
    int64_t *mine = NULL, count;
    void *all = NULL;
    odd_status st;
    *out = (odd_forest_rows){0};
    const int64_t theme = odd_count_marked(rows, verified, ODD_VERIFIED_THEME);
    out->is_allowed = takes_theme(options, theme);
    const uint8_t mark = out->is_allowed ? ODD_VERIFIED_THEME : ODD_VERIFIED_ODD;
    ODD_TRY_ALL(rows->comm, list_marked(rows, verified, mark, &mine, &count));
    ODD_TRY(odd_share_rows(rows->comm, mine, count, sizeof *mine, &all, &out->listed));
    out->list = all;
    out->count = out->is_allowed ? out->listed : rows->part.n - out->listed;
    if (out->count < 1)
        st = odd_fail(ODD_ARG, "detector 'forest' has no %s",
                      out->is_allowed ? "verified theme row" : "row that is not verified as odd");
done:
    odd_free(mine);
    return st;
}

void odd_forest_rows_free(odd_forest_rows *rows)
{
    odd_free(rows->list);
    rows->list = NULL;
}

/* Before row r of the list, which may not be taken, are list[r] - r that may: the number is behind
 * all of the list that have no more than i before them. */
int64_t odd_forest_row(const odd_forest_rows *rows, int64_t i)
{
    int64_t low = 0, high = rows->listed;
    if (rows->is_allowed) return rows->list[i];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (rows->list[middle] - middle > i)
            high = middle;
        else
            low = middle + 1;
    }
    return i + low;
}

/* A number times 0 is 0 unless it is not finite. */
static bool is_finite(int64_t count, const float x[])
{
    enum { LANES = 16 };
    float sum[LANES] = {0}, all = 0;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int l = 0; l < LANES; l++)
            sum[l] += 0 * x[i + l];
    for (int l = 0; l < LANES; l++)
        all += sum[l];
    for (; i < count; i++)
        all += 0 * x[i];
    return all == 0;
}

odd_status odd_forest_check_rows(int64_t row, int64_t count, int d, const float x[])
{
    if (is_finite(count * d, x)) return ODD_OK;
    for (int64_t i = 0; i < count; i++)
        if (!is_finite(d, x + i * d))
            return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                            (long long)(row + i));
    return ODD_OK;
}

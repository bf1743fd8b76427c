/* Contingency: rows counted by label and by cluster. */
#include "oddlot/eval/clustering.h"

#include "oddlot/base/memory.h"

#include <math.h>

odd_status odd_contingency_largest(int64_t first, int64_t n, const double cluster[],
                                   double *largest)
{
    *largest = -1;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(cluster[i])) continue;
        if (!(cluster[i] >= 0 && cluster[i] == floor(cluster[i])))
            return odd_fail(ODD_NUMERIC, "row %lld is in cluster %g, which is not a number of one",
                            (long long)(first + i), cluster[i]);
        *largest = fmax(*largest, cluster[i]);
    }
    return ODD_OK;
}

odd_status odd_contingency_new(int64_t labels, double largest, odd_contingency *out)
{
    odd_status st;
    *out = (odd_contingency){0};
    if (largest >= ODD_CONTINGENCY_MOST)
        return odd_fail(ODD_ARG, "cluster %g: more than %d clusters cannot be compared with labels",
                        largest, ODD_CONTINGENCY_MOST);
    odd_contingency table = {.labels = labels, .clusters = (int64_t)largest + 1};
    if (labels > 0 && table.clusters > ODD_CONTINGENCY_MOST / labels)
        ODD_TRY(odd_fail(ODD_ARG, "%lld labels and %lld clusters are too many to compare",
                         (long long)labels, (long long)table.clusters));
    ODD_TRY(ODD_NEW(table.count, labels * table.clusters));
    *out = table;
done:
    return st;
}

void odd_contingency_add(odd_contingency *table, int64_t n, const int64_t label[],
                         const double cluster[])
{
    for (int64_t i = 0; i < n; i++) {
        if (label[i] < 0 || isnan(cluster[i])) continue;
        /* count (labels, clusters). */
        table->count[label[i] * table->clusters + (int64_t)cluster[i]]++;
        table->rows++;
    }
}

void odd_contingency_free(odd_contingency *table)
{
    odd_free(table->count);
    *table = (odd_contingency){0};
}

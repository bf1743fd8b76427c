/* Contingency: rows counted by label and by cluster. */
#include "oddlot/eval/clustering.h"

#include "oddlot/base/memory.h"

#include <math.h>

/* One more than the largest cluster, 0 for none. */
static odd_status count_clusters(int64_t n, const double cluster[], int64_t *clusters)
{
    double most = -1;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(cluster[i])) continue;
        if (!(cluster[i] >= 0 && cluster[i] == floor(cluster[i])))
            return odd_fail(ODD_NUMERIC, "row %lld is in cluster %g, which is not a number of one",
                            (long long)i, cluster[i]);
        most = fmax(most, cluster[i]);
    }
    if (most >= ODD_CONTINGENCY_MOST)
        return odd_fail(ODD_ARG, "cluster %g: more than %d clusters cannot be compared with labels",
                        most, ODD_CONTINGENCY_MOST);
    *clusters = (int64_t)most + 1;
    return ODD_OK;
}

odd_status odd_contingency_of(int64_t n, const int64_t label[], int64_t labels,
                              const double cluster[], odd_contingency *out)
{
    odd_status st;
    odd_contingency table = {.labels = labels};
    *out = (odd_contingency){0};
    ODD_TRY(count_clusters(n, cluster, &table.clusters));
    if (labels > 0 && table.clusters > ODD_CONTINGENCY_MOST / labels)
        ODD_TRY(odd_fail(ODD_ARG, "%lld labels and %lld clusters are too many to compare",
                         (long long)labels, (long long)table.clusters));
    ODD_TRY(ODD_NEW(table.count, labels * table.clusters));
    for (int64_t i = 0; i < n; i++) {
        if (label[i] < 0 || isnan(cluster[i])) continue;
        /* count (labels, clusters). */
        table.count[label[i] * table.clusters + (int64_t)cluster[i]]++;
        table.rows++;
    }
    *out = table;
done:
    return st;
}

void odd_contingency_free(odd_contingency *table)
{
    odd_free(table->count);
    *table = (odd_contingency){0};
}

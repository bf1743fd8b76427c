/* Agreement of clusters with labels: accuracy by the best one-to-one assignment, normalised mutual
 * information, adjusted Rand index. */
#include "oddlot/eval/assignment.h"
#include "oddlot/eval/clustering.h"

#include "oddlot/base/memory.h"

#include <float.h>
#include <math.h>

/* The table with the sums of its rows and columns, as doubles: whole numbers, exact. */
typedef struct {
    int64_t labels, clusters;
    double rows;
    double *cell;    /* (labels, clusters) */
    double *label;   /* (labels) */
    double *cluster; /* (clusters) */
} marginals;

static odd_status marginals_new(const odd_contingency *table, marginals *m)
{
    odd_status st;
    *m = (marginals){table->labels, table->clusters, (double)table->rows, NULL, NULL, NULL};
    ODD_TRY(ODD_NEW(m->cell, m->labels * m->clusters));
    ODD_TRY(ODD_NEW(m->label, m->labels));
    ODD_TRY(ODD_NEW(m->cluster, m->clusters));
    for (int64_t i = 0; i < m->labels * m->clusters; i++) {
        m->cell[i] = (double)table->count[i];
        m->label[i / m->clusters] += m->cell[i];
        m->cluster[i % m->clusters] += m->cell[i];
    }
done:
    return st;
}

static void marginals_free(marginals *m)
{
    odd_free(m->cell);
    odd_free(m->label);
    odd_free(m->cluster);
}

static odd_status accuracy(const marginals *m, int64_t cluster_of[], double *out)
{
    double right = 0;
    odd_status st = odd_assignment(m->labels, m->clusters, m->cell, cluster_of);
    for (int64_t l = 0; st == ODD_OK && l < m->labels; l++)
        if (cluster_of[l] >= 0) right += m->cell[l * m->clusters + cluster_of[l]];
    *out = right / m->rows;
    return st;
}

static double entropy(int64_t count, const double part[], double rows)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        if (part[i] > 0) sum -= part[i] / rows * log(part[i] / rows);
    return sum;
}

static double mutual_information(const marginals *m)
{
    double sum = 0;
    for (int64_t i = 0; i < m->labels * m->clusters; i++) {
        const double by_chance = m->label[i / m->clusters] * m->cluster[i % m->clusters] / m->rows;
        if (m->cell[i] > 0) sum += m->cell[i] / m->rows * log(m->cell[i] / by_chance);
    }
    return sum;
}

/* One label in one cluster agree, though nothing can be learnt from them. */
static double normalised_information(const marginals *m)
{
    const double labels = entropy(m->labels, m->label, m->rows);
    const double clusters = entropy(m->clusters, m->cluster, m->rows);
    const double mutual = mutual_information(m);
    if (labels + clusters <= 0) return 1;
    return mutual <= DBL_EPSILON ? 0 : mutual / ((labels + clusters) / 2);
}

/* Ordered pairs of different rows that are in one part. */
static double pairs_in(int64_t count, const double part[])
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += part[i] * (part[i] - 1);
    return sum;
}

static double adjusted_rand(const marginals *m)
{
    const double both = pairs_in(m->labels * m->clusters, m->cell);
    const double label_only = pairs_in(m->labels, m->label) - both;
    const double cluster_only = pairs_in(m->clusters, m->cluster) - both;
    const double none = m->rows * (m->rows - 1) - both - label_only - cluster_only;
    if (label_only == 0 && cluster_only == 0) return 1;
    return 2 * (both * none - label_only * cluster_only) /
           ((both + label_only) * (label_only + none) +
            (both + cluster_only) * (cluster_only + none));
}

odd_status odd_agreement_of(const odd_contingency *table, int64_t cluster_of[], odd_agreement *out)
{
    odd_status st;
    marginals m = {0};
    *out = (odd_agreement){0};
    if (table->rows < 1)
        return odd_fail(ODD_ARG, "no row has both a label and a cluster: nothing to compare");
    ODD_TRY(marginals_new(table, &m));
    ODD_TRY(accuracy(&m, cluster_of, &out->accuracy));
    out->nmi = normalised_information(&m);
    out->ari = adjusted_rand(&m);
done:
    marginals_free(&m);
    return st;
}

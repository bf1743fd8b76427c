/* How views are joined, learnt from a catalogue, see view_internal.h. */
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/detect/core.h"
#include "oddlot/eval/curve.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/order.h"
#include "oddlot/par/quantiles.h"

#include <math.h>

/* The oddest of the anchor that another view is to tell, beside the setting views.oddest. */
#define FEW_ODDEST 0.02

/* Standard errors above chance from which a view counts. */
#define SURE 3

/* The prior share of images on a hill of their own, with so many pseudo-images for each. */
#define HILL_SHARE    0.02
#define HILL_STRENGTH 0.3

/* Standard deviations beyond which an image ranks above most usual ones, whatever the other views
 * say: the anchor may be blind to a group that lies in its midst. It is not flagged for that, for
 * views in which a catalogue is of many kinds have long tails. */
#define VERY_FAR 8

/* What more than so many images are is usual: standard deviations are those of the images at this
 * share, where they are more than those of a normal distribution, of which it lies so far out. */
#define UPPER     0.85
#define UPPER_FAR 1.0364333894937898

/* Of so many images and fewer nothing can be said: their quartiles are chance. */
#define TOO_FEW 10

/* The share of a normal distribution that is below one standard deviation under the middle. */
#define ONE_BELOW 0.15865525393145707

/* -- robust units -- */

static odd_status as_floats(int64_t n, const double value[], float **out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*out, n));
    for (int64_t i = 0; i < n; i++)
        (*out)[i] = (float)value[i];
done:
    return st;
}

/* Of view v. @collective */
static odd_status learn_spread(MPI_Comm comm, int v, int64_t n_local, const double distance[],
                               odd_views_join *j)
{
    float *value = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, as_floats(n_local, distance, &value));
    const odd_spread spread = odd_spread_of(comm, n_local, value);
    j->median[v] = spread.n > 0 ? (double)spread.median : 0;
    j->sigma[v] = spread.n > 0 ? spread.sigma : 0;
done:
    odd_free(value);
    return st;
}

/* Of sums, by the half below the middle: odd images are above. @collective */
static odd_status learn_sums(MPI_Comm comm, int64_t n_local, const double sum[], odd_views_join *j)
{
    static const double share[] = {0.5, ONE_BELOW};
    float *value = NULL, at[2];
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(comm, as_floats(n_local, sum, &value));
    odd_quantiles(comm, n_local, value, 2, share, at, &n);
    j->middle = n > 0 ? (double)at[0] : 0;
    j->width = n > 0 ? (double)at[0] - (double)at[1] : 0;
done:
    odd_free(value);
    return st;
}

/* From where on images are very far out in view v. @collective */
static odd_status learn_far(MPI_Comm comm, int v, int64_t n_local, const double z[],
                            odd_views_join *j)
{
    const double share = UPPER;
    float *value = NULL, at;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(comm, as_floats(n_local, z, &value));
    odd_quantiles(comm, n_local, value, 1, &share, &at, &n);
    j->far[v] = VERY_FAR * (n > 0 ? fmax(1, (double)at / UPPER_FAR) : 1);
done:
    odd_free(value);
    return st;
}

/* -- weights -- */

/* The order of the anchor's z of all ranks. @collective */
static odd_status sort_anchor(MPI_Comm comm, int64_t n_local, const double anchor[], odd_order *out)
{
    const int64_t before = odd_sum_before(comm, n_local);
    int64_t *row = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(row, n_local));
    for (int64_t i = 0; i < n_local; i++)
        row[i] = before + i;
    ODD_TRY(odd_order_falling(comm, n_local, anchor, row, NULL, out));
done:
    odd_free(row);
    return st;
}

/* Mark those of mine that are among this share of all, and those that are as odd: oddest (n_local).
 * Returns how many were asked for. @collective */
static int64_t mark_oddest(const odd_order *order, int64_t n_local, const double anchor[],
                           double share, uint8_t oddest[])
{
    const int64_t count = (int64_t)fmax(1, round(share * (double)order->part.n));
    const double least = odd_order_value(order, count - 1);
    for (int64_t i = 0; i < n_local; i++)
        oddest[i] = anchor[i] >= least;
    return count;
}

/* NaN where all are, or none is. @collective */
static odd_status auc_of(MPI_Comm comm, int64_t n_local, const double score[],
                         const uint8_t oddest[], double *auc)
{
    int64_t count[2] = {0, n_local};
    odd_curve_part curve = {0};
    odd_status st = ODD_OK;
    *auc = NAN;
    for (int64_t i = 0; i < n_local; i++)
        count[0] += oddest[i];
    odd_sum_i64(comm, count, 2);
    if (count[0] == 0 || count[0] == count[1]) return ODD_OK;
    ODD_TRY(odd_curve_part_new(comm, n_local, score, oddest, &curve));
    *auc = curve.roc.auc;
done:
    odd_curve_part_free(&curve);
    return st;
}

/* z: (views, n_local). Raises weights to what these oddest of the anchor prove. @collective */
static odd_status weigh_by(const odd_order *order, double share, int64_t n_local, const double z[],
                           odd_views_join *j)
{
    uint8_t *oddest = NULL;
    odd_status st;
    ODD_TRY_ALL(order->comm, ODD_NEW(oddest, n_local));
    const int64_t count = mark_oddest(order, n_local, z, share, oddest);
    const double error = 1 / sqrt(12 * (double)count);
    for (int v = 1; v < j->views; v++) {
        double auc;
        ODD_TRY(auc_of(order->comm, n_local, z + v * n_local, oddest, &auc));
        if (!isnan(auc)) j->weight[v] = fmax(j->weight[v], 2 * (auc - 0.5 - SURE * error));
    }
done:
    odd_free(oddest);
    return st;
}

/* @collective */
static odd_status learn_weights(MPI_Comm comm, const odd_views_options *options, int64_t n_local,
                                const double z[], odd_views_join *j)
{
    odd_order order = {0};
    odd_status st = ODD_OK;
    for (int v = 0; v < j->views; v++)
        j->weight[v] = v == 0 || !j->anchored;
    if (j->views == 1 || !j->anchored) return ODD_OK;
    ODD_TRY(sort_anchor(comm, n_local, z, &order));
    if (order.part.n == 0) goto done;
    ODD_TRY(weigh_by(&order, FEW_ODDEST, n_local, z, j));
    ODD_TRY(weigh_by(&order, options->oddest, n_local, z, j));
done:
    odd_order_free(&order);
    return st;
}

/* -- all of it -- */

/* Where the hill of odd images begins. @collective */
static odd_status learn_cut(MPI_Comm comm, int64_t n_local, double sum[], odd_views_join *j)
{
    for (int64_t i = 0; i < n_local; i++)
        sum[i] = odd_views_in_widths(j, sum[i]);
    return odd_core_cut(comm, n_local, sum, HILL_SHARE, HILL_STRENGTH, &j->cut);
}

odd_status odd_views_join_learn(MPI_Comm comm, const odd_views_options *options, int views,
                                bool anchored, int64_t n_local, const double *const distance[],
                                odd_views_join *out)
{
    double *z = NULL, *sum = NULL;
    int64_t n = n_local;
    odd_status st;
    odd_sum_i64(comm, &n, 1);
    *out = (odd_views_join){.views = views,
                            .anchored = anchored,
                            .cut = INFINITY,
                            .sure = n > TOO_FEW ? 1 - TOO_FEW / (double)n : 0};
    ODD_TRY_ALL(comm, ODD_NEW(z, views * n_local));
    ODD_TRY_ALL(comm, ODD_NEW(sum, n_local));
    for (int v = 0; v < views; v++)
        ODD_TRY(learn_spread(comm, v, n_local, distance[v], out));
    odd_views_standardise(out, n_local, distance, z);
    for (int v = 0; v < views; v++)
        ODD_TRY(learn_far(comm, v, n_local, z + v * n_local, out));
    ODD_TRY(learn_weights(comm, options, n_local, z, out));
    odd_views_add_up(out, n_local, z, sum);
    ODD_TRY(learn_sums(comm, n_local, sum, out));
    if (anchored) ODD_TRY(learn_cut(comm, n_local, sum, out));
done:
    odd_free(z);
    odd_free(sum);
    return st;
}

/* The join of views, see view_internal.h: rank 0 weighs them, all add them up. */
#include "stage/views/view_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/core.h"
#include "oddlot/eval/roc.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/quantiles.h"

#include <math.h>
#include <stdlib.h>

/* Robust standard deviations that count of one view in full: what is farther is only a little
 * odder. */
#define FAR 4

/* Standard deviations beyond which an image ranks above most usual ones, whatever the other views
 * say: the anchor may be blind to a group that lies in its midst. It is not flagged for that, for
 * views in which a catalogue is of many kinds have long tails. */
#define VERY_FAR 8

/* The oddest of the anchor that another view is to tell, beside the setting views.oddest. */
#define FEW_ODDEST 0.02

/* How sums are flagged: those beyond FLAGGED, and those beyond SUSPECT that lie on a hill of their
 * own, by a prior share of odd images with so many pseudo-images for each. Up to NEXT is what is
 * very far out in one view, from there on pictures that stand for many images. */
#define FLAGGED       3.5
#define SUSPECT       2
#define NEXT          2.5
#define HILL_SHARE    0.02
#define HILL_STRENGTH 0.3

/* Of so many images and fewer nothing can be said: their quartiles are chance. */
#define TOO_FEW 10

/* Without an anchor sums have long tails: 6 widths count as FLAGGED. */
#define UNANCHORED (FLAGGED / 6)

/* Standard errors above chance from which a view counts. */
#define SURE 3

/* The share of a normal distribution that is below one standard deviation under the middle. */
#define ONE_BELOW 0.15865525393145707

/* Beyond where erfc() comes to 0, by the first terms of its asymptotic series: Abramowitz and
 * Stegun, "Handbook of Mathematical Functions", 7.1.23. */
double odd_normal_tail(double z)
{
    const double far = 30;
    if (z < far) return -log10(0.5 * erfc(z / M_SQRT2));
    return (z * z / 2 + log(z) + 0.5 * log(2 * M_PI) - log1p(-1 / (z * z))) / M_LN10;
}

void odd_views_joined_free(odd_views_joined *joined)
{
    odd_free(joined->z);
    odd_free(joined->joined);
    *joined = (odd_views_joined){0};
}

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

/* z (n_local) of distances. @collective */
static odd_status standardise(MPI_Comm comm, int64_t n_local, const double distance[], double z[])
{
    float *value = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, as_floats(n_local, distance, &value));
    const odd_spread spread = odd_spread_of(comm, n_local, value);
    for (int64_t i = 0; i < n_local; i++)
        z[i] = spread.sigma > 0 ? (distance[i] - (double)spread.median) / spread.sigma : 0;
done:
    odd_free(value);
    return st;
}

/* Sums of z in standard deviations, by the half below the middle: odd images are above. @collective
 */
static odd_status standardise_sums(MPI_Comm comm, int64_t n_local, double sum[])
{
    static const double share[] = {0.5, ONE_BELOW};
    float *value = NULL, at[2];
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(comm, as_floats(n_local, sum, &value));
    odd_quantiles(comm, n_local, value, 2, share, at, &n);
    const double median = (double)at[0], sigma = median - (double)at[1];
    for (int64_t i = 0; i < n_local; i++)
        sum[i] = sigma > 0 ? (sum[i] - median) / sigma : 0;
done:
    odd_free(value);
    return st;
}

/* -- weights: rank 0 -- */

static int compare_falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Mark the anchor's oddest: oddest (n). Returns how many were asked for. */
static odd_status mark_oddest(int64_t n, const double anchor[], double share, uint8_t oddest[],
                              int64_t *count)
{
    double *sorted = NULL;
    odd_status st;
    *count = (int64_t)fmax(1, round(share * (double)n));
    ODD_TRY(ODD_NEW(sorted, n));
    for (int64_t i = 0; i < n; i++)
        sorted[i] = anchor[i];
    qsort(sorted, (size_t)n, sizeof *sorted, compare_falling);
    for (int64_t i = 0; i < n; i++)
        oddest[i] = anchor[i] >= sorted[*count - 1];
done:
    odd_free(sorted);
    return st;
}

/* z: (views, n). Raises weights to what these oddest of the anchor prove. */
static odd_status weigh_by(double share, int views, int64_t n, const double z[], double weight[])
{
    uint8_t *oddest = NULL;
    int64_t count;
    odd_status st;
    ODD_TRY(ODD_NEW(oddest, n));
    ODD_TRY(mark_oddest(n, z, share, oddest, &count));
    const double error = 1 / sqrt(12 * (double)count);
    for (int v = 1; v < views; v++) {
        double auc;
        ODD_TRY(odd_roc_auc(n, z + v * n, oddest, &auc));
        if (!isnan(auc)) weight[v] = fmax(weight[v], 2 * (auc - 0.5 - SURE * error));
    }
done:
    odd_free(oddest);
    return st;
}

static odd_status weigh(double oddest, int views, int64_t n, const double z[], double weight[])
{
    odd_status st;
    ODD_TRY(weigh_by(FEW_ODDEST, views, n, z, weight));
    ODD_TRY(weigh_by(oddest, views, n, z, weight));
done:
    return st;
}

/* The z of all ranks, view by view, on rank 0: *all (views, n). @collective */
static odd_status gather_views(MPI_Comm comm, const odd_views_joined *j, int64_t n_local,
                               double **all, int64_t *n)
{
    double *one = NULL;
    odd_status st = ODD_OK;
    *n = n_local;
    odd_sum_i64(comm, n, 1);
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? ODD_NEW(*all, j->views * *n) : ODD_OK);
    for (int v = 0; v < j->views; v++) {
        int64_t count;
        ODD_TRY(odd_gather_rows(comm, 0, j->z + v * n_local, n_local, sizeof *one, (void **)&one,
                                &count));
        for (int64_t i = 0; odd_rank(comm) == 0 && i < *n; i++)
            (*all)[v * *n + i] = one[i];
        odd_free(one);
        one = NULL;
    }
done:
    odd_free(one);
    return st;
}

static odd_status find_weights(MPI_Comm comm, const odd_views_options *options, int64_t n_local,
                               odd_views_joined *j)
{
    double *all = NULL;
    int64_t n;
    odd_status st = ODD_OK;
    for (int v = 0; v < j->views; v++)
        j->weight[v] = v == 0 || !j->anchored;
    if (j->views == 1 || !j->anchored) return ODD_OK;
    ODD_TRY(gather_views(comm, j, n_local, &all, &n));
    ODD_TRY_ALL(comm,
                odd_rank(comm) == 0 ? weigh(options->oddest, j->views, n, all, j->weight) : ODD_OK);
    odd_broadcast(comm, 0, j->weight, sizeof j->weight);
done:
    odd_free(all);
    return st;
}

/* -- the sum -- */

/* In full up to FAR, then by the logarithm, so that the oddest keep their order. */
static double count_of(double z)
{
    return z <= FAR ? z : FAR + 0.1 * log1p(z - FAR);
}

/* Of the image with number i among mine. What another view has below its middle speaks for nothing
 * where there is an anchor. */
static double add_views(const odd_views_joined *j, int64_t n_local, int64_t i)
{
    double sum = fmax(-FAR, count_of(j->z[i]));
    for (int v = 1; v < j->views; v++) {
        const double z = count_of(j->z[v * n_local + i]);
        sum += j->weight[v] * fmax(j->anchored ? 0 : -FAR, z);
    }
    return sum;
}

/* From low towards high, and never there, as `much` goes from 0 on. */
static double between(double low, double high, double much)
{
    return low + 0.9 * (high - low) * much / (much + 10);
}

/* How far it is very far out, in the view where it is farthest. */
static double very_far(const odd_views_joined *j, int64_t n_local, int64_t i)
{
    double most = 0;
    for (int v = 0; v < j->views; v++)
        most = fmax(most, j->z[v * n_local + i] - VERY_FAR);
    return most;
}

/* The sum of views in its standard deviations, as it counts: raised where it is beyond the cut of a
 * hill of odd images, and where it is very far out in one view. Order is kept. */
static double raise_sum(double t, double cut, double far)
{
    double raised = t;
    if (t > SUSPECT && t > cut) raised = fmax(raised, FLAGGED + 0.1 * (t - SUSPECT));
    if (far > 0) raised = fmax(raised, between(SUSPECT, NEXT, far));
    return raised;
}

/* Of a picture that stands for so many images: it is a finding of its own, and not flagged again.
 */
static double count_of_copies(const odd_views_options *options, int64_t shown)
{
    const double many = (double)(shown - options->copied);
    return many >= 0 ? between(NEXT, FLAGGED, many) : -INFINITY;
}

/* From sums to what ranks. @collective */
static odd_status finish_sums(MPI_Comm comm, const odd_views_options *options, int64_t n_local,
                              const int64_t shown[], odd_views_joined *j)
{
    double cut = INFINITY;
    int64_t n = n_local;
    odd_status st;
    odd_sum_i64(comm, &n, 1);
    const double sure = n > TOO_FEW ? 1 - TOO_FEW / (double)n : 0;
    ODD_TRY(standardise_sums(comm, n_local, j->joined));
    if (j->anchored)
        ODD_TRY(odd_core_cut(comm, n_local, j->joined, HILL_SHARE, HILL_STRENGTH, &cut));
    for (int64_t i = 0; i < n_local; i++) {
        const double t = j->anchored ? j->joined[i] : UNANCHORED * j->joined[i];
        const double raised = sure * raise_sum(t, cut, very_far(j, n_local, i));
        j->joined[i] = fmax(raised, count_of_copies(options, shown[i]));
    }
done:
    return st;
}

odd_status odd_views_join(MPI_Comm comm, const odd_views_options *options, int views, bool anchored,
                          int64_t n_local, const double *const distance[], const int64_t shown[],
                          odd_views_joined *out)
{
    odd_status st;
    *out = (odd_views_joined){.views = views, .anchored = anchored};
    ODD_TRY_ALL(comm, ODD_NEW(out->z, views * n_local));
    ODD_TRY_ALL(comm, ODD_NEW(out->joined, n_local));
    for (int v = 0; v < views; v++)
        ODD_TRY(standardise(comm, n_local, distance[v], out->z + v * n_local));
    ODD_TRY(find_weights(comm, options, n_local, out));
    for (int64_t i = 0; i < n_local; i++)
        out->joined[i] = add_views(out, n_local, i);
    ODD_TRY(finish_sums(comm, options, n_local, shown, out));
done:
    return st;
}

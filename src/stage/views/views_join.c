/* The join of views, see view_internal.h: what each image comes to. */
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>

/* Robust standard deviations that count of one view in full: what is farther is only a little
 * odder. */
#define FAR 4

/* How sums are flagged: those beyond FLAGGED, and those beyond SUSPECT that lie on a hill of their
 * own. Between them are what is very far out in one view, up to NEXT, and pictures that stand for
 * many images. */
#define FLAGGED  3.5
#define FARTHEST 1e30
#define SUSPECT  2
#define NEXT     2.5

/* Without an anchor sums have long tails: 6 widths count as FLAGGED. */
#define UNANCHORED (FLAGGED / 6)

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

/* -- sums -- */

/* A forged model may have any spread. */
static double keep_finite(double z)
{
    return z > FARTHEST ? FARTHEST : z < -FARTHEST ? -FARTHEST : z;
}

void odd_views_standardise(const odd_views_join *j, int64_t n_local, const double *const distance[],
                           double z[])
{
    for (int v = 0; v < j->views; v++)
        for (int64_t i = 0; i < n_local; i++)
            z[v * n_local + i] =
                j->sigma[v] > 0 ? keep_finite((distance[v][i] - j->median[v]) / j->sigma[v]) : 0;
}

/* In full up to FAR, then by the logarithm, so that the oddest keep their order. */
static double count_of(double z)
{
    return z <= FAR ? z : FAR + 0.1 * log1p(z - FAR);
}

/* Of image i. What another view has below its middle speaks for nothing where there is an anchor.
 */
static double add_views(const odd_views_join *j, int64_t n_local, int64_t i, const double z[])
{
    double sum = fmax(-FAR, count_of(z[i]));
    for (int v = 1; v < j->views; v++)
        sum += j->weight[v] * fmax(j->anchored ? 0 : -FAR, count_of(z[v * n_local + i]));
    return sum;
}

void odd_views_add_up(const odd_views_join *j, int64_t n_local, const double z[], double sum[])
{
    for (int64_t i = 0; i < n_local; i++)
        sum[i] = add_views(j, n_local, i, z);
}

double odd_views_in_widths(const odd_views_join *j, double sum)
{
    return j->width > 0 ? keep_finite((sum - j->middle) / j->width) : 0;
}

/* -- what ranks -- */

/* From low towards high, and never there, as `much` goes from 0 on. */
static double between(double low, double high, double much)
{
    return low + 0.9 * (high - low) * much / (much + 10);
}

/* How far it is very far out, in the view where it is farthest. */
static double very_far(const odd_views_join *j, int64_t n_local, int64_t i, const double z[])
{
    double most = 0;
    for (int v = 0; v < j->views; v++)
        most = fmax(most, z[v * n_local + i] - j->far[v]);
    return most;
}

/* The sum of views in its widths, as it counts: raised where it is beyond the cut of a hill of odd
 * images, and where it is very far out in one view. Order is kept. */
static double raise_sum(const odd_views_join *j, double widths, double far)
{
    const double t = j->anchored ? widths : UNANCHORED * widths;
    double raised = t;
    if (t > SUSPECT && t > j->cut) raised = fmax(raised, FLAGGED + 0.1 * (t - SUSPECT));
    if (far > 0) raised = fmax(raised, between(SUSPECT, NEXT, far));
    return j->sure * raised;
}

/* Of a picture that stands for so many images, the more the farther: it is a finding of its own,
 * and not flagged again. A few images of one button are little beside a lone stranger. */
static double count_of_copies(int64_t copied, int64_t shown)
{
    const double many = (double)(shown - copied);
    return many >= 0 ? between(SUSPECT, FLAGGED, many) : -INFINITY;
}

odd_status odd_views_join_apply(const odd_views_join *join, int64_t copied, int64_t n_local,
                                const double *const distance[], const int64_t shown[],
                                odd_views_joined *out)
{
    odd_status st;
    *out = (odd_views_joined){0};
    ODD_TRY(ODD_NEW(out->z, join->views * n_local));
    ODD_TRY(ODD_NEW(out->joined, n_local));
    odd_views_standardise(join, n_local, distance, out->z);
    odd_views_add_up(join, n_local, out->z, out->joined);
    for (int64_t i = 0; i < n_local; i++) {
        const double widths = odd_views_in_widths(join, out->joined[i]);
        const double raised = raise_sum(join, widths, very_far(join, n_local, i, out->z));
        out->joined[i] = fmax(raised, count_of_copies(copied, shown[i]));
    }
done:
    return st;
}

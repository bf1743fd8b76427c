/* ROC: how well a score ranks the odd rows before the theme rows, over all thresholds at once. */
#include "oddlot/eval/roc.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define FRACTION ((int64_t)1 << 30)

/* The scores of each kind, falling, and how many of them a threshold has passed. Two plain arrays
 * sort faster than one of pairs and need no stable order. */
typedef struct {
    double *odd, *theme;
    int64_t odds, themes;
    int64_t odd_at, theme_at;
} ranking;

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static odd_status check(int64_t n, const double score[], const uint8_t truth[], int64_t *odds)
{
    *odds = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(score[i]))
            return odd_fail(ODD_NUMERIC, "score of row %lld is not a number", (long long)i);
        *odds += truth[i] != 0;
    }
    if (*odds == 0) return odd_fail(ODD_ARG, "cannot draw a ROC curve: no row is odd");
    if (*odds == n) return odd_fail(ODD_ARG, "cannot draw a ROC curve: every row is odd");
    return ODD_OK;
}

static void split(int64_t n, const double score[], const uint8_t truth[], ranking *r)
{
    for (int64_t i = 0; i < n; i++) {
        if (truth[i])
            r->odd[r->odd_at++] = score[i] + 0.0; /* -0 is 0 */
        else
            r->theme[r->theme_at++] = score[i] + 0.0;
    }
    r->odd_at = r->theme_at = 0;
}

static odd_status rank(int64_t n, const double score[], const uint8_t truth[], ranking *r)
{
    odd_status st;
    ODD_TRY(check(n, score, truth, &r->odds));
    r->themes = n - r->odds;
    ODD_TRY(ODD_NEW(r->odd, r->odds));
    ODD_TRY(ODD_NEW(r->theme, r->themes));
    split(n, score, truth, r);
    qsort(r->odd, (size_t)r->odds, sizeof *r->odd, falling);
    qsort(r->theme, (size_t)r->themes, sizeof *r->theme, falling);
done:
    return st;
}

/* Pass all rows that share the next lower score; false after the last. */
static bool next_group(ranking *r, odd_roc_point *point)
{
    bool odd_left = r->odd_at < r->odds, theme_left = r->theme_at < r->themes;
    if (!odd_left && !theme_left) return false;
    double score = odd_left ? r->odd[r->odd_at] : -INFINITY;
    if (theme_left) score = fmax(score, r->theme[r->theme_at]);
    while (r->odd_at < r->odds && r->odd[r->odd_at] == score)
        r->odd_at++;
    while (r->theme_at < r->themes && r->theme[r->theme_at] == score)
        r->theme_at++;
    *point = (odd_roc_point){score, r->odd_at, r->theme_at};
    return true;
}

static int64_t count_groups(ranking r)
{
    odd_roc_point point;
    int64_t count = 0;
    while (next_group(&r, &point))
        count++;
    return count;
}

/* Precision at the threshold that passes an odd row, for each of those that it passes. */
static void add_precision(int64_t step, const odd_roc_point *p, odd_roc_sums *sums)
{
    const int64_t of = p->true_odd + p->false_odd, product = step * p->true_odd;
    const int64_t part = product % of * FRACTION, rest = part % of * FRACTION;
    sums->precision += product / of;
    sums->part += part / of;
    sums->rest += rest / of;
}

void odd_roc_sums_add(const odd_roc_point *before, const odd_roc_point *point, odd_roc_sums *sums)
{
    const int64_t step = point->true_odd - before->true_odd;
    sums->twice_area +=
        (point->false_odd - before->false_odd) * (before->true_odd + point->true_odd);
    if (step > 0) add_precision(step, point, sums);
}

void odd_roc_areas(const odd_roc_sums *sums, odd_roc *roc)
{
    const long double precision =
        sums->precision + ((long double)sums->part + (long double)sums->rest / FRACTION) / FRACTION;
    roc->auc = (double)((long double)sums->twice_area / 2 / roc->odd / roc->theme);
    roc->average_precision = (double)(precision / roc->odd);
}

static void measure_areas(odd_roc *roc)
{
    odd_roc_sums sums = {0};
    for (int64_t i = 1; i < roc->points; i++)
        odd_roc_sums_add(&roc->point[i - 1], &roc->point[i], &sums);
    odd_roc_areas(&sums, roc);
}

odd_status odd_roc_curve(int64_t n, const double score[], const uint8_t truth[], odd_roc *out)
{
    odd_status st;
    ranking r = {0};
    odd_roc roc = {0};
    *out = roc;
    ODD_TRY(rank(n, score, truth, &r));
    roc.odd = r.odds;
    roc.theme = r.themes;
    ODD_TRY(ODD_NEW(roc.point, count_groups(r) + 1));
    roc.point[0].threshold = INFINITY;
    for (roc.points = 1; next_group(&r, &roc.point[roc.points]);)
        roc.points++;
    measure_areas(&roc);
    *out = roc;
done:
    odd_free(r.odd);
    odd_free(r.theme);
    return st;
}

void odd_roc_free(odd_roc *roc)
{
    odd_free(roc->point);
    *roc = (odd_roc){0};
}

double odd_roc_false_share(const odd_roc *roc, double sensitivity)
{
    for (int64_t i = 0; i < roc->points; i++)
        if ((double)roc->point[i].true_odd >= sensitivity * (double)roc->odd)
            return (double)roc->point[i].false_odd / (double)roc->theme;
    return 1;
}

odd_status odd_roc_auc(int64_t n, const double score[], const uint8_t truth[], double *auc)
{
    odd_roc roc = {0};
    int64_t odd = 0;
    odd_status st;
    *auc = NAN;
    for (int64_t i = 0; i < n; i++)
        odd += truth[i];
    if (odd == 0 || odd == n) return ODD_OK;
    ODD_TRY(odd_roc_curve(n, score, truth, &roc));
    *auc = roc.auc;
done:
    odd_roc_free(&roc);
    return st;
}

/* A point on the straight line through its neighbours says nothing new. */
static bool is_corner(const odd_roc *roc, int64_t i)
{
    if (i == 0 || i == roc->points - 1) return true;
    const odd_roc_point *a = &roc->point[i - 1], *p = a + 1, *b = a + 2;
    long double before = (long double)(p->true_odd - a->true_odd) * (b->false_odd - p->false_odd);
    long double after = (long double)(b->true_odd - p->true_odd) * (p->false_odd - a->false_odd);
    return before != after;
}

/* Along the curve the sum of both shares grows from 0 to 2: `most` - 1 even slices and the end. */
static int64_t slice_of(const odd_roc *roc, int64_t i, int64_t most)
{
    const odd_roc_point *p = &roc->point[i];
    double along =
        (double)p->true_odd / (double)roc->odd + (double)p->false_odd / (double)roc->theme;
    return (int64_t)(along / 2 * (double)(most - 1));
}

odd_status odd_roc_thin(const odd_roc *roc, int64_t most, odd_roc_point **points, int64_t *count)
{
    odd_status st;
    int64_t corners = 0, kept = 0, slice = -1;
    *points = NULL;
    *count = 0;
    if (most < 2) return odd_fail(ODD_ARG, "a curve needs 2 points, not %lld", (long long)most);
    for (int64_t i = 0; i < roc->points; i++)
        corners += is_corner(roc, i);
    ODD_TRY(ODD_NEW(*points, corners < most ? corners : most));
    for (int64_t i = 0; i < roc->points; i++) {
        if (!is_corner(roc, i)) continue;
        int64_t here = slice_of(roc, i, most);
        if (corners > most && here == slice) continue;
        slice = here;
        (*points)[kept++] = roc->point[i];
    }
    *count = kept;
done:
    return st;
}

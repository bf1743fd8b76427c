/* Theme and odd rows in the histogram of log distances, by EM: see core_internal.h.
 *
 * Widths are equal because then the odds grow with the distance everywhere, and because a width of
 * its own lets the odd side take the theme's tail. The prior of a small share holds the odd side
 * where the distances have no second hill. */
#include "detect/core_internal.h"

#include <math.h>

enum { MOST_ITERATIONS = 200, BISECTIONS = 60 };
#define LEAST_WIDTH (1.0 / 64) /* that of a bin */
#define LEAST_SLOPE 1e-3       /* where both sides are the same, the farther is still the odder */
#define CLOSE       0.01       /* of a share: then the split's own odds are as good */

double odd_core_score(double core, double theme)
{
    return 0.5 * (core + theme);
}

static double probability(double log_odds)
{
    return 1 / (1 + exp(-log_odds));
}

static double quantile(const odd_core_histogram *h, double share)
{
    return odd_core_bin_centre(odd_core_quantile(h, share));
}

/* Median and lower half of the rows are theme; the farthest are odd. */
static odd_core_split first_split(const odd_core_histogram *h)
{
    odd_core_split s = {.share = 0.1, .theme = quantile(h, 0.5)};
    s.width = fmax(s.theme - quantile(h, 0.16), LEAST_WIDTH); /* one standard deviation below */
    s.odd = fmax(quantile(h, 0.97), s.theme + s.width);
    return s;
}

static double slope(const odd_core_split *s)
{
    return (s->odd - s->theme) / (s->width * s->width);
}

static double log_odds(const odd_core_split *s, double u)
{
    return log(s->share / (1 - s->share)) + slope(s) * (u - 0.5 * (s->theme + s->odd));
}

/* Rows of the theme and of the odd side, their sums and the theme's squares about s->theme. */
typedef struct {
    double theme, odd, theme_sum, odd_sum, theme_square;
} split_sums;

static split_sums expectation_step(const odd_core_histogram *h, const odd_core_split *s)
{
    split_sums sums = {0};
    for (int bin = h->first; bin <= h->last; bin++) {
        const double u = odd_core_bin_centre(bin), rows = (double)h->count[bin];
        const double odd = rows * probability(log_odds(s, u)), theme = rows - odd;
        sums.theme += theme;
        sums.odd += odd;
        sums.theme_sum += theme * u;
        sums.odd_sum += odd * u;
        sums.theme_square += theme * (u - s->theme) * (u - s->theme);
    }
    return sums;
}

/* Log odds must stay finite. */
static double clamp_share(double share)
{
    return fmin(fmax(share, 1e-9), 1 - 1e-9);
}

static odd_core_split maximization_step(const split_sums *sums, odd_core_prior prior,
                                        odd_core_split s)
{
    const double n = sums->theme + sums->odd, pseudo = prior.strength * n;
    const double before = s.theme;
    if (sums->theme > 0) {
        s.theme = sums->theme_sum / sums->theme;
        const double moved = s.theme - before;
        s.width = sqrt(fmax(sums->theme_square / sums->theme - moved * moved, 0));
    }
    if (sums->odd > 0) s.odd = sums->odd_sum / sums->odd;
    s.width = fmax(s.width, LEAST_WIDTH);
    s.share = (sums->odd + pseudo * prior.share) / (n + pseudo);
    s.share = clamp_share(s.share);
    return s;
}

odd_core_split odd_core_split_fit(const odd_core_histogram *h, odd_core_prior prior)
{
    odd_core_split s = first_split(h);
    double odd = 0;
    for (int i = 0; i < MOST_ITERATIONS; i++) {
        const split_sums sums = expectation_step(h, &s);
        const odd_core_split next = maximization_step(&sums, prior, s);
        const double change = fabs(next.share - s.share);
        s = next;
        odd = sums.odd;
        if (change < 1e-9) break;
    }
    s.share = clamp_share(odd / (double)h->n); /* of the rows alone, without the pseudo-rows */
    s.odd = fmax(s.odd, s.theme);
    return s;
}

static double mean_probability(const odd_core_histogram *h, double a, double b)
{
    double sum = 0;
    for (int bin = h->first; bin <= h->last; bin++)
        sum += (double)h->count[bin] * probability(a + b * odd_core_bin_centre(bin));
    return sum / (double)h->n;
}

void odd_core_split_odds(const odd_core_histogram *h, const odd_core_split *split, double *a,
                         double *b)
{
    const double logit = log(split->share / (1 - split->share));
    *b = fmax(slope(split), LEAST_SLOPE);
    *a = logit - *b * 0.5 * (split->theme + split->odd);
    if (fabs(mean_probability(h, *a, *b) - split->share) <= CLOSE * split->share) return;
    double low = logit - *b * odd_core_bin_centre(h->last),
           high = logit - *b * odd_core_bin_centre(h->first);
    for (int i = 0; i < BISECTIONS; i++) {
        *a = 0.5 * (low + high);
        if (mean_probability(h, *a, *b) < split->share)
            low = *a;
        else
            high = *a;
    }
}

/* Platt's calibration: logistic regression on one score, by Newton's method with step control. */
#include "oddlot/eval/platt.h"

#include <math.h>

enum { MOST_STEPS = 100, MOST_HALVINGS = 60 };

/* n scores x, standardised as (x - centre) / scale so that steps are of one size. */
typedef struct {
    int64_t n;
    const double *score;
    const uint8_t *truth;
    double target[2]; /* for theme, odd */
    double centre, scale;
} sample;

static odd_status describe(int64_t n, const double score[], const uint8_t truth[], sample *s)
{
    double odd = 0, sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(score[i]))
            return odd_fail(ODD_NUMERIC, "score %lld is %g", (long long)i, score[i]);
        odd += truth[i] != 0;
        sum += score[i];
    }
    const double theme = (double)n - odd, mean = sum / (double)n;
    if (odd == 0 || theme == 0)
        return odd_fail(ODD_ARG, "calibration needs odd and theme images; there are %g and %g", odd,
                        theme);
    for (int64_t i = 0; i < n; i++)
        squares += (score[i] - mean) * (score[i] - mean);
    const double deviation = sqrt(squares / (double)n);
    *s = (sample){n,     score,
                  truth, {1 / (theme + 2), (odd + 1) / (odd + 2)},
                  mean,  deviation > 0 ? deviation : 1};
    return ODD_OK;
}

static double x_of(const sample *s, int64_t i)
{
    return (s->score[i] - s->centre) / s->scale;
}

/* Cross-entropy of the targets, without overflow: log(1 + e^z) - t z. */
static double loss_of(const sample *s, double slope, double offset)
{
    double loss = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const double z = slope * x_of(s, i) + offset, t = s->target[s->truth[i] != 0];
        loss += fmax(z, 0) + log1p(exp(-fabs(z))) - t * z;
    }
    return loss;
}

/* First and second derivatives of the loss by slope a and offset b. */
typedef struct {
    double a, b, aa, ab, bb;
} derivatives;

static derivatives derive(const sample *s, double slope, double offset)
{
    derivatives d = {0};
    for (int64_t i = 0; i < s->n; i++) {
        const double x = x_of(s, i), e = exp(-fabs(slope * x + offset));
        const double p = slope * x + offset >= 0 ? 1 / (1 + e) : e / (1 + e);
        const double g = p - s->target[s->truth[i] != 0], w = p * (1 - p);
        d.a += g * x;
        d.b += g;
        d.aa += w * x * x;
        d.ab += w * x;
        d.bb += w;
    }
    return d;
}

static void fit(const sample *s, double *slope, double *offset)
{
    const double ridge = 1e-12, least = 1e-10; /* of the curvature; of a derivative, per image */
    double loss = loss_of(s, *slope, *offset);
    for (int step = 0; step < MOST_STEPS; step++) {
        const derivatives d = derive(s, *slope, *offset);
        if (fmax(fabs(d.a), fabs(d.b)) < least * (double)s->n) return;
        const double aa = d.aa + ridge, bb = d.bb + ridge, area = aa * bb - d.ab * d.ab;
        const double by_a = -(bb * d.a - d.ab * d.b) / area;
        const double by_b = -(aa * d.b - d.ab * d.a) / area;
        double part = 1, next = INFINITY;
        for (int halving = 0; halving < MOST_HALVINGS; halving++, part /= 2) {
            next = loss_of(s, *slope + part * by_a, *offset + part * by_b);
            if (next <= loss + 1e-4 * part * (d.a * by_a + d.b * by_b)) break;
        }
        if (!(next < loss)) return; /* as good as numbers are */
        *slope += part * by_a;
        *offset += part * by_b;
        loss = next;
    }
}

odd_status odd_platt_fit(int64_t n, const double score[], const uint8_t truth[], odd_platt *out)
{
    sample s = {0};
    odd_status st = describe(n, score, truth, &s);
    *out = (odd_platt){0};
    if (st != ODD_OK) return st;
    double odd = 0;
    for (int64_t i = 0; i < n; i++)
        odd += s.target[truth[i] != 0];
    out->prior = log(odd / ((double)n - odd));
    double slope = 0, offset = out->prior;
    fit(&s, &slope, &offset);
    if (slope > 0) {
        out->slope = slope / s.scale;
        out->offset = offset - slope / s.scale * s.centre;
    } else {
        out->offset = out->prior; /* the best of slope 0 */
    }
    return ODD_OK;
}

double odd_platt_evidence(const odd_platt *p, double score)
{
    return p->slope * score + p->offset - p->prior;
}

/* UMAP's curve: two numbers by Gauss and Newton's method with Levenberg and Marquardt's damping. */
#include "linalg/umap_internal.h"

#include <math.h>

enum { POINTS = 300, STEPS = 200 };
#define FARTHEST 3.0

/* What 1 / (1 + a x^2b) is fitted to, for distances x of 0 ... FARTHEST: 1 so long as rows may lie
 * that close, then falling as exp(-x). */
static double target_curve(double x, double apart)
{
    return x < apart ? 1 : exp(apart - x);
}

/* Sum of squares; normal equations of its linearization: h (3: aa, ab, bb), g (2). */
static double linearize(odd_umap_curve c, double apart, double h[3], double g[2])
{
    double sum = 0;
    h[0] = h[1] = h[2] = g[0] = g[1] = 0;
    for (int i = 0; i < POINTS; i++) {
        const double x = FARTHEST * i / (POINTS - 1);
        const double power = x > 0 ? pow(x, 2 * c.b) : 0, y = 1 / (1 + c.a * power);
        const double by_a = -y * y * power;
        const double by_b = x > 0 ? -y * y * c.a * power * 2 * log(x) : 0;
        const double off = target_curve(x, apart) - y;
        sum += off * off;
        h[0] += by_a * by_a;
        h[1] += by_a * by_b;
        h[2] += by_b * by_b;
        g[0] += by_a * off;
        g[1] += by_b * off;
    }
    return sum;
}

odd_umap_curve odd_umap_curve_for(double apart)
{
    odd_umap_curve c = {1, 1};
    double h[3], g[2], damping = 1e-3, sum = linearize(c, apart, h, g);
    for (int i = 0; i < STEPS; i++) {
        const double aa = h[0] * (1 + damping), bb = h[2] * (1 + damping);
        const double det = aa * bb - h[1] * h[1];
        const odd_umap_curve next = {c.a + (bb * g[0] - h[1] * g[1]) / det,
                                     c.b + (aa * g[1] - h[1] * g[0]) / det};
        double more_h[3], more_g[2];
        const double more = next.a > 0 && next.b > 0 ? linearize(next, apart, more_h, more_g) : sum;
        if (more < sum) {
            c = next;
            sum = linearize(c, apart, h, g);
            damping /= 10;
        } else
            damping *= 10;
    }
    return c;
}

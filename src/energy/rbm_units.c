/* What single units do: sigmoids, their logarithms, and draws. */
#include "energy/rbm_internal.h"

#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"
#include "oddlot/base/simd.h"

#include <math.h>
#include <string.h>

enum { LANES = 16, TOGETHER = 32 };

/* exp(x) for |x| <= 87: 2^n e^r with |r| <= log(2) / 2 and e^r by Taylor's series to r^6, 2e-7. */
static inline float exp_of(float x)
{
    const float round = 12582912.0F; /* 1.5 * 2^23: adding it rounds to a whole number */
    const float bounded = x < -87 ? -87 : x > 87 ? 87 : x;
    const float n = (bounded * 1.44269504F + round) - round;
    const float r = (bounded - n * 0.693359375F) + n * 2.12194440e-4F;
    const float e =
        1 + r * (1 + r * (0.5F +
                          r * (1.66666667e-1F +
                               r * (4.16666667e-2F + r * (8.33333333e-3F + r * 1.3888889e-3F)))));
    const int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return e * power;
}

ODD_SIMD(, void, odd_units_sigmoid, (int64_t count, float x[]), (count, x))
{
    for (int64_t i = 0; i < count; i++)
        x[i] = 1 / (1 + exp_of(-x[i]));
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)); the factors are from 1 to 2, so that TOGETHER
 * of them can be multiplied before one logarithm is taken. Returns it, and the product by *factor.
 */
ODD_SIMD(static, double, softplus_part,
         (int64_t count, float scale, const float x[], double *factor), (count, scale, x, factor))
{
    double sum[LANES] = {0}, product[LANES], all = 0;
    for (int l = 0; l < LANES; l++)
        product[l] = 1;
    for (int64_t i = 0; i < count; i += LANES)
        for (int l = 0; l < LANES; l++) {
            const float y = scale * x[i + l];
            sum[l] += (double)(y > 0 ? y : 0);
            product[l] *= (double)(1 + exp_of(y > 0 ? -y : y));
        }
    *factor = 1;
    for (int l = 0; l < LANES; l++) {
        all += sum[l];
        *factor *= product[l];
    }
    return all;
}

double odd_units_softplus(int64_t count, double scale, const float x[])
{
    double sum = 0, factor;
    int64_t i = 0;
    for (; i + LANES <= count;) {
        const int64_t left = (count - i) / LANES * LANES,
                      some = left < TOGETHER * LANES ? left : TOGETHER * LANES;
        sum += softplus_part(some, (float)scale, x + i, &factor);
        sum += log(factor);
        i += some;
    }
    for (; i < count; i++) {
        const double y = scale * (double)x[i];
        sum += (y > 0 ? y : 0) + log1p(exp(-fabs(y)));
    }
    return sum;
}

/* Draws of 24 bits. */
ODD_SIMD(static, void, compare_draws,
         (int64_t count, const uint32_t bits[], const float p[], float state[]),
         (count, bits, p, state))
{
    for (int64_t i = 0; i < count; i++)
        state[i] = (float)(int32_t)(bits[i] >> 8) * 0x1p-24F < p[i] ? 1 : 0;
}

void odd_units_draw(const odd_units_key *key, int64_t count, const float p[], float state[])
{
    enum { UNITS = 1024 };
    uint32_t bits[UNITS];
    for (int64_t first = 0; first < count; first += UNITS) {
        const int64_t some = odd_min(UNITS, count - first);
        const uint32_t draw = key->stretch * (ODD_UNITS_MOST / 4) + (uint32_t)(first / 4);
        odd_philox_run(key->seed, ODD_STREAM_GIBBS, key->row, draw, (some + 3) / 4, bits);
        compare_draws(some, bits, p + first, state + first);
    }
}

void odd_units_add_noise(const odd_units_key *key, int64_t count, float x[])
{
    for (int64_t i = 0; i < count; i++)
        x[i] += (float)odd_normal(key->seed, ODD_STREAM_GIBBS, key->row,
                                  key->stretch * (uint32_t)ODD_UNITS_MOST + (uint32_t)i);
}

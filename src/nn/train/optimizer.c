/* Optimizer: SGD with momentum, Adam and AdamW, element by element in float32. */
#include "nn/train/optimizer_internal.h"

#include "oddlot/base/simd.h"

#include <math.h>
#include <string.h>

#define PIECE ((int64_t)1 << 14) /* weights that a thread moves at a time */

static const char *const names[] = {
    [ODD_OPTIMIZER_SGD] = "sgd", [ODD_OPTIMIZER_ADAM] = "adam", [ODD_OPTIMIZER_ADAMW] = "adamw"};
enum { KINDS = sizeof names / sizeof *names };

const char *odd_optimizer_name(odd_optimizer_kind kind)
{
    ODD_CHECK((unsigned)kind < KINDS);
    return names[kind];
}

odd_status odd_optimizer_find(const char *name, odd_optimizer_kind *kind)
{
    for (int i = 0; i < KINDS; i++) {
        *kind = (odd_optimizer_kind)i;
        if (strcmp(name, names[i]) == 0) return ODD_OK;
    }
    return odd_fail(ODD_ARG, "there is no optimizer '%s'; known are sgd, adam and adamw", name);
}

odd_optimizer odd_optimizer_defaults(odd_optimizer_kind kind)
{
    return (odd_optimizer){
        .kind = kind, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
}

static bool is_share(double x)
{
    return x >= 0 && x < 1;
}

odd_status odd_optimizer_check(const odd_optimizer *o)
{
    if ((unsigned)o->kind >= KINDS) return odd_fail(ODD_ARG, "an optimizer of unknown kind");
    if (!is_share(o->momentum))
        return odd_fail(ODD_ARG, "momentum %g is not in 0 ... 1", o->momentum);
    if (o->kind == ODD_OPTIMIZER_SGD && o->nesterov && o->momentum == 0)
        return odd_fail(ODD_ARG, "Nesterov's method needs a momentum above 0");
    if (!is_share(o->beta1) || !is_share(o->beta2))
        return odd_fail(ODD_ARG, "beta %g or %g is not in 0 ... 1", o->beta1, o->beta2);
    if (!(o->epsilon > 0)) return odd_fail(ODD_ARG, "epsilon %g is not above 0", o->epsilon);
    if (!(o->weight_decay >= 0 && isfinite(o->weight_decay)))
        return odd_fail(ODD_ARG, "weight decay %g is under 0", o->weight_decay);
    if (!(o->clip >= 0)) return odd_fail(ODD_ARG, "gradient length %g is under 0", o->clip);
    return ODD_OK;
}

int odd_optimizer_moments(const odd_optimizer *o)
{
    if (o->kind != ODD_OPTIMIZER_SGD) return 2;
    return o->momentum > 0 ? 1 : 0;
}

/* Numbers of one step, the same for all weights. */
typedef struct {
    float rate, scale;
    float add_decay;          /* to the gradient, times the weight */
    float keep;               /* of the weight itself */
    float momentum, nesterov; /* nesterov: share of the gradient besides the momentum */
    float beta1, beta2, epsilon;
    float step_size, root_bias; /* Adam: rate / (1 - beta1^t), sqrt(1 - beta2^t) */
} numbers;

static numbers numbers_of(const odd_optimizer *o, int64_t step, double rate, double decay,
                          double scale)
{
    bool decoupled = o->kind == ODD_OPTIMIZER_ADAMW;
    double t = (double)(step + 1);
    return (numbers){.rate = (float)rate,
                     .scale = (float)scale,
                     .add_decay = decoupled ? 0 : (float)decay,
                     .keep = decoupled ? (float)(1 - rate * decay) : 1,
                     .momentum = (float)o->momentum,
                     .nesterov = o->nesterov ? 1 : 0,
                     .beta1 = (float)o->beta1,
                     .beta2 = (float)o->beta2,
                     .epsilon = (float)o->epsilon,
                     .step_size = (float)(rate / (1 - pow(o->beta1, t))),
                     .root_bias = (float)sqrt(1 - pow(o->beta2, t))};
}

ODD_SIMD(static, void, move_plain,
         (const numbers *k, int64_t n, const double *restrict gradient, float *restrict w),
         (k, n, gradient, w))
{
    for (int64_t i = 0; i < n; i++)
        w[i] -= k->rate * ((float)gradient[i] * k->scale + k->add_decay * w[i]);
}

ODD_SIMD(static, void, move_momentum,
         (const numbers *k, int64_t n, const double *restrict gradient, float *restrict m,
          float *restrict w),
         (k, n, gradient, m, w))
{
    for (int64_t i = 0; i < n; i++) {
        float g = (float)gradient[i] * k->scale + k->add_decay * w[i];
        m[i] = k->momentum * m[i] + g;
        float along = k->nesterov != 0 ? g + k->momentum * m[i] : m[i];
        w[i] -= k->rate * along;
    }
}

ODD_SIMD(static, void, move_adam,
         (const numbers *k, int64_t n, const double *restrict gradient, float *restrict m,
          float *restrict v, float *restrict w),
         (k, n, gradient, m, v, w))
{
    for (int64_t i = 0; i < n; i++) {
        float g = (float)gradient[i] * k->scale + k->add_decay * w[i];
        m[i] = k->beta1 * m[i] + (1 - k->beta1) * g;
        v[i] = k->beta2 * v[i] + (1 - k->beta2) * g * g;
        w[i] = k->keep * w[i] - k->step_size * m[i] / (sqrtf(v[i]) / k->root_bias + k->epsilon);
    }
}

void odd_optimizer_move(const odd_optimizer *o, int64_t step, double rate, bool decays, int64_t n,
                        const double gradient[], double scale, float *const moment[],
                        float weight[])
{
    numbers k = numbers_of(o, step, rate, decays ? o->weight_decay : 0, scale);
    int moments = odd_optimizer_moments(o);
#pragma omp parallel for if (n > 4 * PIECE) default(none)                                          \
    shared(k, moments, n, gradient, moment, weight)
    for (int64_t first = 0; first < n; first += PIECE) {
        int64_t count = n - first < PIECE ? n - first : PIECE;
        if (moments == 0)
            move_plain(&k, count, gradient + first, weight + first);
        else if (moments == 1)
            move_momentum(&k, count, gradient + first, moment[0] + first, weight + first);
        else
            move_adam(&k, count, gradient + first, moment[0] + first, moment[1] + first,
                      weight + first);
    }
}

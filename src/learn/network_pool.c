/* Network pool: means, maxima and generalized means over maps or tokens, in float64. */
#include "oddlot/learn/network_pool.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static const char *const kinds[] = {"none", "avg", "max", "gem", NULL};

const odd_option odd_pool_option_table[] = {
    ODD_CHOICE(odd_pool_options, pool, "none", kinds,
               "what a map or tokens become: all values, their mean, maximum, or generalized mean"),
    ODD_REAL(odd_pool_options, gem_power, "3", 1, 100,
             "power of the generalized mean (Radenovic, Tolias and Chum, 2019)"),
    ODD_OPTIONS_END,
};

odd_status odd_pool_make(const odd_pool_options *options, const odd_tensor *output, bool tokens,
                         odd_pool *out)
{
    int64_t values = odd_tensor_values(output);
    tokens = output->rank > 2 && (tokens || output->rank == 3);
    int64_t channels = output->rank > 1 ? output->shape[tokens ? output->rank - 1 : 1] : 1;
    if (values < 1 || channels < 1 || values > INT_MAX)
        return odd_fail(ODD_USAGE, "'%s' has no values that could be features", output->name);
    *out = (odd_pool){.channels = (int)channels,
                      .area = (int)(values / channels),
                      .step = tokens ? (int)channels : 1,
                      .kind = *options->pool,
                      .power = options->gem_power};
    if (out->kind != 'n' && out->area == 1)
        return odd_fail(ODD_USAGE,
                        "'%s' is neither a map nor tokens: features.onnx.pool must be none",
                        output->name);
    out->width = out->kind == 'n' ? (int)values : out->channels;
    return ODD_OK;
}

/* ---- Of n values that lie `step` apart ---- */
static double mean_of(const float v[], int n, int step)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += v[i * step];
    return sum / n;
}

static double largest_of(const float v[], int n, int step)
{
    double most = v[0];
    for (int64_t i = 1; i < n; i++)
        most = v[i * step] > most ? v[i * step] : most;
    return most;
}

/* Values below 1e-6 are clamped, as its authors do. */
static double generalized_mean(const float v[], int n, int step, double power)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += pow(v[i * step] > 1e-6f ? v[i * step] : 1e-6, power);
    return pow(sum / n, 1 / power);
}

static double pool_values(const odd_pool *p, const float v[])
{
    if (p->kind == 'a') return mean_of(v, p->area, p->step);
    return p->kind == 'm' ? largest_of(v, p->area, p->step)
                          : generalized_mean(v, p->area, p->step, p->power);
}

void odd_pool_apply(const odd_pool *p, const float values[], float row[])
{
    if (p->kind == 'n') memcpy(row, values, (size_t)p->width * sizeof *row);
    for (int c = 0; p->kind != 'n' && c < p->channels; c++)
        row[c] = (float)pool_values(p, values + (p->step > 1 ? c : (int64_t)c * p->area));
}

/* Network pool: means, maxima and generalized means over maps, in float64. */
#include "oddlot/learn/network_pool.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static const char *const kinds[] = {"none", "avg", "max", "gem", NULL};

const odd_option odd_pool_option_table[] = {
    ODD_CHOICE(odd_pool_options, pool, "none", kinds,
               "what a map becomes: all its values, their mean, maximum, or generalized mean"),
    ODD_REAL(odd_pool_options, gem_power, "3", 1, 100,
             "power of the generalized mean (Radenovic, Tolias and Chum, 2019)"),
    ODD_OPTIONS_END,
};

odd_status odd_pool_make(const odd_pool_options *options, const odd_tensor *output, odd_pool *out)
{
    int64_t values = odd_tensor_values(output);
    int64_t channels = output->rank > 1 ? output->shape[1] : 1;
    if (values < 1 || channels < 1 || values > INT_MAX)
        return odd_fail(ODD_USAGE, "'%s' has no values that could be features", output->name);
    *out = (odd_pool){.channels = (int)channels,
                      .area = (int)(values / channels),
                      .kind = *options->pool,
                      .power = options->gem_power};
    if (out->kind != 'n' && out->area == 1)
        return odd_fail(ODD_USAGE, "'%s' is not a map: features.onnx.pool must be none",
                        output->name);
    out->width = out->kind == 'n' ? (int)values : out->channels;
    return ODD_OK;
}

/* ---- Of a map v (n) ---- */
static double mean_of(const float v[], int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += v[i];
    return sum / n;
}

static double largest_of(const float v[], int n)
{
    double most = v[0];
    for (int i = 1; i < n; i++)
        most = v[i] > most ? v[i] : most;
    return most;
}

/* Values below 1e-6 are clamped, as its authors do. */
static double generalized_mean(const float v[], int n, double power)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += pow(v[i] > 1e-6f ? v[i] : 1e-6, power);
    return pow(sum / n, 1 / power);
}

static double pool_map(const odd_pool *p, const float v[])
{
    if (p->kind == 'a') return mean_of(v, p->area);
    return p->kind == 'm' ? largest_of(v, p->area) : generalized_mean(v, p->area, p->power);
}

void odd_pool_apply(const odd_pool *p, const float values[], float row[])
{
    if (p->kind == 'n') memcpy(row, values, (size_t)p->width * sizeof *row);
    for (int c = 0; p->kind != 'n' && c < p->channels; c++)
        row[c] = (float)pool_map(p, values + (int64_t)c * p->area);
}

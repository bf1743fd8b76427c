/* Groups of rows through a restricted Boltzmann machine. */
#include "energy/rbm_internal.h"

#include "oddlot/linalg/blas.h"

#include <string.h>

static void repeat_row(int count, int64_t width, const float row[], float to[])
{
    for (int i = 0; i < count; i++)
        memcpy(to + i * width, row, (size_t)width * sizeof *to);
}

void odd_rbm_hidden_input(const odd_rbm *rbm, int count, const float visible[], float input[])
{
    repeat_row(count, rbm->hidden, rbm->hidden_bias, input);
    odd_sgemm(1, count, rbm->hidden, rbm->visible, 1, visible, rbm->weight, 1, input);
}

void odd_rbm_visible_input(const odd_rbm *rbm, int count, float scale, const float bias[],
                           const float hidden[], float input[])
{
    repeat_row(count, rbm->visible, bias, input);
    odd_sgemm(0, count, rbm->visible, rbm->hidden, scale, hidden, rbm->weight, 1, input);
}

void odd_rbm_hidden(const odd_rbm *rbm, int count, const float visible[], float hidden[])
{
    odd_rbm_hidden_input(rbm, count, visible, hidden);
    odd_units_sigmoid((int64_t)count * rbm->hidden, hidden);
}

void odd_rbm_visible(const odd_rbm *rbm, int count, const float hidden[], float visible[])
{
    odd_rbm_visible_input(rbm, count, 1, rbm->visible_bias, hidden, visible);
    if (rbm->kind == ODD_VISIBLE_BERNOULLI)
        odd_units_sigmoid((int64_t)count * rbm->visible, visible);
}

/* The first term of the energy. */
static double visible_energy(const odd_rbm *rbm, const float visible[])
{
    const float *bias = rbm->visible_bias;
    double sum = 0;
    for (int j = 0; j < rbm->visible; j++) {
        const double v = (double)visible[j], b = (double)bias[j];
        sum += rbm->kind == ODD_VISIBLE_GAUSSIAN ? (v - b) * (v - b) / 2 : -b * v;
    }
    return sum;
}

void odd_rbm_free_energy(const odd_rbm *rbm, int count, const float visible[], float input[],
                         double energy[])
{
    odd_rbm_hidden_input(rbm, count, visible, input);
    for (int i = 0; i < count; i++)
        energy[i] = visible_energy(rbm, visible + (int64_t)i * rbm->visible) -
                    odd_units_softplus(rbm->hidden, 1, input + (int64_t)i * rbm->hidden);
}

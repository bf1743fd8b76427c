/* A restricted Boltzmann machine before it has learnt. */
#include "energy/rbm_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

static const double deviation = 0.01; /* section 8.1 of the guide */

odd_status odd_rbm_new(int visible, int hidden, odd_visible_kind kind, uint64_t seed, odd_rbm *out)
{
    const int64_t weights = (int64_t)visible * hidden;
    odd_status st;
    *out = (odd_rbm){.visible = visible, .hidden = hidden, .kind = kind};
    if (visible < 1 || hidden < 1 || visible > ODD_UNITS_MOST || hidden > ODD_UNITS_MOST)
        return odd_fail(ODD_ARG, "%d visible and %d hidden units: from 1 to %d can be", visible,
                        hidden, ODD_UNITS_MOST);
    ODD_TRY(ODD_NEW(out->weight, weights));
    ODD_TRY(ODD_NEW(out->visible_bias, visible));
    ODD_TRY(ODD_NEW(out->hidden_bias, hidden));
    for (int64_t i = 0; i < weights; i++)
        out->weight[i] = (float)(deviation * odd_normal(seed, ODD_STREAM_WEIGHTS, (uint64_t)i, 0));
done:
    return st;
}

void odd_rbm_free(odd_rbm *rbm)
{
    odd_free(rbm->weight);
    odd_free(rbm->visible_bias);
    odd_free(rbm->hidden_bias);
    *rbm = (odd_rbm){0};
}

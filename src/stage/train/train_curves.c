/* Curves of networks by the epoch, while they learn. */
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

odd_status odd_train_curves_new(int64_t networks, int64_t epochs, odd_train_curves *out)
{
    odd_status st;
    *out = (odd_train_curves){.networks = networks, .epochs = epochs};
    ODD_TRY(ODD_NEW(out->curve, ODD_CURVES * out->networks * out->epochs));
    ODD_TRY(ODD_NEW(out->best, out->networks));
    for (int64_t i = 0; i < ODD_CURVES * out->networks * out->epochs; i++)
        out->curve[i] = NAN;
done:
    return st;
}

void odd_train_curves_free(odd_train_curves *c)
{
    odd_free(c->curve);
    odd_free(c->best);
}

double *odd_train_curve(const odd_train_curves *c, int curve, int64_t network)
{
    return c->curve + (curve * c->networks + network) * c->epochs;
}

odd_status odd_train_curves_add(const odd_train_curves *c, int curves, const int which[],
                                odd_bundle *out)
{
    static const struct {
        const char *name, *about;
    } curve[ODD_CURVES] = {
        {"curves/loss_seen", "of images that it learns from, while it learns: (network, epoch)"},
        {"curves/accuracy_seen", "share of them that is told right"},
        {"curves/loss_held_out", "of images that it does not see; NaN: there are none"},
        {"curves/accuracy_held_out", "share of them that is told right"},
        {"curves/loss_choice", "of images that choose the epoch, where there is patience"},
    };
    double *data;
    int32_t *best;
    odd_status st;
    for (int i = 0; i < curves; i++) {
        ODD_TRY(odd_bundle_add(out, curve[which[i]].name, ODD_F64, curve[which[i]].about, &data, 2,
                               c->networks, c->epochs));
        memcpy(data, odd_train_curve(c, which[i], 0),
               (size_t)(c->networks * c->epochs) * sizeof *data);
    }
    ODD_TRY(odd_bundle_add(out, "curves/best", ODD_I32, "epoch that is kept, counted from 1", &best,
                           1, c->networks));
    memcpy(best, c->best, (size_t)c->networks * sizeof *best);
done:
    return st;
}

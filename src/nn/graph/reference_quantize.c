/* Reference of QuantizeLinear. */
#include "nn/graph/reference_internal.h"

#include <math.h>

/* The quotient is of floats, as everybody calculates it: where it lies half between two whole
 * numbers the even one is taken, and one more digit would decide otherwise. */
void odd_reference_quantize(const odd_task *t)
{
    const odd_layer_settings *set = &t->layer->set;
    const odd_view *x = &t->in[0];
    int64_t values = odd_view_values(x), scales = odd_view_values(&t->in[1]), run = 1;
    for (int64_t d = scales > 1 ? set->axis + 1 : x->rank; d < x->rank; d++)
        run *= x->shape[d];
    for (int64_t i = 0; i < values; i++) {
        int64_t which = i / run % scales;
        float whole = nearbyintf(x->data[i] / t->in[1].data[which]) + t->in[2].data[which];
        t->out.data[i] = !(whole > set->low) ? set->low : whole < set->high ? whole : set->high;
    }
}

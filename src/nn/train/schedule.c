/* Schedule: the learning rate of each step. */
#include "oddlot/nn/optimizer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const names[] = {[ODD_SCHEDULE_CONSTANT] = "constant",
                                    [ODD_SCHEDULE_COSINE] = "cosine",
                                    [ODD_SCHEDULE_STEP] = "step"};
enum { KINDS = sizeof names / sizeof *names };

odd_status odd_schedule_find(const char *name, odd_schedule_kind *kind)
{
    for (int i = 0; i < KINDS; i++) {
        *kind = (odd_schedule_kind)i;
        if (strcmp(name, names[i]) == 0) return ODD_OK;
    }
    return odd_fail(ODD_ARG, "there is no schedule '%s'; known are constant, cosine and step",
                    name);
}

static odd_status check_cosine(const odd_schedule *s)
{
    if (s->steps <= s->warm_up)
        return odd_fail(ODD_ARG,
                        "a training of %" PRId64 " steps leaves none after a warm-up of %" PRId64,
                        s->steps, s->warm_up);
    if (!(s->last_rate >= 0 && s->last_rate <= s->rate))
        return odd_fail(ODD_ARG, "last learning rate %g is not in 0 ... %g", s->last_rate, s->rate);
    return ODD_OK;
}

odd_status odd_schedule_check(const odd_schedule *s)
{
    if (!(s->rate > 0 && isfinite(s->rate)))
        return odd_fail(ODD_ARG, "learning rate %g is not above 0", s->rate);
    if (s->warm_up < 0) return odd_fail(ODD_ARG, "a warm-up of %" PRId64 " steps", s->warm_up);
    if (s->kind == ODD_SCHEDULE_COSINE) return check_cosine(s);
    if (s->kind != ODD_SCHEDULE_STEP) return ODD_OK;
    if (s->every < 1)
        return odd_fail(ODD_ARG, "a learning rate that falls every %" PRId64 " steps", s->every);
    if (!(s->factor > 0 && s->factor <= 1))
        return odd_fail(ODD_ARG, "factor %g of the learning rate is not in 0 ... 1", s->factor);
    return ODD_OK;
}

/* From 1 at `done` = 0 to 0 at 1. */
static double half_cosine(double done)
{
    return 0.5 * (1 + cos(3.14159265358979323846 * fmin(done, 1)));
}

double odd_schedule_rate(const odd_schedule *s, int64_t step)
{
    if (step < s->warm_up) return s->rate * (double)(step + 1) / (double)s->warm_up;
    int64_t since = step - s->warm_up;
    if (s->kind == ODD_SCHEDULE_COSINE)
        return s->last_rate + (s->rate - s->last_rate) *
                                  half_cosine((double)since / (double)(s->steps - s->warm_up));
    if (s->kind == ODD_SCHEDULE_STEP) return s->rate * pow(s->factor, (double)(step / s->every));
    return s->rate;
}

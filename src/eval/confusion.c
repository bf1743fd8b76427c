/* Confusion: what one threshold finds, misses, keeps and loses. */
#include "oddlot/eval/roc.h"

#include <stdbool.h>

static double share(int64_t part, int64_t rest)
{
    return part > 0 ? (double)part / (double)(part + rest) : 0;
}

void odd_confusion_shares(odd_confusion *c)
{
    c->sensitivity = share(c->odd_found, c->odd_missed);
    c->recall = share(c->theme_kept, c->theme_lost);
    c->precision = share(c->odd_found, c->theme_lost);
    c->f1 = share(2 * c->odd_found, c->odd_missed + c->theme_lost);
}

void odd_confusion_at(int64_t n, const double score[], const uint8_t truth[], double threshold,
                      odd_confusion *out)
{
    odd_confusion c = {.threshold = threshold};
    for (int64_t i = 0; i < n; i++) {
        bool flagged = score[i] >= threshold, odd = truth[i] != 0;
        c.odd_found += odd && flagged;
        c.odd_missed += odd && !flagged;
        c.theme_lost += !odd && flagged;
        c.theme_kept += !odd && !flagged;
    }
    odd_confusion_shares(&c);
    *out = c;
}

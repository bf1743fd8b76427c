/* Category weights: how much each source of evidence counts.
 *
 * Two sources are the parts of a mixture whose weights are what makes the given categories most
 * likely, of rows that neither has seen: the discriminants beside the votes, then the classifier
 * beside both. */
#include "stage/categories/categories_internal.h"

#include <math.h>

enum { STEPS = 100 }; /* of EM */

/* Weight of the classifier at most. It has learnt wrong labels with the right ones and is surer
 * than it is right, so that with more fewer changed labels are found: tests/bench/README.md,
 * "Changed labels". */
#define MOST_OF_CLASSIFIER 0.5

/* EM of a mixture of two whose parts are known: what part of the rows is the first one's. first,
 * second (n); rows that the first does not know, NaN, do not count. */
static double find_share(const odd_category_rows *c, const double first[], const double second[])
{
    double share = 0.5;
    for (int step = 0; step < STEPS; step++) {
        double sum = 0;
        int64_t rows = 0;
        for (int64_t i = 0; i < c->n; i++) {
            if (c->of[i] < 0 || isnan(first[i])) continue;
            const double a = share * first[i], b = (1 - share) * second[i];
            sum += a + b > 0 ? a / (a + b) : share;
            rows++;
        }
        share = rows > 0 ? sum / (double)rows : 0;
    }
    return share;
}

/* mixed (n) := share first + (1 - share) mixed, where the first knows the row. */
static void mix(int64_t n, double share, const double first[], double mixed[])
{
    for (int64_t i = 0; i < n; i++)
        if (!isnan(first[i])) mixed[i] = share * first[i] + (1 - share) * mixed[i];
}

/* 1 - the mean -log p of the own categories, of that of their sizes. */
static double skill_of(const odd_category_rows *c, const double own[])
{
    const double rows = (double)odd_category_filed(c);
    double surprise = 0, blind = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (c->of[i] < 0) continue;
        surprise -= log(own[i] + 1e-300);
        blind -= log((double)c->size[c->of[i]] / rows);
    }
    return blind > 0 ? 1 - surprise / blind : 0;
}

void odd_category_weigh(odd_category_model *m, const double *const p[])
{
    const odd_category_rows *c = m->of;
    const double *discriminant = p[ODD_CATEGORY_DISCRIMINANT],
                 *classifier = p[ODD_CATEGORY_CLASSIFIER];
    double trust = 0, asked = 0;
    for (int64_t i = 0; i < c->n; i++)
        m->own[i] = p[ODD_CATEGORY_VOTING][i];
    if (discriminant) {
        trust = find_share(c, discriminant, m->own);
        mix(c->n, trust, discriminant, m->own);
    }
    if (classifier) {
        asked = fmin(MOST_OF_CLASSIFIER, find_share(c, classifier, m->own));
        mix(c->n, asked, classifier, m->own);
    }
    m->weight[ODD_CATEGORY_VOTING] = (1 - asked) * (1 - trust);
    m->weight[ODD_CATEGORY_DISCRIMINANT] = (1 - asked) * trust;
    m->weight[ODD_CATEGORY_CLASSIFIER] = asked;
    m->skill = skill_of(c, m->own);
}

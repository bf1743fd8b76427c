/* Category weights: how much each source of evidence counts.
 *
 * Two sources are the parts of a mixture whose weights are what makes the given categories most
 * likely, of rows that neither has seen: the discriminants beside the votes, then the classifier
 * beside both. */
#include "stage/categories/categories_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/serial_sum.h"

#include <math.h>

enum { STEPS = 100 }; /* of EM */

/* Weight of the classifier at most. It has learnt wrong labels with the right ones and is surer
 * than it is right, so that with more fewer changed labels are found: tests/bench/README.md,
 * "Changed labels". */
#define MOST_OF_CLASSIFIER 0.5

/* EM of a mixture of two whose parts are known: what part of the rows is the first one's. first,
 * second (n_local); rows that the first does not know, NaN, do not count. @collective */
static odd_status find_share(MPI_Comm comm, const odd_category_rows *c, const double first[],
                             const double second[], double *share)
{
    double *part = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(part, c->part.n_local));
    *share = 0.5;
    for (int step = 0; step < STEPS; step++) {
        double sum;
        for (int64_t i = 0; i < c->part.n_local; i++) {
            const double a = *share * first[i], b = (1 - *share) * second[i];
            part[i] = a + b > 0 ? a / (a + b) : *share;
            if (c->mine[i] < 0 || isnan(first[i])) part[i] = NAN;
        }
        const int64_t rows = odd_serial_sum(comm, c->part.n_local, part, &sum);
        *share = rows > 0 ? sum / (double)rows : 0;
    }
done:
    odd_free(part);
    return st;
}

/* mixed (n) := share first + (1 - share) mixed, where the first knows the row. */
static void mix(int64_t n, double share, const double first[], double mixed[])
{
    for (int64_t i = 0; i < n; i++)
        if (!isnan(first[i])) mixed[i] = share * first[i] + (1 - share) * mixed[i];
}

/* 1 - the mean -log p of the own categories, of that of their sizes. @collective */
static odd_status find_skill(MPI_Comm comm, const odd_category_rows *c, const double own[],
                             double *skill)
{
    const double rows = (double)odd_category_filed(c);
    double *surprise = NULL, *blind = NULL, sum[2];
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(surprise, c->part.n_local));
    ODD_TRY_ALL(comm, ODD_NEW(blind, c->part.n_local));
    for (int64_t i = 0; i < c->part.n_local; i++) {
        const bool filed = c->mine[i] >= 0;
        surprise[i] = filed ? -log(own[i] + 1e-300) : NAN;
        blind[i] = filed ? -log((double)c->size[c->mine[i]] / rows) : NAN;
    }
    odd_serial_sum(comm, c->part.n_local, surprise, &sum[0]);
    odd_serial_sum(comm, c->part.n_local, blind, &sum[1]);
    *skill = sum[1] > 0 ? 1 - sum[0] / sum[1] : 0;
done:
    odd_free(surprise);
    odd_free(blind);
    return st;
}

odd_status odd_category_weigh(odd_category_model *m, const double *const p[])
{
    const MPI_Comm comm = m->rows->comm;
    const odd_category_rows *c = m->of;
    const int64_t n = c->part.n_local;
    const double *discriminant = p[ODD_CATEGORY_DISCRIMINANT],
                 *classifier = p[ODD_CATEGORY_CLASSIFIER];
    double trust = 0, asked = 0;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < n; i++)
        m->own[i] = p[ODD_CATEGORY_VOTING][i];
    if (discriminant) {
        ODD_TRY(find_share(comm, c, discriminant, m->own, &trust));
        mix(n, trust, discriminant, m->own);
    }
    if (classifier) {
        ODD_TRY(find_share(comm, c, classifier, m->own, &asked));
        asked = fmin(MOST_OF_CLASSIFIER, asked);
        mix(n, asked, classifier, m->own);
    }
    m->weight[ODD_CATEGORY_VOTING] = (1 - asked) * (1 - trust);
    m->weight[ODD_CATEGORY_DISCRIMINANT] = (1 - asked) * trust;
    m->weight[ODD_CATEGORY_CLASSIFIER] = asked;
    ODD_TRY(find_skill(comm, c, m->own, &m->skill));
done:
    return st;
}

/* One pass of EM over all rows: log densities, responsibilities and the sums that the next
 * parameters are made of, while each block of rows is in cache.
 *
 * Every row is shared out whole, so the scatters of all groups add up to that of the data, which
 * never changes: the group with the most rows gets what the others leave of it. Where that
 * difference would lose too many digits, all groups are summed directly instead. */
#include "detect/mixture_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

/* Less of the total than this, and rounding would show in the derived scatter: errors of 1e-10, in
 * float32 of 1e-6. */
#define LEAST_REMAINDER        1e-6
#define LEAST_NARROW_REMAINDER 1e-2

typedef struct {
    const odd_mixture *m;
    const uint8_t *verified;
    int derived;    /* the group whose scatter comes from the total; -1: none */
    int64_t packed; /* length of one packed scatter */
    odd_mixture_products products;
} mixture_pass;

/* Where the parts of the packed sum begin: log likelihood, rows (C), mass of the anomaly,
 * first (C, d), scatters. */
static int64_t mass_at(const odd_mixture *m)
{
    return 1 + (int64_t)m->components;
}

static int64_t first_at(const odd_mixture *m)
{
    return mass_at(m) + 1;
}

static int64_t scatter_at(const odd_mixture *m)
{
    return first_at(m) + (int64_t)m->components * m->d;
}

odd_status odd_mixture_sums_new(const odd_mixture *m, odd_mixture_sums **out)
{
    odd_status st;
    odd_mixture_sums *s = NULL;
    const int64_t dense = odd_form_dense(m->form, m->d);
    *out = NULL;
    ODD_TRY(ODD_NEW(s, 1));
    ODD_TRY(ODD_NEW(s->packed, scatter_at(m) + m->groups * odd_form_packed(m->form, m->d)));
    ODD_TRY(ODD_NEW(s->scatter, m->groups * dense));
    ODD_TRY(ODD_NEW(s->mass, m->components));
    s->rows = s->packed + 1;
    s->first = s->packed + first_at(m);
    *out = s;
    s = NULL;
done:
    odd_mixture_sums_free(&s);
    return st;
}

void odd_mixture_sums_free(odd_mixture_sums **s)
{
    if (!*s) return;
    odd_free((*s)->packed);
    odd_free((*s)->scatter);
    odd_free((*s)->mass);
    odd_free(*s);
    *s = NULL;
}

/* A verified row is held to its side: the other side's densities become zero. */
static void clamp_verified(const odd_mixture *m, int n, const uint8_t verified[], double joint[])
{
    for (int i = 0; i < n; i++) {
        const int first = verified[i] == ODD_VERIFIED_ODD ? 0 : m->themes;
        const int last = verified[i] == ODD_VERIFIED_ODD     ? m->themes
                         : verified[i] == ODD_VERIFIED_THEME ? m->components
                                                             : first;
        for (int k = first; k < last; k++)
            joint[(int64_t)k * n + i] = -INFINITY;
    }
}

/* joint (C, n) becomes the responsibilities; their sums go into `rows`; the log likelihood. */
static double normalize_joint(int components, int n, double joint[], double rows[])
{
    double likelihood = 0;
    for (int i = 0; i < n; i++) {
        const double density = odd_log_sum_exp(components, joint + i, n);
        likelihood += density;
        for (int k = 0; k < components; k++) {
            double *r = joint + (int64_t)k * n + i;
            *r = exp(*r - density);
            rows[k] += *r;
        }
    }
    return likelihood;
}

/* The responsibilities r (n) of Student's anomaly become what its rows weigh; their sum. */
static double weigh_far_rows(const odd_mixture *m, int n, const double square[], double r[])
{
    double mass = 0;
    for (int i = 0; i < n; i++) {
        r[i] *= (m->degrees + m->d) / (m->degrees + square[i]);
        mass += r[i];
    }
    return mass;
}

/* No scatter is summed of a group that gets what the others leave, nor of a uniform anomaly. */
static bool is_summed(const mixture_pass *p, int group)
{
    const bool uniform = p->m->background == ODD_BACKGROUND_UNIFORM;
    return group != p->derived && !(uniform && group == p->m->groups - 1);
}

/* The weight of each row in a group: the sum of its components' responsibilities. */
static void group_weights(const odd_mixture *m, int group, int n, const double r[], double weight[])
{
    memset(weight, 0, (size_t)n * sizeof *weight);
    for (int k = 0; k < m->components; k++)
        for (int i = 0; odd_mixture_group(m, k) == group && i < n; i++)
            weight[i] += r[(int64_t)k * n + i];
}

/* The sums of some rows; those of scatters stay dense, in the workspace, until the block is done.
 */
static void sum_panel(const mixture_pass *p, const odd_mixture_space *s, const odd_block *part,
                      double sum[])
{
    const odd_mixture *m = p->m;
    const int n = part->count;
    odd_mixture_panel_joint(&p->products, s, part);
    if (p->verified) clamp_verified(m, n, p->verified + part->local, s->joint);
    sum[0] += normalize_joint(m->components, n, s->joint, sum + 1);
    const int64_t anomaly = (int64_t)m->themes * n;
    if (m->background == ODD_BACKGROUND_STUDENT)
        sum[mass_at(m)] += weigh_far_rows(m, n, s->square + anomaly, s->joint + anomaly);
    odd_mixture_panel_first(&p->products, s, n, sum + first_at(m));
    for (int g = 0; g < m->groups; g++) {
        if (!is_summed(p, g)) continue;
        group_weights(m, g, n, s->joint, s->weight);
        odd_mixture_panel_scatter(&p->products, s, g, n);
    }
}

static odd_status pass_block(void *context, const odd_block *block, double sum[])
{
    const mixture_pass *p = context;
    const odd_mixture_space s = odd_mixture_space_of(&p->products, block->thread);
    const int64_t panel = p->products.panel;
    for (int g = 0; g < p->m->groups; g++)
        if (is_summed(p, g)) odd_mixture_begin_scatter(&p->products, &s, g);
    for (int64_t i = 0; i < block->count; i += panel) {
        const odd_block part = odd_block_part(block, i, panel);
        sum_panel(p, &s, &part, sum);
    }
    double *packed = sum + scatter_at(p->m);
    for (int g = 0; g < p->m->groups; g++) {
        if (!is_summed(p, g)) continue;
        odd_mixture_pack_scatter(&p->products, &s, g, packed);
        packed += p->packed;
    }
    return ODD_OK;
}

/* The group that had the most rows by its weight. */
static int largest_group(const odd_mixture *m)
{
    int best = 0;
    double most = -1;
    for (int g = 0; g < m->groups; g++) {
        double weight = 0;
        for (int k = 0; k < m->components; k++)
            weight += odd_mixture_group(m, k) == g ? m->weight[k] : 0;
        if (weight > most) {
            most = weight;
            best = g;
        }
    }
    return best;
}

/* Packed sums to masses and dense scatters, and the derived one from the total. */
static void unpack_sums(const mixture_pass *p, odd_mixture_sums *s)
{
    const odd_mixture *m = p->m;
    const int64_t dense = odd_form_dense(m->form, m->d);
    const double *packed = s->packed + scatter_at(m);
    memcpy(s->mass, s->rows, (size_t)m->components * sizeof *s->mass);
    if (m->background == ODD_BACKGROUND_STUDENT) s->mass[m->themes] = s->packed[mass_at(m)];
    double *rest = p->derived < 0 ? NULL : s->scatter + p->derived * dense;
    if (rest) memcpy(rest, s->total, (size_t)dense * sizeof *rest);
    for (int g = 0; g < m->groups; g++) {
        if (!is_summed(p, g)) continue;
        double *scatter = s->scatter + g * dense;
        odd_form_unpack(m->form, m->d, packed, scatter);
        packed += p->packed;
        for (int64_t j = 0; rest && j < dense; j++)
            rest[j] -= scatter[j];
    }
}

/* True if what is left of the total about the derived group's own means has lost too many digits
 * in some feature. Features that are constant to rounding do not matter. */
static bool has_cancelled(const mixture_pass *p, const odd_mixture_sums *s)
{
    const odd_mixture *m = p->m;
    const int64_t dense = odd_form_dense(m->form, m->d);
    const int64_t step = m->form == ODD_FORM_FULL ? (int64_t)m->d + 1 : 1;
    const double least = p->products.narrow ? LEAST_NARROW_REMAINDER : LEAST_REMAINDER;
    for (int64_t j = 0; j * step < dense; j++) {
        const double all = s->total[j * step], noise = 1e-24 * m->centre[j] * m->centre[j];
        const double own = s->scatter[p->derived * dense + j * step];
        double offset = 0;
        for (int k = 0; m->form != ODD_FORM_SPHERICAL && k < m->components; k++) {
            const double first = s->first[(int64_t)k * m->d + j];
            if (odd_mixture_group(m, k) == p->derived && s->rows[k] > 0)
                offset += first * first / s->rows[k];
        }
        if (own - offset < least * all && all > noise) return true;
    }
    return false;
}

odd_status odd_mixture_pass(const odd_mixture *m, const odd_rows *rows, const uint8_t verified[],
                            odd_mixture_sums *s)
{
    odd_status st;
    mixture_pass p = {.m = m, .verified = verified, .packed = odd_form_packed(m->form, m->d)};
    ODD_TRY_ALL(rows->comm, odd_mixture_products_new(m, rows->part.block, &p.products));
    /* only a Gaussian anomaly's scatter and the theme's add up to the total */
    if (m->background != ODD_BACKGROUND_GAUSSIAN) s->direct = true;
    for (bool again = true; again;) {
        p.derived = s->direct ? -1 : largest_group(m);
        int64_t scatters = 0;
        for (int g = 0; g < m->groups; g++)
            scatters += is_summed(&p, g);
        ODD_TRY(
            odd_rows_pass(rows, pass_block, &p, scatter_at(m) + scatters * p.packed, s->packed));
        unpack_sums(&p, s);
        s->log_likelihood = s->packed[0];
        again = p.derived >= 0 && has_cancelled(&p, s);
        if (again) s->direct = true;
    }
done:
    odd_mixture_products_free(&p.products);
    return st;
}

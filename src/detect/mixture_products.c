/* Products of a panel of rows in a pass: whitened rows and weighted sums, in float64, or in float32
 * where the mixture is narrow (mixture_narrow.c). Sums in float32 reach over a block, 1,024 rows at
 * most; squared distances, first moments and sums of blocks are float64 always. */
#include "detect/mixture_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

static int64_t numbers_of_rows(const odd_mixture_products *p)
{
    return p->panel * (2 * (int64_t)p->m->d + p->m->rank);
}

/* float32 copies of the factors, exact, since they were rounded. */
static void copy_factors(odd_mixture_products *p)
{
    const int64_t count = p->m->groups * odd_mixture_size(p->m);
    for (int64_t j = 0; j < count; j++)
        p->factor[j] = (float)p->m->factor[j];
}

odd_status odd_mixture_products_new(const odd_mixture *m, int64_t block, odd_mixture_products *p)
{
    odd_status st;
    const bool narrow = *m->blur > 0;
    const int64_t panel = odd_mixture_panel(block, m->d), threads = odd_threads();
    *p = (odd_mixture_products){.m = m, .narrow = narrow, .panel = panel};
    if (narrow) p->panel = block < 2 * panel ? block : 2 * panel; /* of as many bytes */
    p->dense = odd_form_dense(m->form, m->d);
    p->rows = numbers_of_rows(p) + m->groups * p->dense;
    p->own = p->panel * (2 * (int64_t)m->components + 1) + (narrow ? 0 : p->rows);
    ODD_TRY(ODD_NEW(p->room, threads * p->own));
    if (!narrow) goto done;
    ODD_TRY(ODD_NEW(p->narrow_room, threads * p->rows));
    ODD_TRY(ODD_NEW(p->factor, m->groups * p->dense));
    copy_factors(p);
done:
    return st;
}

void odd_mixture_products_free(odd_mixture_products *p)
{
    odd_free(p->factor);
    odd_free(p->narrow_room);
    odd_free(p->room);
    *p = (odd_mixture_products){0};
}

odd_mixture_space odd_mixture_space_of(const odd_mixture_products *p, int thread)
{
    const int64_t scatter = numbers_of_rows(p);
    odd_mixture_space s = {.joint = p->room + thread * p->own};
    s.square = s.joint + p->panel * p->m->components;
    s.weight = s.square + p->panel * p->m->components;
    if (p->narrow) {
        s.narrow_z = p->narrow_room + thread * p->rows;
        s.narrow_white = s.narrow_z + p->panel * p->m->d;
        s.narrow_scatter = s.narrow_z + scatter;
    } else {
        s.z = s.weight + p->panel;
        s.white = s.z + p->panel * p->m->d;
        s.scatter = s.z + scatter;
    }
    return s;
}

void odd_mixture_begin_scatter(const odd_mixture_products *p, const odd_mixture_space *s, int group)
{
    const size_t count = (size_t)p->dense;
    if (p->narrow)
        memset(s->narrow_scatter + group * p->dense, 0, count * sizeof(float));
    else
        memset(s->scatter + group * p->dense, 0, count * sizeof(double));
}

/* ---- float32 ---- */

/* z (n, d) = x - centre, rounded once. */
ODD_SIMD(static, void, centre_narrow,
         (int n, int d, const float x[], const double centre[], float z[]), (n, d, x, centre, z))
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < d; j++)
            z[(int64_t)i * d + j] = (float)((double)x[(int64_t)i * d + j] - centre[j]);
}

/* out (n) = |y_i - shift|^2, in float64; running sums as in odd_squared_distances(). */
ODD_SIMD(static, void, squared_distances_narrow,
         (int n, int d, const float y[], const double shift[], double out[]), (n, d, y, shift, out))
{
    enum { LANES = 8 };
    for (int i = 0; i < n; i++) {
        const float *row = y + (int64_t)i * d;
        double sum[LANES] = {0}, rest = 0;
        int j = 0;
        for (; j + LANES <= d; j += LANES)
            for (int l = 0; l < LANES; l++) {
                const double gap = (double)row[j + l] - shift[j + l];
                sum[l] += gap * gap;
            }
        for (; j < d; j++)
            rest += ((double)row[j] - shift[j]) * ((double)row[j] - shift[j]);
        out[i] = ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
        out[i] += rest;
    }
}

/* first (d) += sum of r_i z_i. */
ODD_SIMD(static, void, add_first_narrow,
         (int n, int d, const float z[], const double r[], double first[]), (n, d, z, r, first))
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < d; j++)
            first[j] += r[i] * (double)z[(int64_t)i * d + j];
}

/* out (kept, d): as weigh_rows() in covariance.c. Returns the count kept. */
ODD_SIMD(static, int, weigh_rows_narrow,
         (int n, int d, const float z[], const double weight[], float out[]),
         (n, d, z, weight, out))
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (weight[i] < ODD_NEGLIGIBLE_WEIGHT) continue;
        const float root = (float)sqrt(weight[i]);
        for (int j = 0; j < d; j++)
            out[(int64_t)kept * d + j] = root * z[(int64_t)i * d + j];
        kept++;
    }
    return kept;
}

/* The upper triangle by rows, as odd_form_pack() has it. */
ODD_SIMD(static, void, pack_narrow, (int d, const float dense[], double packed[]),
         (d, dense, packed))
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = i; j < d; j++)
            packed[j - i] = (double)dense[i * d + j];
        packed += d - i;
    }
}

static void joint_narrow(const odd_mixture_products *p, const odd_mixture_space *s, int n)
{
    const odd_mixture *m = p->m;
    int whitened = -1; /* the group that `narrow_white` is for */
    for (int k = 0; k < m->components; k++) {
        const int g = odd_mixture_group(m, k);
        if (g != whitened) {
            memcpy(s->narrow_white, s->narrow_z, (size_t)n * (size_t)m->d * sizeof(float));
            odd_strmm_upper(n, m->d, p->factor + g * p->dense, s->narrow_white);
        }
        whitened = g;
        double *square = s->square + (int64_t)k * n;
        squared_distances_narrow(n, m->d, s->narrow_white, m->shift + (int64_t)k * m->d, square);
        odd_mixture_log_density(m, k, n, square, s->joint + (int64_t)k * n);
    }
}

/* ---- either ---- */

void odd_mixture_panel_joint(const odd_mixture_products *p, const odd_mixture_space *s,
                             const odd_block *part)
{
    const odd_mixture *m = p->m;
    const int n = part->count;
    if (p->narrow) {
        centre_narrow(n, m->d, part->x, m->centre, s->narrow_z);
        joint_narrow(p, s, n);
    } else {
        odd_centre_rows(n, m->d, part->x, m->centre, s->z);
        odd_mixture_joint(m, n, s->z, s->white, s->joint, s->square);
    }
}

void odd_mixture_panel_first(const odd_mixture_products *p, const odd_mixture_space *s, int n,
                             double first[])
{
    const odd_mixture *m = p->m;
    if (!p->narrow) odd_dgemm(0, m->components, m->d, n, 1, s->joint, s->z, 1, first);
    for (int64_t k = 0; p->narrow && k < m->components; k++)
        add_first_narrow(n, m->d, s->narrow_z, s->joint + k * n, first + k * m->d);
}

void odd_mixture_panel_scatter(const odd_mixture_products *p, const odd_mixture_space *s, int group,
                               int n)
{
    const odd_mixture *m = p->m;
    if (p->narrow) {
        const int kept = weigh_rows_narrow(n, m->d, s->narrow_z, s->weight, s->narrow_white);
        odd_ssyrk(kept, m->d, 1, s->narrow_white, 1, s->narrow_scatter + group * p->dense);
    } else {
        odd_form_scatter(m->form, n, m->d, s->z, s->weight, s->white,
                         s->scatter + group * p->dense);
    }
}

void odd_mixture_pack_scatter(const odd_mixture_products *p, const odd_mixture_space *s, int group,
                              double packed[])
{
    if (p->narrow)
        pack_narrow(p->m->d, s->narrow_scatter + group * p->dense, packed);
    else
        odd_form_pack(p->m->form, p->m->d, s->scatter + group * p->dense, packed);
}

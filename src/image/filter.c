/* Filter: a kernel's weights in fixed point as Pillow computes them, and each thread's last few. */
#include "image/filter_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>
#include <threads.h>

#define KEPT 8 /* filters a thread keeps: a resize needs two */

const char *const odd_kernel_names[] = {"bicubic", "bilinear", "lanczos", "area", "nearest", NULL};

odd_kernel odd_kernel_find(const char *name)
{
    int i = 0;
    while (strcmp(odd_kernel_names[i], name) != 0)
        i++;
    return (odd_kernel)i;
}

static double cubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

static double triangle(double x)
{
    return fmax(1 - fabs(x), 0);
}

static double sinc(double x)
{
    return x == 0 ? 1 : sin(x * M_PI) / (x * M_PI);
}

static double lanczos(double x)
{
    return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

/* Those that are a function of the distance from the centre. */
static const struct {
    double (*value)(double x);
    double support; /* half its width, in pixels of the smaller scale */
} kernels[] = {
    [ODD_KERNEL_BICUBIC] = {cubic, 2},
    [ODD_KERNEL_BILINEAR] = {triangle, 1},
    [ODD_KERNEL_LANCZOS] = {lanczos, 3},
};

/* Inputs to each side of an output's centre that may have a weight. */
static double reach(const odd_filter *f)
{
    const double scale = f->length / f->size_out;
    if (f->kernel == ODD_KERNEL_AREA) return scale / 2 + 0.5;
    return kernels[f->kernel].support * fmax(scale, 1);
}

static int clamp(double x, int high)
{
    return x < 0 ? 0 : x > high ? high : (int)x;
}

/* How much of input i lies in from ... to. */
static double covered(int i, double from, double to)
{
    return fmax(0, fmin(i + 1, to) - fmax(i, from));
}

/* The weights of output o: normalised in double, then rounded. `share` has room for f->taps. */
static void compute_weights(odd_filter *f, int o, double share[])
{
    double scale = f->length / f->size_out, stretch = fmax(scale, 1), sum = 0;
    double from = f->start + o * scale, centre = f->start + (o + 0.5) * scale, support = reach(f);
    int first = clamp(centre - support + 0.5, f->size_in);
    int end = clamp(centre + support + 0.5, f->size_in);
    int32_t *weight = f->weight + (int64_t)o * f->taps;
    for (int i = first; i < end; i++)
        sum += share[i - first] =
            f->kernel == ODD_KERNEL_AREA
                ? covered(i, from, from + scale)
                : kernels[f->kernel].value((i - centre + 0.5) * (1 / stretch));
    for (int i = 0; i < end - first; i++)
        weight[i] = (int32_t)round((sum != 0 ? share[i] / sum : share[i]) * (1 << ODD_FILTER_BITS));
    f->first[o] = first;
    f->count[o] = end - first;
}

/* Each output is one input: the one that its centre lies in. Centres are added up as Pillow does,
 * because many lie on the border between two pixels. */
static void pick_nearest(odd_filter *f)
{
    double scale = f->length / f->size_out, centre = f->start + scale * 0.5;
    for (int o = 0; o < f->size_out; o++, centre += scale) {
        f->first[o] = clamp(centre, f->size_in - 1);
        f->count[o] = 1;
        f->weight[o] = 1 << ODD_FILTER_BITS;
    }
}

static void filter_free(odd_filter *f)
{
    odd_free(f->first);
    odd_free(f->count);
    odd_free(f->weight);
    *f = (odd_filter){0};
}

static odd_status filter_make(odd_filter *f)
{
    odd_status st;
    double *share = NULL;
    f->identity = f->length == f->size_out && f->start == floor(f->start);
    const bool picks = f->identity || f->kernel == ODD_KERNEL_NEAREST;
    f->taps = picks ? 1 : 2 * (int)ceil(reach(f)) + 1;
    ODD_TRY(ODD_NEW(f->first, f->size_out));
    ODD_TRY(ODD_NEW(f->count, f->size_out));
    ODD_TRY(ODD_NEW(f->weight, (int64_t)f->size_out * f->taps));
    ODD_TRY(ODD_NEW(share, f->taps));
    if (picks) pick_nearest(f);
    for (int o = 0; o < f->size_out && !picks; o++)
        compute_weights(f, o, share);
done:
    odd_free(share);
    if (st != ODD_OK) filter_free(f);
    return st;
}

typedef struct {
    odd_filter filter[KEPT]; /* size_out 0: free */
    int next;                /* the oldest, to be replaced */
} cache;

static _Thread_local cache *mine;
static tss_t at_thread_end;
static once_flag once = ONCE_FLAG_INIT;

static void cache_free(void *p)
{
    cache *c = p;
    for (int i = 0; i < KEPT; i++)
        filter_free(&c->filter[i]);
    odd_free(c);
}

static void cache_setup(void)
{
    ODD_CHECK(tss_create(&at_thread_end, cache_free) == thrd_success);
}

static odd_status cache_open(void)
{
    odd_status st = ODD_OK;
    if (mine) return ODD_OK;
    call_once(&once, cache_setup);
    ODD_TRY(ODD_NEW(mine, 1));
    ODD_CHECK(tss_set(at_thread_end, mine) == thrd_success);
done:
    return st;
}

odd_status odd_filter_get(odd_kernel kernel, int size_in, double start, double length, int size_out,
                          const odd_filter **out)
{
    odd_status st;
    *out = NULL;
    ODD_TRY(cache_open());
    for (int i = 0; i < KEPT && !*out; i++) {
        const odd_filter *f = &mine->filter[i];
        if (f->kernel == kernel && f->size_in == size_in && f->size_out == size_out &&
            f->start == start && f->length == length) {
            if (mine->next == i) mine->next = (i + 1) % KEPT; /* the caller's next one spares it */
            *out = f;
        }
    }
    if (*out) return ODD_OK;
    odd_filter *oldest = &mine->filter[mine->next];
    filter_free(oldest);
    *oldest = (odd_filter){.kernel = kernel,
                           .size_in = size_in,
                           .size_out = size_out,
                           .start = start,
                           .length = length};
    ODD_TRY(filter_make(oldest));
    mine->next = (mine->next + 1) % KEPT;
    *out = oldest;
done:
    return st;
}

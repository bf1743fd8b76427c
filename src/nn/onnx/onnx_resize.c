/* Resize of ONNX: a product with a matrix of weights along each dimension that changes its size,
 * which runs as fast as a product does and learns like one. */
#include "nn/onnx/onnx_resize_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- Where a value comes from ---- */

static double half_pixel(const odd_resized *s, double to)
{
    return (to + 0.5) / s->scale - 0.5;
}

static double torch_half_pixel(const odd_resized *s, double to)
{
    return s->length > 1 ? half_pixel(s, to) : 0;
}

static double half_pixel_nearest(const odd_resized *s, double to)
{
    return (to + 0.5) / s->scale;
}

/* Where rounding cut off a part of the result, it is taken from both ends. */
static double half_pixel_symmetric(const odd_resized *s, double to)
{
    const double middle = (double)s->in / 2;
    return middle * (1 - (double)s->out / s->length) + half_pixel(s, to);
}

static double asymmetric(const odd_resized *s, double to)
{
    return to / s->scale;
}

static double align_corners(const odd_resized *s, double to)
{
    return s->out > 1 ? to * (double)(s->in - 1) / (s->length - 1) : 0;
}

static const struct {
    const char *name;
    double (*from)(const odd_resized *s, double to);
} transforms[] = {
    {"half_pixel", half_pixel},
    {"half_pixel_symmetric", half_pixel_symmetric},
    {"pytorch_half_pixel", torch_half_pixel},
    {"tf_half_pixel_for_nn", half_pixel_nearest},
    {"asymmetric", asymmetric},
    {"align_corners", align_corners},
};
enum { TRANSFORMS = sizeof transforms / sizeof *transforms };

static double round_half_down(double x)
{
    return ceil(x - 0.5);
}

static double round_half_up(double x)
{
    return floor(x + 0.5);
}

static const struct {
    const char *name;
    double (*round)(double x);
} roundings[] = {
    {"round_prefer_floor", round_half_down},
    {"round_prefer_ceil", round_half_up},
    {"floor", floor},
    {"ceil", ceil},
};
enum { ROUNDINGS = sizeof roundings / sizeof *roundings };

/* ---- How values are mixed ---- */

#define TAPS         4                  /* at most, of one place */
#define MOST_WEIGHTS ((int64_t)1 << 25) /* of one dimension: 8192 places of 4096 */

typedef struct {
    double (*from)(const odd_resized *s, double to);
    double (*round)(double x); /* nearest */
    bool cubic;
    double a;     /* cubic: the slope, -0.5 or -0.75 */
    bool exclude; /* cubic: what would come from outside is left away, and the rest grows */
} method;

/* What opset 18 brought: lists for some dimensions only are read with the sizes. */
static odd_status check_new(const odd_onnx_reader *r)
{
    if (!odd_node_is(r, "keep_aspect_ratio_policy", "stretch", "stretch"))
        return odd_node_fail(r, "its keep_aspect_ratio_policy is not 'stretch'");
    return ODD_OK;
}

static odd_status read_rounding(const odd_onnx_reader *r, method *m)
{
    for (int i = 0; i < ROUNDINGS; i++)
        if (odd_node_is(r, "nearest_mode", roundings[i].name,
                        odd_resize_is_old(r) ? "floor" : "round_prefer_floor"))
            m->round = roundings[i].round;
    return m->round ? ODD_OK : odd_node_fail(r, "its nearest_mode is not known");
}

static odd_status read_cubic(const odd_onnx_reader *r, method *m)
{
    odd_status st;
    float a;
    int64_t exclude;
    ODD_TRY(odd_node_float(r, "cubic_coeff_a", -0.75f, &a));
    ODD_TRY(odd_node_int(r, "exclude_outside", 0, &exclude));
    m->cubic = true;
    m->a = a;
    m->exclude = exclude != 0;
done:
    return st;
}

static odd_status read_method(const odd_onnx_reader *r, method *m)
{
    *m = (method){.from = NULL};
    if (check_new(r) != ODD_OK) return ODD_FORMAT;
    for (int i = 0; i < TRANSFORMS; i++)
        if (odd_node_is(r, "coordinate_transformation_mode", transforms[i].name,
                        odd_resize_is_old(r) ? "asymmetric" : "half_pixel"))
            m->from = transforms[i].from;
    if (!m->from) return odd_node_fail(r, "its coordinate transformation is not supported");
    if (odd_node_is(r, "mode", "nearest", "nearest")) return read_rounding(r, m);
    if (odd_node_is(r, "mode", "cubic", "nearest")) return read_cubic(r, m);
    if (odd_node_is(r, "mode", "linear", "nearest") || odd_node_is(r, "mode", "bilinear", ""))
        return ODD_OK;
    return odd_node_fail(r, "its mode is none of nearest, linear and cubic");
}

/* ---- Products ---- */

static int64_t clamp(double place, int64_t in)
{
    return place < 0 ? 0 : place > (double)(in - 1) ? in - 1 : (int64_t)place;
}

/* Keys, Cubic convolution interpolation, 1981: the weight of a value at this distance. */
static double cubic_weight(double a, double distance)
{
    const double d = fabs(distance);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    return 0;
}

/* The places that one place of the output comes from, the first of them at *first. */
static int taps_of(const method *m, double from, double *first, double tap[TAPS])
{
    if (m->round) {
        *first = m->round(from);
        tap[0] = 1;
        return 1;
    }
    *first = floor(from) - m->cubic;
    if (!m->cubic) {
        tap[1] = from - *first;
        tap[0] = 1 - tap[1];
        return 2;
    }
    for (int i = 0; i < TAPS; i++)
        tap[i] = cubic_weight(m->a, from - (*first + i));
    return TAPS;
}

/* What comes from outside is left away, and the rest grows to 1. */
static void exclude_outside(const odd_resized *s, double first, int taps, double tap[TAPS])
{
    double sum = 0;
    for (int i = 0; i < taps; i++) {
        if (first + i < 0 || first + i > (double)(s->in - 1)) tap[i] = 0;
        sum += tap[i];
    }
    for (int i = 0; i < taps && sum != 0; i++)
        tap[i] /= sum;
}

/* weight (in, out): what each place of the input gives to each of the output; places outside are
 * the nearest inside. */
static void fill_weights(const method *m, const odd_resized *s, float weight[])
{
    for (int64_t to = 0; to < s->out; to++) {
        double first, tap[TAPS];
        const int taps = taps_of(m, m->from(s, (double)to), &first, tap);
        if (m->exclude) exclude_outside(s, first, taps, tap);
        for (int i = 0; i < taps; i++)
            weight[clamp(first + i, s->in) * s->out + to] += (float)tap[i];
    }
}

static odd_status new_weights(odd_onnx_reader *r, const method *m, const odd_resized *s,
                              int *tensor)
{
    const int64_t shape[2] = {s->in, s->out};
    float *weight;
    odd_status st;
    if (s->in > ODD_WINDOW_LIMIT) return odd_node_fail(r, "its input is too large");
    ODD_TRY(odd_node_spend(r, s->in * s->out));
    if (s->in * s->out > MOST_WEIGHTS)
        return odd_node_fail(r, "it makes %" PRId64 " places of %" PRId64 ", which are too many",
                             s->out, s->in);
    ODD_TRY(ODD_NEW(weight, s->in * s->out));
    fill_weights(m, s, weight);
    return odd_node_constant(r, 2, shape, weight, tensor);
done:
    return st;
}

/* Exchanges dimension d and the last one. */
static odd_status turn(odd_onnx_reader *r, int rank, int d, int *x)
{
    odd_layer_settings set = odd_layer_defaults();
    if (d == rank - 1) return ODD_OK;
    set.axes = rank;
    for (int i = 0; i < rank; i++)
        set.list[i] = i == d ? rank - 1 : i == rank - 1 ? d : i;
    return odd_node_step(r, ODD_LAYER_TRANSPOSE, &set, 1, x, x);
}

static odd_status resize(odd_onnx_reader *r, const method *m, const odd_resized *s, int rank, int d,
                         int *x)
{
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st;
    int input[2];
    ODD_TRY(turn(r, rank, d, x));
    input[0] = *x;
    ODD_TRY(new_weights(r, m, s, &input[1]));
    ODD_TRY(odd_node_step(r, ODD_LAYER_MATMUL, &set, 2, input, x));
    ODD_TRY(turn(r, rank, d, x));
done:
    return st;
}

/* Smoothing makes no difference where nothing shrinks. */
static odd_status check_smooth(const odd_onnx_reader *r, const odd_resized *s)
{
    int64_t smooth;
    odd_status st = odd_node_int(r, "antialias", 0, &smooth);
    if (st == ODD_OK && smooth != 0 && s->scale < 1)
        st = odd_node_fail(r, "it smooths what it shrinks (antialias), which is not supported");
    return st;
}

odd_status odd_read_resize(odd_onnx_reader *r)
{
    odd_status st;
    method m;
    int x;
    odd_resized size[ODD_TENSOR_RANK];
    ODD_TRY(read_method(r, &m));
    ODD_TRY(odd_node_tensor(r, 0, &x));
    const odd_tensor t = r->graph->tensor[x];
    for (int d = 0; d < t.rank; d++)
        size[d] = (odd_resized){t.shape[d], t.shape[d], 1, (double)t.shape[d]};
    ODD_TRY(odd_resize_sizes(r, &t, size));
    for (int d = 0; d < t.rank; d++)
        ODD_TRY(check_smooth(r, &size[d]));
    for (int d = t.rank - 1; d >= 0; d--)
        if (size[d].scale != 1) ODD_TRY(resize(r, &m, &size[d], t.rank, d, &x));
    ODD_TRY(odd_node_pass(r, x));
done:
    return st;
}

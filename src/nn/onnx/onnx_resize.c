/* Resize of ONNX: a product with a matrix of weights along each dimension that changes its size,
 * which runs as fast as a product does and learns like one. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <math.h>

/* A dimension: from `in` to `out` places; `length` is what it would be without rounding. */
typedef struct {
    int64_t in, out;
    double scale, length;
} resized;

/* ---- Where a value comes from ---- */

static double half_pixel(const resized *s, double to)
{
    return (to + 0.5) / s->scale - 0.5;
}

static double torch_half_pixel(const resized *s, double to)
{
    return s->length > 1 ? half_pixel(s, to) : 0;
}

static double half_pixel_nearest(const resized *s, double to)
{
    return (to + 0.5) / s->scale;
}

static double asymmetric(const resized *s, double to)
{
    return to / s->scale;
}

static double align_corners(const resized *s, double to)
{
    return s->out > 1 ? to * (double)(s->in - 1) / (s->length - 1) : 0;
}

static const struct {
    const char *name;
    double (*from)(const resized *s, double to);
} transforms[] = {
    {"half_pixel", half_pixel},
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

typedef struct {
    double (*from)(const resized *s, double to);
    double (*round)(double x); /* NULL: linear between two places */
} method;

/* Opset 10 had one way only. */
/* Lists for some dimensions only came with opset 18. */
static odd_status check_new(const odd_onnx_reader *r)
{
    if (odd_node_has_attribute(r, "axes")) return odd_node_fail(r, "its 'axes' are not supported");
    if (!odd_node_is(r, "keep_aspect_ratio_policy", "stretch", "stretch"))
        return odd_node_fail(r, "its keep_aspect_ratio_policy is not 'stretch'");
    return ODD_OK;
}

static odd_status read_method(const odd_onnx_reader *r, method *m)
{
    bool old = r->opset < 11;
    bool nearest = odd_node_is(r, "mode", "nearest", "nearest");
    *m = (method){NULL, NULL};
    if (check_new(r) != ODD_OK) return ODD_FORMAT;
    if (!nearest && !odd_node_is(r, "mode", "linear", "nearest"))
        return odd_node_fail(r, "its mode is neither nearest nor linear");
    for (int i = 0; i < TRANSFORMS; i++)
        if (odd_node_is(r, "coordinate_transformation_mode", transforms[i].name,
                        old ? "asymmetric" : "half_pixel"))
            m->from = transforms[i].from;
    if (!m->from) return odd_node_fail(r, "its coordinate transformation is not supported");
    for (int i = 0; nearest && i < ROUNDINGS; i++)
        if (odd_node_is(r, "nearest_mode", roundings[i].name, old ? "floor" : "round_prefer_floor"))
            m->round = roundings[i].round;
    if (nearest && !m->round) return odd_node_fail(r, "its nearest_mode is not known");
    return ODD_OK;
}

/* ---- Sizes ---- */

static odd_status check_size(const odd_onnx_reader *r, int d, double length)
{
    if (length >= 1 && length <= (double)ODD_WINDOW_LIMIT) return ODD_OK;
    return odd_node_fail(r, "its dimension %d would have the size %g", d, length);
}

static odd_status take_sizes(odd_onnx_reader *r, const odd_tensor *x, resized size[])
{
    const odd_numbers *sizes;
    odd_status st;
    ODD_TRY(odd_node_numbers(r, 3, &sizes));
    if (sizes->count != x->rank)
        return odd_node_fail(r, "it has %" PRId64 " sizes for %d dimensions", sizes->count,
                             x->rank);
    if (x->batched && !sizes->batch[0] && sizes->value[0] != 1 && sizes->value[0] != r->batch)
        return odd_node_fail(r, "it would resize the batch");
    for (int d = x->batched; d < x->rank; d++) {
        if (sizes->batch[d]) return odd_node_fail(r, "its dimension %d depends on the batch", d);
        size[d].out = sizes->value[d];
        size[d].length = (double)size[d].out;
        size[d].scale = size[d].length / (double)size[d].in;
        ODD_TRY(check_size(r, d, size[d].length));
    }
done:
    return st;
}

static odd_status take_scales(odd_onnx_reader *r, const odd_tensor *x, int input, resized size[])
{
    odd_status st;
    int tensor;
    ODD_TRY(odd_node_tensor(r, input, &tensor));
    const odd_tensor *scales = &r->graph->tensor[tensor];
    if (!scales->data) return odd_node_fail(r, "its scales are not constant");
    if (scales->rank != 1 || scales->shape[0] != x->rank)
        return odd_node_fail(r, "its scales are not one for each of %d dimensions", x->rank);
    if (x->batched && scales->data[0] != 1) return odd_node_fail(r, "it would resize the batch");
    for (int d = x->batched; d < x->rank; d++) {
        float length = (float)size[d].in * scales->data[d]; /* in float, as others round it */
        ODD_TRY(check_size(r, d, length));
        size[d].scale = scales->data[d];
        size[d].length = size[d].scale * (double)size[d].in;
        size[d].out = (int64_t)length;
    }
done:
    return st;
}

/* ---- Products ---- */

static int64_t clamp(double place, int64_t in)
{
    return place < 0 ? 0 : place > (double)(in - 1) ? in - 1 : (int64_t)place;
}

/* weight (in, out): what each place of the input gives to each of the output; places outside are
 * the nearest inside. */
static void fill_weights(const method *m, const resized *s, float weight[])
{
    for (int64_t to = 0; to < s->out; to++) {
        double from = m->from(s, (double)to), first = m->round ? m->round(from) : floor(from);
        float share = m->round ? 0 : (float)(from - first);
        weight[clamp(first, s->in) * s->out + to] += 1 - share;
        weight[clamp(first + 1, s->in) * s->out + to] += share;
    }
}

static odd_status new_weights(odd_onnx_reader *r, const method *m, const resized *s, int *tensor)
{
    const int64_t shape[2] = {s->in, s->out};
    float *weight;
    odd_status st;
    if (s->in > ODD_WINDOW_LIMIT) return odd_node_fail(r, "its input is too large");
    ODD_TRY(odd_node_spend(r, s->in * s->out));
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

static odd_status resize(odd_onnx_reader *r, const method *m, const resized *s, int rank, int d,
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
static odd_status check_smooth(const odd_onnx_reader *r, const resized *s)
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
    resized size[ODD_TENSOR_RANK];
    ODD_TRY(read_method(r, &m));
    ODD_TRY(odd_node_tensor(r, 0, &x));
    const odd_tensor t = r->graph->tensor[x];
    for (int d = 0; d < t.rank; d++)
        size[d] = (resized){t.shape[d], t.shape[d], 1, (double)t.shape[d]};
    if (odd_node_has(r, 3))
        ODD_TRY(take_sizes(r, &t, size));
    else
        ODD_TRY(take_scales(r, &t, r->opset < 11 ? 1 : 2, size));
    for (int d = 0; d < t.rank; d++)
        ODD_TRY(check_smooth(r, &size[d]));
    for (int d = t.rank - 1; d >= 0; d--)
        if (size[d].scale != 1) ODD_TRY(resize(r, &m, &size[d], t.rank, d, &x));
    ODD_TRY(odd_node_pass(r, x));
done:
    return st;
}

/* Normalisation of the channels of maps in groups, as exporters write it with layers that reshape
 * (program_groups.c): one loop of our own over maps as a convolution left them, with a scale and a
 * shift for each channel and a rectifier in it. oneDNN 3 has a primitive for channels last, eight
 * times as slow where a group has fewer channels than an instruction, without activations, and
 * none for channels in blocks; oneDNN 2 has none. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>

#define LANES 16 /* channels that are summed side by side */
#define RUN   64 /* pixels that are summed in float32 */

/* Legend: N images, C channels in G groups, P pixels; `block` channels of a pixel stand together.
 */
typedef struct {
    int64_t n, channels, groups, pixels, block;
    float epsilon, low; /* no result is below `low` */
    bool scaled, shifted;
} group_loop;

/* ---- The loop ---- */

/* sum (w) of (x - mean)^power over the pixels, `stride` apart; w is at most LANES. */
static inline __attribute__((always_inline)) void sum_lanes(int64_t w, int64_t pixels,
                                                            int64_t stride, const float *x,
                                                            const float mean[], bool squares,
                                                            double sum[])
{
    for (int64_t first = 0; first < pixels; first += RUN) {
        const int64_t end = first + RUN < pixels ? first + RUN : pixels;
        float part[LANES] = {0};
        for (int64_t p = first; p < end; p++)
            for (int64_t c = 0; c < w; c++) {
                const float off = x[p * stride + c] - mean[c];
                part[c] += squares ? off * off : off;
            }
        for (int64_t c = 0; c < w; c++)
            sum[c] += part[c];
    }
}

ODD_SIMD(static, void, sum_channels,
         (int64_t w, int64_t pixels, int64_t stride, const float *x, const float mean[],
          bool squares, double sum[]),
         (w, pixels, stride, x, mean, squares, sum))
{
    if (w == LANES && squares) /* loops of their own for the compiler */
        sum_lanes(LANES, pixels, stride, x, mean, true, sum);
    else if (w == LANES)
        sum_lanes(LANES, pixels, stride, x, mean, false, sum);
    else
        sum_lanes(w, pixels, stride, x, mean, squares, sum);
}

/* y = (x - mean) by + shift, not below `low`, for w channels, at most LANES. */
static inline __attribute__((always_inline)) void
normalise_lanes(int64_t w, int64_t pixels, int64_t stride, const float *restrict x,
                const float mean[], const float by[], const float shift[], float low,
                float *restrict y)
{
    float m[LANES] = {0}, b[LANES] = {0}, s[LANES] = {0}; /* registers */
    for (int64_t c = 0; c < w; c++) {
        m[c] = mean[c];
        b[c] = by[c];
        s[c] = shift[c];
    }
    for (int64_t p = 0; p < pixels; p++)
        for (int64_t c = 0; c < w; c++) {
            const float z = (x[p * stride + c] - m[c]) * b[c] + s[c];
            y[p * stride + c] = z < low ? low : z; /* NaN stays */
        }
}

ODD_SIMD(static, void, normalise_channels,
         (int64_t w, int64_t pixels, int64_t stride, const float *x, const float mean[],
          const float by[], const float shift[], float low, float *y),
         (w, pixels, stride, x, mean, by, shift, low, y))
{
    if (w == LANES)
        normalise_lanes(LANES, pixels, stride, x, mean, by, shift, low, y);
    else
        normalise_lanes(w, pixels, stride, x, mean, by, shift, low, y);
}

/* Where channel c of image n begins. */
static int64_t start_of(const group_loop *s, int64_t n, int64_t c)
{
    return (n * s->channels + c / s->block * s->block) * s->pixels + c % s->block;
}

/* Channels from c on, before `end`, that stand side by side, at most LANES. */
static int64_t together(const group_loop *s, int64_t c, int64_t end)
{
    const int64_t in_block = s->block - c % s->block;
    const int64_t w = end - c < in_block ? end - c : in_block;
    return w < LANES ? w : LANES;
}

/* Sums of channels first ... end - 1, each as sum_channels() makes it. */
static void sum_range(const group_loop *s, int64_t n, int64_t first, int64_t end, const float *x,
                      const float mean[], bool squares, double sum[])
{
    for (int64_t c = first, w; c < end; c += w) {
        w = together(s, c, end);
        for (int64_t i = c; i < c + w; i++)
            sum[i] = 0;
        sum_channels(w, s->pixels, s->block, x + start_of(s, n, c), mean + c, squares, sum + c);
    }
}

/* The mean of each group's channels' sums, for each channel. */
static double mean_of_group(const group_loop *s, int64_t group, const double sum[])
{
    const int64_t wide = s->channels / s->groups;
    double all = 0;
    for (int64_t c = group * wide; c < (group + 1) * wide; c++)
        all += sum[c];
    return all / (double)(wide * s->pixels);
}

/* Room for what is known of each channel of an image. */
typedef struct {
    double *sum;
    float *mean, *by, *shift;
} channel_values;

/* Groups first ... end - 1 of image n. */
static void normalise_groups(const group_loop *s, int64_t n, int64_t first, int64_t end,
                             float *const data[], const channel_values *v)
{
    const int64_t wide = s->channels / s->groups, from = first * wide, to = end * wide;
    const float *scale = data[2], *shift = data[2 + s->scaled];
    for (int64_t c = from; c < to; c++)
        v->mean[c] = 0;
    sum_range(s, n, from, to, data[0], v->mean, false, v->sum);
    for (int64_t c = from; c < to; c++)
        v->mean[c] = (float)mean_of_group(s, c / wide, v->sum);
    sum_range(s, n, from, to, data[0], v->mean, true, v->sum);
    for (int64_t c = from; c < to; c++) {
        const double square = mean_of_group(s, c / wide, v->sum);
        v->by[c] = (float)(1 / sqrt(square + s->epsilon)) * (s->scaled ? scale[c] : 1);
        v->shift[c] = s->shifted ? shift[c] : 0;
    }
    for (int64_t c = from, w; c < to; c += w) {
        w = together(s, c, to);
        const int64_t at = start_of(s, n, c);
        normalise_channels(w, s->pixels, s->block, data[0] + at, v->mean + c, v->by + c,
                           v->shift + c, s->low, data[1] + at);
    }
}

/* Groups that are done at once: whole lanes, and whole blocks where these are small. */
static int64_t groups_at_once(const group_loop *s)
{
    const int64_t wide = s->channels / s->groups;
    int64_t at_once = 1;
    while (at_once * wide % LANES != 0 && at_once < s->groups)
        at_once++;
    return at_once;
}

enum { ROOM = 6 }; /* floats of room for a channel: two are a double, and one is not used */

static channel_values values_of(const group_loop *s, int64_t n, float *room)
{
    float *mine = room + n * ROOM * s->channels;
    return (channel_values){(void *)mine, mine + 2 * s->channels, mine + 3 * s->channels,
                            mine + 4 * s->channels};
}

/* data: x, y, [scale], [shift], room (N, ROOM C). */
static void run_groups(const void *settings, float *const data[])
{
    const group_loop *s = settings;
    const int64_t at_once = groups_at_once(s), parts = (s->groups + at_once - 1) / at_once;
#pragma omp parallel for default(none) shared(s, data, at_once, parts)
    for (int64_t i = 0; i < s->n * parts; i++) {
        const int64_t n = i / parts, first = i % parts * at_once;
        const int64_t end = first + at_once < s->groups ? first + at_once : s->groups;
        const channel_values v = values_of(s, n, data[2 + s->scaled + s->shifted]);
        normalise_groups(s, n, first, end, data, &v);
    }
}

/* ---- The plan ---- */

/* Maps with channels in blocks or last, as they are or become. */
static odd_status find_layout(const odd_desc *have, odd_desc *desc, int64_t *block)
{
    static const struct {
        dnnl_format_tag_t tag;
        int64_t block;
    } blocks[] = {{dnnl_nChw16c, 16}, {dnnl_nChw8c, 8}};
    const int64_t channels = have->dims[1];
    odd_status st;
    for (int i = 0; i < 2; i++) {
        if (channels % blocks[i].block != 0) continue;
        *block = blocks[i].block;
        ODD_TRY(odd_desc_tagged(desc, 4, have->dims, dnnl_f32, blocks[i].tag));
        if (odd_desc_equal(have, desc)) return ODD_OK;
    }
    *block = channels;
    ODD_TRY(odd_desc_tagged(desc, 4, have->dims, dnnl_f32, dnnl_nhwc));
done:
    return st;
}

static bool is_post(const odd_step *step, int i, bool binary, dnnl_alg_kind_t alg)
{
    return i < step->posts && step->post[i].binary == binary && step->post[i].alg == alg;
}

/* The posts that the loop does: a scale and a shift for each channel, a rectifier. They are taken
 * off `rest`; values (.., ..) get those of the constants. */
static odd_status take_posts(odd_planner *p, odd_step *rest, group_loop *s, int value[],
                             int *values)
{
    odd_status st = ODD_OK;
    int taken = 0;
    s->scaled = is_post(rest, taken, true, dnnl_binary_mul);
    if (s->scaled) ODD_TRY(odd_plan_plain(p, rest->post[taken++].operand, &value[(*values)++]));
    s->shifted = is_post(rest, taken, true, dnnl_binary_add);
    if (s->shifted) ODD_TRY(odd_plan_plain(p, rest->post[taken++].operand, &value[(*values)++]));
    s->low = -INFINITY;
    if (is_post(rest, taken, false, dnnl_eltwise_relu) && rest->post[taken].alpha == 0) {
        s->low = 0;
        taken++;
    }
    rest->posts -= taken;
    for (int i = 0; i < rest->posts; i++)
        rest->post[i] = rest->post[i + taken];
done:
    return st;
}

static odd_status add_groups(odd_planner *p, odd_step *rest, int source, int *result)
{
    const dnnl_dim_t *dims = odd_plan_desc(p, source)->dims;
    group_loop s = {.n = dims[0],
                    .channels = dims[1],
                    .groups = rest->groups,
                    .pixels = dims[2] * dims[3],
                    .epsilon = rest->set.epsilon};
    group_loop *loop;
    odd_desc desc, room;
    odd_status st;
    int value[5], values = 2;
    ODD_TRY(find_layout(odd_plan_desc(p, source), &desc, &s.block));
    ODD_TRY(odd_plan_reorder(p, source, &desc, &value[0]));
    ODD_TRY(odd_plan_value(p, &desc, &value[1]));
    ODD_TRY(take_posts(p, rest, &s, value, &values));
    ODD_TRY(odd_desc_plain(&room, 2, (const dnnl_dims_t){s.n, ROOM * s.channels}, dnnl_f32));
    ODD_TRY(odd_plan_value(p, &room, &value[values++]));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = s;
    ODD_TRY(odd_plan_loop(p, run_groups, loop, values, value));
    *result = value[1];
done:
    return st;
}

odd_status odd_plan_group_norm(odd_planner *p, const odd_step *step)
{
    odd_step rest = *step;
    odd_status st;
    int value;
    ODD_TRY(odd_plan_input(p, step->input[0], &value));
    ODD_TRY(add_groups(p, &rest, value, &value));
    ODD_TRY(odd_posts_add(p, &rest, value, &value));
    odd_plan_bind(p, step->output, value);
done:
    return st;
}

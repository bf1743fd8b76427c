/* Layers of a network that move a window: convolutions, their transposes and pools. */
#include "nn/builder/network_internal.h"

static odd_status need_maps(const odd_network *n)
{
    if (odd_network_so_far(n)->rank == 4) return ODD_OK;
    return odd_words_fail(n, "what comes before it has no rows and columns");
}

typedef struct {
    odd_layer_settings set;
    bool same, bias, transpose;
} window;

static window new_window(bool transpose)
{
    return (window){.set = odd_layer_defaults(), .bias = true, .transpose = transpose};
}

static odd_status read_pad(odd_network *n, window *w)
{
    w->same = odd_words_take(n, "same");
    return w->same ? ODD_OK : odd_words_sides(n, "a pad", w->set.pad);
}

/* Settings by name in any order, until something else comes. */
static odd_status read_settings(odd_network *n, window *w, bool pool)
{
    odd_status st = ODD_OK;
    while (st == ODD_OK && n->next < n->words) {
        if (odd_words_take(n, "stride"))
            st = odd_words_pair(n, "a stride", 1, w->set.stride);
        else if (odd_words_take(n, "pad"))
            st = read_pad(n, w);
        else if (!pool && odd_words_take(n, "dilation"))
            st = odd_words_pair(n, "a dilation", 1, w->set.dilation);
        else if (!pool && odd_words_take(n, "groups"))
            st = odd_words_count(n, "the number of groups", 1, &w->set.group);
        else if (w->transpose && odd_words_take(n, "output_pad"))
            st = odd_words_pair(n, "an output pad", 0, w->set.output_pad);
        else if (!pool && odd_words_take(n, "no"))
            st = odd_network_no_bias(n, &w->bias);
        else
            st = odd_words_end(n);
    }
    return st;
}

/* The default stride of a pool is its size. */
static odd_status read_window(odd_network *n, window *w, bool pool)
{
    odd_status st;
    ODD_TRY(odd_words_pair(n, pool ? "a window" : "a kernel", 1, w->set.kernel));
    for (int d = 0; pool && d < 2; d++)
        w->set.stride[d] = w->set.kernel[d];
    ODD_TRY(read_settings(n, w, pool));
    ODD_TRY(need_maps(n));
done:
    return st;
}

/* Rows (d = 0) or columns stay as they are over a stride of 1, are divided by longer ones; the
 * transpose multiplies by them. What is odd goes below and to the right. */
static void pad_same(const odd_network *n, window *w)
{
    odd_layer_settings *set = &w->set;
    for (int d = 0; d < 2; d++) {
        int64_t size = odd_network_so_far(n)->shape[2 + d], stride = set->stride[d];
        int64_t reach = (set->kernel[d] - 1) * set->dilation[d] + 1;
        int64_t pad = w->transpose ? reach - stride
                                   : ((size + stride - 1) / stride - 1) * stride + reach - size;
        if (w->transpose && pad < 0) set->output_pad[d] = -pad;
        if (pad < 0) pad = 0;
        set->pad[d] = pad / 2;
        set->pad[2 + d] = pad - pad / 2;
    }
}

static odd_status check_groups(const odd_network *n, int64_t inputs, int64_t channels,
                               int64_t group)
{
    if (inputs % group == 0 && channels % group == 0) return ODD_OK;
    return odd_words_fail(n, "%lld and %lld channels do not make %lld groups", (long long)inputs,
                          (long long)channels, (long long)group);
}

static odd_status add_conv(odd_network *n, window *w, int64_t channels)
{
    odd_status st;
    int other[2], more;
    odd_layer_settings *set = &w->set;
    int64_t inputs = odd_network_so_far(n)->shape[1];
    ODD_TRY(check_groups(n, inputs, channels, set->group));
    if (w->same) pad_same(n, w);
    double area = (double)(set->kernel[0] * set->kernel[1]);
    double in = area * (double)(inputs / set->group), out = area * (double)(channels / set->group);
    const int64_t shape[4] = {w->transpose ? inputs : channels,
                              (w->transpose ? channels : inputs) / set->group, set->kernel[0],
                              set->kernel[1]};
    if (w->transpose) in /= (double)(set->stride[0] * set->stride[1]); /* that meet in one place */
    ODD_TRY(odd_initial_weights(n, 4, shape, in, out, &other[0]));
    ODD_TRY(odd_network_bias(n, w->bias, channels, other, &more));
    ODD_TRY(odd_network_add(n, w->transpose ? ODD_LAYER_CONV_TRANSPOSE : ODD_LAYER_CONV, set, more,
                            other, true));
done:
    return st;
}

static odd_status read_conv(odd_network *n, bool transpose)
{
    odd_status st;
    int64_t channels;
    window w = new_window(transpose);
    ODD_TRY(odd_words_count(n, "the number of channels", 1, &channels));
    ODD_TRY(read_window(n, &w, false));
    ODD_TRY(add_conv(n, &w, channels));
done:
    return st;
}

odd_status odd_network_conv(odd_network *n)
{
    return read_conv(n, false);
}

odd_status odd_network_conv_transpose(odd_network *n)
{
    return read_conv(n, true);
}

odd_status odd_network_depthwise(odd_network *n)
{
    odd_status st;
    window w = new_window(false);
    ODD_TRY(read_window(n, &w, false));
    w.set.group = odd_network_so_far(n)->shape[1];
    ODD_TRY(add_conv(n, &w, w.set.group));
done:
    return st;
}

static odd_status add_pool(odd_network *n, odd_layer_kind kind)
{
    odd_status st;
    window w = new_window(false);
    ODD_TRY(read_window(n, &w, true));
    if (w.same) pad_same(n, &w);
    ODD_TRY(odd_network_add(n, kind, &w.set, 0, NULL, true));
done:
    return st;
}

odd_status odd_network_max_pool(odd_network *n)
{
    return add_pool(n, ODD_LAYER_MAX_POOL);
}

odd_status odd_network_average_pool(odd_network *n)
{
    return add_pool(n, ODD_LAYER_AVERAGE_POOL);
}

/* Layers of a network by their words: one function a word, or only a row of the table where the
 * word is the layer. */
#include "nn/builder/network_internal.h"

#include "nn/graph/names_internal.h"
#include "oddlot/base/text.h"

#include <stdio.h>
#include <string.h>

static odd_status add_plain(odd_network *n, odd_layer_kind kind, bool last)
{
    const odd_layer_settings set = odd_layer_defaults();
    return odd_network_add(n, kind, &set, 0, NULL, last);
}

/* ---- Products ---- */

/* Flattens what is not flat. */
static odd_status add_product(odd_network *n, int64_t outputs, bool bias)
{
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st;
    int other[2], more;
    if (odd_network_so_far(n)->rank != 2) ODD_TRY(add_plain(n, ODD_LAYER_FLATTEN, false));
    int64_t inputs = odd_network_so_far(n)->shape[1];
    const int64_t shape[2] = {inputs, outputs};
    ODD_TRY(odd_initial_weights(n, 2, shape, (double)inputs, (double)outputs, &other[0]));
    ODD_TRY(odd_network_bias(n, bias, outputs, other, &more));
    ODD_TRY(odd_network_add(n, ODD_LAYER_GEMM, &set, more, other, true));
done:
    return st;
}

static odd_status dense(odd_network *n)
{
    odd_status st;
    bool bias = true;
    int64_t outputs;
    ODD_TRY(odd_words_count(n, "the number of outputs", 1, &outputs));
    if (odd_words_take(n, "no")) ODD_TRY(odd_network_no_bias(n, &bias));
    ODD_TRY(add_product(n, outputs, bias));
done:
    return st;
}

/* The first half of what a product makes: the means, and in training draws around them. */
static odd_status sample(odd_network *n)
{
    odd_layer_settings set = odd_layer_defaults();
    char moments[ODD_NETWORK_NAME + sizeof "_moments"];
    const char *name = n->name;
    int64_t values;
    odd_status st;
    ODD_TRY(odd_words_count(n, "the number of values", 1, &values));
    snprintf(moments, sizeof moments, "%s_moments", name);
    n->name = moments;
    ODD_TRY(add_product(n, 2 * values, true));
    n->name = name;
    set.axes = 2;
    set.list2[0] = 1; /* the batch */
    set.list2[1] = values;
    set.sample = true;
    ODD_TRY(odd_network_add(n, ODD_LAYER_SLICE, &set, 0, NULL, true));
done:
    return st;
}

/* ---- Activations, normalisations ---- */

static odd_status with_alpha(odd_network *n, odd_layer_kind kind, double alpha)
{
    odd_layer_settings set = odd_layer_defaults();
    odd_status st = ODD_OK;
    if (n->next < n->words) st = odd_words_real(n, "a slope", &alpha);
    set.alpha = (float)alpha;
    return st == ODD_OK ? odd_network_add(n, kind, &set, 0, NULL, true) : st;
}

static odd_status leaky_relu(odd_network *n)
{
    return with_alpha(n, ODD_LAYER_LEAKY_RELU, 0.01);
}

static odd_status elu(odd_network *n)
{
    return with_alpha(n, ODD_LAYER_ELU, 1);
}

/* x times sigmoid of x. */
static odd_status swish(odd_network *n)
{
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st;
    int x = n->at;
    ODD_TRY(add_plain(n, ODD_LAYER_SIGMOID, false));
    ODD_TRY(odd_network_add(n, ODD_LAYER_MUL, &set, 1, &x, true));
done:
    return st;
}

/* A layer with `count` constants whose shape is that of the first `rank` dimensions of an image. */
static odd_status with_constants(odd_network *n, odd_layer_kind kind, int rank, int count,
                                 const float initial[])
{
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st;
    int other[ODD_LAYER_INPUTS];
    int64_t shape[ODD_TENSOR_RANK];
    memcpy(shape, odd_network_so_far(n)->shape + 1, sizeof *shape * (size_t)rank);
    for (int i = 0; i < count; i++)
        ODD_TRY(odd_initial_constant(n, rank, shape, initial[i], &other[i]));
    ODD_TRY(odd_network_add(n, kind, &set, count, other, true));
done:
    return st;
}

static odd_status batch_norm(odd_network *n)
{
    static const float initial[4] = {1, 0, 0, 1}; /* scale, shift, mean, variance */
    return with_constants(n, ODD_LAYER_BATCH_NORM, 1, 4, initial);
}

static odd_status layer_norm(odd_network *n)
{
    static const float initial[2] = {1, 0}; /* scale, shift */
    return with_constants(n, ODD_LAYER_LAYER_NORM, odd_network_so_far(n)->rank - 1, 2, initial);
}

static odd_status drop(odd_network *n, bool whole)
{
    odd_layer_settings set = odd_layer_defaults();
    odd_status st;
    double share;
    ODD_TRY(odd_words_real(n, "the share that is dropped", &share));
    if (!(share >= 0 && share < 1)) return odd_words_fail(n, "share %g is not in 0 ... 1", share);
    set.value = (float)share;
    set.whole = whole;
    ODD_TRY(odd_network_add(n, ODD_LAYER_IDENTITY, &set, 0, NULL, true));
done:
    return st;
}

static odd_status dropout(odd_network *n)
{
    return drop(n, false);
}

static odd_status drop_path(odd_network *n)
{
    return drop(n, true);
}

static odd_status reshape(odd_network *n)
{
    odd_layer_settings set = odd_layer_defaults();
    odd_status st;
    int rank;
    ODD_TRY(odd_words_shape(n, ODD_TENSOR_RANK - 1, &rank, set.list + 1));
    set.list[0] = 1; /* the batch */
    set.axes = rank + 1;
    ODD_TRY(odd_network_add(n, ODD_LAYER_RESHAPE, &set, 0, NULL, true));
done:
    return st;
}

/* ---- Tensors by name ---- */

static odd_status find_named(odd_network *n, int *tensor)
{
    const char *name;
    odd_status st = odd_words_name(n, &name);
    if (st != ODD_OK) return st;
    *tensor = odd_names_find(n->g->names, name);
    if (*tensor >= 0) return ODD_OK;
    return odd_words_fail(n, "no item before it has the name '%s'", name);
}

static odd_status with_other(odd_network *n, odd_layer_kind kind)
{
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st;
    int other;
    ODD_TRY(find_named(n, &other));
    ODD_TRY(odd_network_add(n, kind, &set, 1, &other, true));
done:
    return st;
}

static odd_status add_named(odd_network *n)
{
    return with_other(n, ODD_LAYER_ADD);
}

static odd_status multiply_named(odd_network *n)
{
    return with_other(n, ODD_LAYER_MUL);
}

static odd_status concat_named(odd_network *n)
{
    return with_other(n, ODD_LAYER_CONCAT);
}

static odd_status from(odd_network *n)
{
    return find_named(n, &n->at);
}

/* The item before has given the name already. */
static odd_status as(odd_network *n)
{
    const char *name;
    if (n->item == 1) return odd_words_fail(n, "there is nothing before it that it could name");
    return odd_words_name(n, &name);
}

/* ---- The table ---- */

static const struct {
    const char *word, *form;
    odd_status (*add)(odd_network *n); /* NULL: a layer without settings */
    odd_layer_kind kind;
    odd_mirror mirror;
} table[] = {
    {"conv", "conv N KxK [stride N] [pad N|T,L,B,R|same] [dilation N] [groups N] [no bias]",
     odd_network_conv, 0, ODD_MIRROR_WINDOW},
    {"depthwise", "depthwise KxK [stride N] [pad N|T,L,B,R|same] [dilation N] [no bias]",
     odd_network_depthwise, 0, ODD_MIRROR_WINDOW},
    {"conv_transpose",
     "conv_transpose N KxK [stride N] [pad N|T,L,B,R|same] [output_pad N] [dilation N] [groups N] "
     "[no bias]",
     odd_network_conv_transpose, 0, ODD_MIRROR_WINDOW},
    {"dense", "dense N [no bias]", dense, 0, ODD_MIRROR_PRODUCT},
    {"sample", "sample N", sample, 0, ODD_MIRROR_PRODUCT},
    {"max_pool", "max_pool K [stride N] [pad N|T,L,B,R|same]", odd_network_max_pool, 0,
     ODD_MIRROR_WINDOW},
    {"average_pool", "average_pool K [stride N] [pad N|T,L,B,R|same]", odd_network_average_pool, 0,
     ODD_MIRROR_WINDOW},
    {"global_average_pool", "global_average_pool", NULL, ODD_LAYER_GLOBAL_AVERAGE_POOL,
     ODD_MIRROR_MAP},
    {"global_max_pool", "global_max_pool", NULL, ODD_LAYER_GLOBAL_MAX_POOL, ODD_MIRROR_MAP},
    {"relu", "relu", NULL, ODD_LAYER_RELU, ODD_MIRROR_ITSELF},
    {"leaky_relu", "leaky_relu [0.01]", leaky_relu, 0, ODD_MIRROR_ITSELF},
    {"elu", "elu [1]", elu, 0, ODD_MIRROR_ITSELF},
    {"sigmoid", "sigmoid", NULL, ODD_LAYER_SIGMOID, ODD_MIRROR_ITSELF},
    {"tanh", "tanh", NULL, ODD_LAYER_TANH, ODD_MIRROR_ITSELF},
    {"swish", "swish", swish, 0, ODD_MIRROR_ITSELF},
    {"hard_swish", "hard_swish", NULL, ODD_LAYER_HARD_SWISH, ODD_MIRROR_ITSELF},
    {"batch_norm", "batch_norm", batch_norm, 0, ODD_MIRROR_ITSELF},
    {"layer_norm", "layer_norm", layer_norm, 0, ODD_MIRROR_ITSELF},
    {"l2_norm", "l2_norm", NULL, ODD_LAYER_L2_NORM, ODD_MIRROR_NOTHING},
    {"dropout", "dropout 0.5", dropout, 0, ODD_MIRROR_NOTHING},
    {"drop_path", "drop_path 0.2", drop_path, 0, ODD_MIRROR_NOTHING},
    {"flatten", "flatten", NULL, ODD_LAYER_FLATTEN, ODD_MIRROR_SHAPE},
    {"reshape", "reshape 128x3x3", reshape, 0, ODD_MIRROR_SHAPE},
    {"as", "as NAME", as, 0, ODD_MIRROR_NOTHING},
    {"from", "from NAME", from, 0, ODD_MIRROR_REFUSED},
    {"add", "add NAME", add_named, 0, ODD_MIRROR_REFUSED},
    {"multiply", "multiply NAME", multiply_named, 0, ODD_MIRROR_REFUSED},
    {"concat", "concat NAME", concat_named, 0, ODD_MIRROR_REFUSED},
};
enum { ROWS = sizeof table / sizeof *table };

static odd_status no_such_word(const odd_network *n)
{
    odd_text known = ODD_TEXT_EMPTY;
    for (int i = 0; i < ROWS; i++)
        odd_text_format(&known, "%s%s", i > 0 ? ", " : "", table[i].word);
    odd_status st = odd_words_fail(n, "there is no layer '%s'; known are %s", n->word[0],
                                   odd_text_string(&known));
    odd_text_free(&known);
    return st;
}

odd_status odd_network_item(odd_network *n)
{
    odd_status st;
    int row = 0;
    while (row < ROWS && strcmp(n->word[0], table[row].word) != 0)
        row++;
    if (row == ROWS) return no_such_word(n);
    n->next = 1;
    n->form = table[row].form;
    n->mirror = table[row].mirror;
    ODD_TRY(table[row].add ? table[row].add(n) : odd_words_end(n));
    ODD_TRY(odd_words_end(n));
    if (!table[row].add) ODD_TRY(add_plain(n, table[row].kind, true));
done:
    return st;
}

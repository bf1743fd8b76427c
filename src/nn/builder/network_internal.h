/* network_internal: an item of a list of layers on its way into a graph. */
#ifndef ODDLOT_NN_NETWORK_INTERNAL_H
#define ODDLOT_NN_NETWORK_INTERNAL_H

#include "oddlot/nn/network.h"

/* Most words and letters of an item, and letters of the name that its result gets. */
enum { ODD_NETWORK_WORDS = 16, ODD_NETWORK_TEXT = 256, ODD_NETWORK_NAME = ODD_NETWORK_TEXT + 16 };

/* The values that a constant is to have. */
typedef struct {
    int tensor, item;
    bool drawn;
    double size; /* of what is drawn; else the value of all */
} odd_values_wanted;

/* What stands for an item in a decoder. */
typedef enum {
    ODD_MIRROR_ITSELF,  /* an activation or a normalisation: itself, between the same layers */
    ODD_MIRROR_WINDOW,  /* a window that moves the other way */
    ODD_MIRROR_MAP,     /* one place becomes a whole map */
    ODD_MIRROR_PRODUCT, /* a product that makes what this one read */
    ODD_MIRROR_SHAPE,   /* the shape before it */
    ODD_MIRROR_NOTHING, /* it is left out */
    ODD_MIRROR_REFUSED  /* a branch */
} odd_mirror;

/* A graph in the making and the item at work. */
typedef struct {
    odd_graph *g;
    odd_initial initial;
    uint64_t seed;
    odd_values_wanted *wanted; /* (constants), from realloc */
    int constants;
    int64_t values;              /* of all constants */
    int at;                      /* the tensor so far */
    int item;                    /* counted from 1 */
    const char *form;            /* how this item is written */
    odd_mirror mirror;           /* its kind of mirror */
    const char *name;            /* that its result gets */
    char text[ODD_NETWORK_TEXT]; /* its words, cut by 0 */
    int words, next;
    const char *word[ODD_NETWORK_WORDS];
} odd_network;

/* ---- network.c ---- */

/* Start a graph of a zeroed one; add an item, `next` (NULL: none) may name its result; free all,
 * also after a failure. */
odd_status odd_network_begin(odd_network *n, const char *name, int rank, const int64_t shape[]);
odd_status odd_network_next(odd_network *n, const char *item, const char *next);
void odd_network_end(odd_network *n);

/* ---- network_words.c ---- */

odd_status odd_words_split(odd_network *n, const char *item);
/* ODD_ARG with these words, and how the item is written. */
odd_status odd_words_fail(const odd_network *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* True if the next word is this one; it is taken. */
bool odd_words_take(odd_network *n, const char *word);
/* The next word: low ... 2^30; "5" or "5x3"; "2" or "1,1,2,2"; a number; numbers with x between
 * them; any word. `what` it is. */
odd_status odd_words_count(odd_network *n, const char *what, int64_t low, int64_t *value);
odd_status odd_words_pair(odd_network *n, const char *what, int64_t low, int64_t pair[2]);
odd_status odd_words_sides(odd_network *n, const char *what, int64_t side[4]);
odd_status odd_words_real(odd_network *n, const char *what, double *value);
odd_status odd_words_shape(odd_network *n, int most, int *rank, int64_t shape[]);
odd_status odd_words_name(odd_network *n, const char **name);
/* Nothing may be left. */
odd_status odd_words_end(odd_network *n);

/* ---- network_initial.c: constants before training, the next of the graph ---- */

/* They have their shapes now and their values after odd_initial_fill(), so that mistakes cost
 * nothing. ODD_ARG: too many values in all. */

/* Weights that make each value of `inputs` and spread each over `outputs`. */
odd_status odd_initial_weights(odd_network *n, int rank, const int64_t shape[], double inputs,
                               double outputs, int *tensor);
odd_status odd_initial_constant(odd_network *n, int rank, const int64_t shape[], float value,
                                int *tensor);

/* Give all constants their values. ODD_NOMEM, also if memory would not hold them. */
odd_status odd_initial_fill(odd_network *n);

/* ---- network_parts.c: what items are made of ---- */

const odd_tensor *odd_network_so_far(const odd_network *n);
/* A layer that reads the tensor so far and `more` others; `last` of the item: its result is named.
 */
odd_status odd_network_add(odd_network *n, odd_layer_kind kind, const odd_layer_settings *set,
                           int more, const int other[], bool last);
/* "no" is read: "bias" must follow. A bias of 0 behind the weights other[0], unless there is none.
 */
odd_status odd_network_no_bias(odd_network *n, bool *bias);
odd_status odd_network_bias(odd_network *n, bool bias, int64_t count, int other[2], int *more);

/* ---- network_layers.c ---- */

/* Add the layer of this item. */
odd_status odd_network_item(odd_network *n);

/* ---- network_windows.c: the items of these words ---- */

odd_status odd_network_conv(odd_network *n);
odd_status odd_network_conv_transpose(odd_network *n);
odd_status odd_network_depthwise(odd_network *n);
odd_status odd_network_max_pool(odd_network *n);
odd_status odd_network_average_pool(odd_network *n);

#endif

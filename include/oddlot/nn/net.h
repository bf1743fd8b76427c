/**
 * Net: a graph made ready to run on this CPU with oneDNN.
 *
 * Primitives are made once and kept; activations stay in the layouts that oneDNN's convolutions
 * choose, weights are reordered once; memory of tensors is reused when their last reader is done;
 * activations and sums are fused behind convolutions; 3x3 convolutions of large maps in float32 go
 * by Winograd's way. Images go through the network in small groups that fit the caches, through its
 * wide early layers fewer at a time, each group with one thread, which never waits for another.
 * Memory does not grow with the batch. The net has the threads: call from one thread at a time,
 * outside parallel regions. @local
 */
#ifndef ODDLOT_NN_NET_H
#define ODDLOT_NN_NET_H

#include "oddlot/nn/graph.h"

typedef enum {
    ODD_PRECISION_F32,
    ODD_PRECISION_BF16, /* convolutions and products in bfloat16, sums and depthwise convolutions
                           in float32; needs AVX-512 */
    ODD_PRECISION_AUTO  /* BF16 where the CPU has AMX, else F32 */
} odd_precision;

/* Images of a group at most, and less for a network of wide maps: a power of two. Products of
 * matrices want many rows, threads want many groups. */
enum { ODD_NET_GROUP = 16 };

/** What AUTO stands for on this CPU; any other wish is what it is. ODD_ARG where the CPU cannot do
 *  bfloat16. */
odd_status odd_precision_choose(odd_precision wish, odd_precision *precision);

typedef struct odd_net odd_net;

/** Make a net of a graph (copied and folded). Its outputs are those of the graph. ODD_ARG where
 *  the CPU cannot do bfloat16, ODD_NUMERIC (oneDNN does not start), ODD_NOMEM. */
odd_status odd_net_new(const odd_graph *graph, odd_precision precision, odd_net **out);
void odd_net_free(odd_net **net);

/** The precision in force: "float32" or "bfloat16"; static. */
const char *odd_net_precision(const odd_net *net);
bool odd_cpu_has_amx(void);

/** Bytes of activations and scratchpad while a batch of n images runs; the plans are made and
 *  kept. As odd_net_run(). */
odd_status odd_net_memory(odd_net *net, int64_t n, int64_t *bytes);

/**
 * Run: n images, input (n, C, H, W) float32; output[o] gets the o-th output, (n, ...) float32,
 * row-major. The first runs make the plans; later ones of no larger a batch allocate nothing. A
 * graph whose input is not batched takes n = 1.
 *
 * `number` (n) are the images' numbers in the catalogue, 0 or more and best rising without gaps;
 * NULL: 0 ... n - 1. An image's number decides its place in a group; places that have none are
 * filled up, at the cost of an image.
 *
 * Bits: an image of the same number gives the same bits, whatever else is in the batch, on any
 * number of threads and ranks of one kind of CPU. On AVX-512 they do not depend on the number
 * either (measured with oneDNN 2.6.3); on others, and between kinds of CPU, sums may be taken in
 * another order: expect 1e-5 of the largest value.
 *
 * @return ODD_OK, or ODD_ARG (n), ODD_FORMAT for what oneDNN cannot do, naming the layer,
 * ODD_NOMEM, ODD_NUMERIC (oneDNN's error, naming layer and primitive)
 */
odd_status odd_net_run(odd_net *net, int64_t n, const int64_t number[], const float input[],
                       float *const output[]);

/* CPU time of one kind of layer with what is fused behind it. */
typedef struct {
    odd_layer_kind
        kind;         /* Identity: element by element; ODD_LAYER_COUNT: outputs that are copied */
    const char *part; /* "convolution", "reorder"; static */
    double seconds;   /* of all threads */
    bool plain;       /* some of it by loops of oneDNN that are written for clarity, not speed */
} odd_net_share;

/** From now on the net keeps how long its operations take. */
void odd_net_watch(odd_net *net);
/** What it has kept, the longest first. *share: owned by the caller, odd_free(). ODD_NOMEM. */
odd_status odd_net_shares(const odd_net *net, odd_net_share **share, int *shares);

/** "oneDNN 2.6.3, avx512_core_bf16, 2 threads"; static. */
const char *odd_net_text(void);

#endif

/**
 * Net: a graph made ready to run on this CPU with oneDNN.
 *
 * Primitives are made once for each batch size and kept; activations stay in the layouts that
 * oneDNN's convolutions choose, weights are reordered once; memory of tensors is reused when their
 * last reader is done; activations and sums are fused behind convolutions; 3x3 convolutions of
 * large maps in float32 go by Winograd's way. Each thread runs images of its own through the whole
 * network, in parts that fit its caches, and never waits for another; what is left of a batch is
 * run by all threads together. Memory does not grow with the batch. The net has the threads: call
 * from one thread at a time, outside parallel regions. @local
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

typedef struct odd_net odd_net;

/** Make a net of a graph (copied and folded). Its outputs are those of the graph. ODD_ARG where
 *  the CPU cannot do bfloat16, ODD_NUMERIC (oneDNN does not start), ODD_NOMEM. */
odd_status odd_net_new(const odd_graph *graph, odd_precision precision, odd_net **out);
void odd_net_free(odd_net **net);

/** The precision in force: "float32" or "bfloat16"; static. */
const char *odd_net_precision(const odd_net *net);
bool odd_cpu_has_amx(void);

/** Bytes of activations and scratchpad while a batch of n images runs; the plan is made and kept.
 *  As odd_net_run(). */
odd_status odd_net_memory(odd_net *net, int64_t n, int64_t *bytes);

/**
 * Run: n images, input (n, C, H, W) float32; output[o] gets the o-th output, (n, ...) float32,
 * row-major. The first run of a batch size makes its plan; later ones allocate nothing. A graph
 * whose input is not batched takes n = 1.
 *
 * Bits: the same images in the same batch on as many threads give the same bits. On CPUs with
 * AVX-512, an image's result also does not depend on n, nor on the number of threads (measured with
 * oneDNN 2.6.3 on ResNet-50, MobileNet-v2, EfficientNet-B0 and wide dense layers in both
 * precisions; 1 to 6 images, 1 to 4 threads). Elsewhere, and between CPUs, sums may be taken in
 * another order: expect 1e-5 of the largest value.
 *
 * @return ODD_OK, or ODD_ARG (n), ODD_FORMAT for what oneDNN cannot do, naming the layer,
 * ODD_NOMEM, ODD_NUMERIC (oneDNN's error, naming layer and primitive)
 */
odd_status odd_net_run(odd_net *net, int64_t n, const float input[], float *const output[]);

/** "oneDNN 2.6.3, avx512_core_bf16, 2 threads"; static. */
const char *odd_net_text(void);

#endif

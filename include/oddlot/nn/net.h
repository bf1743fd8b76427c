/**
 * Net: a graph made ready to run on this CPU with oneDNN.
 *
 * Primitives are made once for each batch size and kept; activations stay in oneDNN's blocked
 * layouts between layers, weights are reordered once; memory of tensors is reused when their last
 * reader is done; activations and sums are fused behind convolutions. oneDNN has the threads: call
 * from one thread, outside parallel regions. @local
 */
#ifndef ODDLOT_NN_NET_H
#define ODDLOT_NN_NET_H

#include "oddlot/nn/graph.h"

typedef enum {
    ODD_PRECISION_F32,
    ODD_PRECISION_BF16, /* convolutions and products in bfloat16, sums in float32 */
    ODD_PRECISION_AUTO  /* BF16 where the CPU has AMX, else F32 */
} odd_precision;

typedef struct odd_net odd_net;

/** Make a net of a graph (copied and folded). Its outputs are those of the graph.
 *  ODD_FORMAT for what oneDNN cannot do, naming the layer; ODD_NOMEM. */
odd_status odd_net_new(const odd_graph *graph, odd_precision precision, odd_net **out);
void odd_net_free(odd_net **net);

/** The precision in force: "float32" or "bfloat16"; static. */
const char *odd_net_precision(const odd_net *net);
bool odd_cpu_has_amx(void);

/** Bytes of activations for a batch of n images; the plan is made and kept. */
odd_status odd_net_memory(odd_net *net, int64_t n, int64_t *bytes);

/**
 * Run: n images, input (n, C, H, W) float32; output[o] gets the o-th output, (n, ...) float32,
 * row-major. Rows of the result do not depend on n beyond rounding of float32 sums in another
 * order; where bits must not depend on the batch, use one batch size (pad the last batch). ODD_ARG,
 * ODD_NOMEM, ODD_NUMERIC (oneDNN's error).
 */
odd_status odd_net_run(odd_net *net, int64_t n, const float input[], float *const output[]);

/** "oneDNN 2.6.3, avx512_core_bf16, 2 threads"; static. */
const char *odd_net_text(void);

#endif

/**
 * For tests of nets: graphs made in a few words, and a net held against the plain evaluator.
 */
#ifndef ODDLOT_TEST_NET_CHECK_H
#define ODDLOT_TEST_NET_CHECK_H

#include "oddlot/nn/net.h"

/* A graph in the making; the first failure is kept. */
typedef struct {
    odd_graph *g;
    uint64_t seed, draws; /* of its random constants */
    odd_status st;
} net_maker;

/** A graph whose input is (1, C, H, W), or of another shape. */
net_maker net_start(uint64_t seed, int64_t channels, int64_t rows, int64_t columns);
net_maker net_start_shape(uint64_t seed, int rank, const int64_t shape[]);

/** A constant of random normal values times `scale` plus `shift`; one number. Their tensors. */
int net_constant(net_maker *m, int rank, const int64_t shape[], float scale, float shift);
int net_number(net_maker *m, float value);

/** A layer of one or two inputs; the settings where NULL are the defaults. The tensor made. */
int net_layer(net_maker *m, odd_layer_kind kind, const odd_layer_settings *set, int a);
int net_layer2(net_maker *m, odd_layer_kind kind, const odd_layer_settings *set, int a, int b);
/** Conv with random weights (O, C / G, rows, columns) of the settings' kernel and a bias. */
int net_conv(net_maker *m, const odd_layer_settings *set, int a, int64_t outputs);
int net_conv_transpose(net_maker *m, const odd_layer_settings *set, int a, int64_t outputs);
int net_batch_norm(net_maker *m, int a);
/** Gemm with random weights and bias. */
int net_gemm(net_maker *m, int a, int64_t outputs);

odd_layer_settings net_window(int64_t kernel, int64_t stride, int64_t pad);
void net_output(net_maker *m, int tensor);

/** Uniform in 0 ... n - 1 from the maker's seed. */
int64_t net_draw(net_maker *m, int64_t n);

/** Run the graph for 3, 1 and 9 images on one net and by the plain evaluator: the largest
 *  difference over the largest value (over 1 if that is smaller), of all outputs; negative if
 *  something failed, and then it is printed. */
double net_difference(const odd_graph *g, odd_precision precision);

/** Assert that it is at most `tolerance`, and free the graph. */
void net_check(net_maker *m, const char *what, odd_precision precision, double tolerance);

/** Assert that the bits of an image depend on its number alone: not on the others of its batch nor
 *  on the threads; and free the graph. */
void net_check_numbers(net_maker *m, odd_precision precision);

/** Assert that a graph of one output, written to a file, is taken by the checker of python3-onnx
 *  (skipped, and told, where that is not installed), and that read back it gives the same bits by
 *  the plain evaluator. */
void net_check_export(const odd_graph *g, int64_t n, const float images[]);

#endif

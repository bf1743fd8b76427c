/**
 * train_internal: what learns in a graph, the steps of training, and the tape: forward and backward
 * of one shard as one list of operations.
 */
#ifndef ODDLOT_NN_TRAIN_INTERNAL_H
#define ODDLOT_NN_TRAIN_INTERNAL_H

#include "nn/exec/plan_internal.h"
#include "oddlot/nn/train.h"

/* ---- train_parameters.c: a place in the flat vectors for each tensor that learns ---- */

typedef struct {
    int tensor;
    int64_t offset, count; /* values; offsets are multiples of a cache line, gaps stay 0 */
    bool decays;           /* a weight, no bias or scale */
} odd_slot;

typedef struct {
    odd_slot *slot; /* first those that learn, then the running averages of batch norms */
    int slots, learnt_slots;
    int *of_tensor;   /* (tensors) its slot; -1: it does not change */
    int64_t learnt;   /* values that learn */
    int64_t averaged; /* with the averages */
    int64_t length;   /* with the centers */
    float *value;     /* (length) as they are now */
    uint64_t version; /* raised when they change */
} odd_parameters;

/* With room for so many values of centers, 0 in all. */
odd_status odd_parameters_new(const odd_graph *g, int64_t centers, odd_parameters *out);
void odd_parameters_free(odd_parameters *p); /* frees and empties */

/* ---- train_steps.c: layers that the losses need, activations behind the layer before ---- */

/* Free with odd_program_free(). */
odd_status odd_train_steps(const odd_graph *g, int losses, const odd_loss loss[], odd_program *out);

/* ---- train_center.c: centers, behind the averages in the flat vectors ---- */

/* There: centers (classes, values), in vectors of shards the sum of center - x; then (classes), the
 * images of each in vectors of shards, else 0. */
typedef struct {
    int64_t classes, values; /* 0: there are none */
    double rate;
} odd_centers;

/* Those of an objective; ODD_ARG. */
odd_status odd_centers_of(const odd_graph *g, int losses, const odd_loss loss[],
                          const odd_center_options *options, odd_centers *out);
/* Values that they take in a vector. */
int64_t odd_centers_length(const odd_centers *c);
/* Of n images x (n, values) of these classes: add their losses' sum over images of weight x loss to
 * *loss, set gradient (n, values) to that by x of `share` as much, and add what moves the centers
 * to their part of a vector. weight: NULL or (n). */
void odd_centers_loss(const odd_centers *c, const float center[], int64_t n, const float x[],
                      const int32_t label[], const float weight[], double share, double *loss,
                      float gradient[], float vector[]);
/* By the summed part of a whole batch. */
void odd_centers_move(const odd_centers *c, const double sum[], float center[]);

/* ---- Everything about a training that does not change while it runs ---- */

typedef struct {
    odd_graph *graph;
    odd_program program;
    odd_parameters parameters;
    int losses;
    odd_loss loss[ODD_LOSSES];
    double smoothing;
    odd_centers centers;
    uint64_t seed;
    dnnl_data_type_t products; /* type of what convolutions and products read */
    bool draws;                /* there is a dropout or a sample: images need numbers */
    bool *wants;               /* (tensors) something that learns is behind it */
    int64_t *final;            /* (steps) once backward has left it: where the final values begin */
    odd_weights weights;       /* constants that stay, with engine and stream */
} odd_train_setup;

/* ---- train_tape.c ---- */

/* ---- train_watch.c: what of the vectors of all shards is final ---- */

/* Threads note where the final values of their shards begin; the first one calls notify(). */
typedef struct {
    void (*notify)(void *context, int64_t first); /* NULL: not called */
    void *context;
    int threads;
    _Atomic int64_t *final; /* (threads) of the shard at work; 0: none */
    _Atomic int waiting;    /* shards that no thread has begun */
} odd_watch;

/* Grow for more threads. */
odd_status odd_watch_reserve(odd_watch *w, int threads);
void odd_watch_free(odd_watch *w);
void odd_watch_start(odd_watch *w, int shards);
void odd_watch_begin_shard(odd_watch *w, int thread, int64_t length);
void odd_watch_end_shard(odd_watch *w, int thread);

/* training->final from slots and steps. */
odd_status odd_train_finals(odd_train_setup *t);

/* The shard that a tape works on; its own loops find it through their settings. */
typedef struct {
    const odd_shard *shard;
    float *vector;
    int64_t batch; /* images of the whole batch */
    uint64_t seed;
    int64_t step;
    odd_watch *watch;
    int thread;
    odd_tally tally;
} odd_work;

typedef struct {
    odd_plan *plan;
    odd_work work;
    dnnl_stream_t stream;
    float **target;   /* (slots) where each goes in this run */
    bool *filled;     /* (slots) some operation fills it */
    uint64_t used_at; /* when it ran last */
    uint64_t copied;  /* version of the parameters that its copies are of; 0: none */
} odd_tape;

/* For n images. ODD_FORMAT naming a layer that cannot be trained. */
odd_status odd_tape_new(odd_train_setup *t, int64_t n, odd_tape **out);
void odd_tape_free(odd_tape **tape);
/* One shard on this thread: vector (length) filled, work.tally set. `work` says all but the seed
 * and the vector. */
odd_status odd_tape_run(const odd_train_setup *t, odd_tape *tape, const odd_work *work,
                        float vector[]);

/* ---- For the layers: a tape in the making ---- */

enum { ODD_KEPT = 4 };

/* What a step's forward leaves for its backward. */
typedef struct {
    dnnl_primitive_desc_t forward; /* hint for the backward primitive; NULL: none */
    int value[ODD_KEPT];
} odd_kept;

typedef struct {
    odd_planner p;
    const odd_train_setup *training;
    odd_tape *tape;
    int *gradient;  /* (tensors) value: of the loss by this tensor, so far; -1: none */
    int *slot;      /* (slots) value: where it goes in the vector; -1: none yet */
    odd_kept *kept; /* (steps) */
} odd_maker;

/* backward.c: the table; forward and backward of a step. */
odd_status odd_step_forward(odd_maker *m, const odd_step *step);
odd_status odd_step_backward(odd_maker *m, const odd_step *step);
/* True if this kind has a backward. */
bool odd_layer_trains(odd_layer_kind kind);

/* backward_maker.c: where gradients go. */

/* True if the gradient by this tensor is needed (false for -1). */
bool odd_maker_wants(const odd_maker *m, int tensor);
/* One more contribution to the gradient by a computed tensor. */
odd_status odd_maker_add(odd_maker *m, int tensor, int value);
/* The gradient by the step's output, in this layout; in row-major order. */
odd_status odd_maker_output(odd_maker *m, const odd_step *step, const odd_desc *desc, int *value);
odd_status odd_maker_output_plain(odd_maker *m, const odd_step *step, int *value);
/* The place in the vector of a tensor that has one, as this layout; some operation must fill it. */
odd_status odd_maker_slot(odd_maker *m, int tensor, const odd_desc *desc, int *value);
/* The gradient by any tensor that wants it: odd_maker_add(), or odd_maker_learn() row-major. */
odd_status odd_maker_give(odd_maker *m, int tensor, int value);
/* The gradient by a tensor that learns stands in `value`, laid out as `place` says it lies in the
 * graph: it goes to the vector, behind or on top of what is there. */
odd_status odd_maker_learn(odd_maker *m, int tensor, const odd_desc *place, int value);
/* Where the primitive may write it at once: the vector itself, if that has this layout and nobody
 * else writes there, or a new value. Then odd_maker_learn(). */
odd_status odd_maker_learn_place(odd_maker *m, int tensor, const odd_desc *place,
                                 const odd_desc *desc, int *value);
/* The same two for scales and shifts, whatever their shape in the graph: rows, as arguments. */
odd_status odd_maker_row_place(odd_maker *m, int tensor, int arg, odd_argument *a);
odd_status odd_maker_learn_row(odd_maker *m, int tensor, int value);
/* Inputs in the layouts that a primitive wants, as arguments. */
odd_status odd_maker_argument(odd_maker *m, const_dnnl_primitive_desc_t pd, int arg, int value,
                              odd_argument *argument);
/* A new value in the layout that a primitive gives, as an argument. */
odd_status odd_maker_result(odd_maker *m, const_dnnl_primitive_desc_t pd, int arg,
                            odd_argument *argument);

/* train_watch.c: an operation that notes what is final behind the backward of this step. */
odd_status odd_train_note_final(odd_maker *m);
/* backward_conv.c: also the transpose */
odd_status odd_back_conv(odd_maker *m, const odd_step *step);
/* backward_depthwise.c: the gradient by weights, which lie as `place`, and bias. */
bool odd_depthwise_suits(const odd_maker *m, const odd_step *step, const odd_desc *place);
odd_status odd_back_depthwise(odd_maker *m, const odd_step *step, const odd_window *w,
                              const odd_desc *place);
/* backward_product.c */
odd_status odd_back_gemm(odd_maker *m, const odd_step *step);
odd_status odd_back_matmul(odd_maker *m, const odd_step *step);
/* backward_pool.c */
odd_status odd_train_pool(odd_maker *m, const odd_step *step);
odd_status odd_back_pool(odd_maker *m, const odd_step *step);
/* backward_point.c */
odd_status odd_train_point(odd_maker *m, const odd_step *step);
odd_status odd_back_point(odd_maker *m, const odd_step *step);
odd_status odd_back_posts(odd_maker *m, const odd_step *step); /* fused behind another layer */
odd_status odd_train_drop(odd_maker *m, const odd_step *step);
odd_status odd_back_drop(odd_maker *m, const odd_step *step);
/* batch_moments.c: mean and variance (channels) of a value (images, channels, ...), in double. */
odd_status odd_train_moments(odd_maker *m, int value, int mean, int variance);
/* backward_batch_norm.c */
odd_status odd_train_batch_norm(odd_maker *m, const odd_step *step);
odd_status odd_back_batch_norm(odd_maker *m, const odd_step *step);
/* backward_norm.c */
odd_status odd_train_layer_norm(odd_maker *m, const odd_step *step);
odd_status odd_back_layer_norm(odd_maker *m, const odd_step *step);
odd_status odd_back_l2_norm(odd_maker *m, const odd_step *step);
odd_status odd_back_softmax(odd_maker *m, const odd_step *step);
/* backward_pair.c */
odd_status odd_back_sum(odd_maker *m, const odd_step *step);
odd_status odd_back_multiply(odd_maker *m, const odd_step *step);
/* backward_move.c */
odd_status odd_back_view(odd_maker *m, const odd_step *step);
odd_status odd_back_transpose(odd_maker *m, const odd_step *step);
odd_status odd_back_concat(odd_maker *m, const odd_step *step);
odd_status odd_back_pad(odd_maker *m, const odd_step *step);
/* backward_sample.c */
odd_status odd_train_slice(odd_maker *m, const odd_step *step);
odd_status odd_back_slice(odd_maker *m, const odd_step *step);

/* train_loss.c */
/* The loss number `term` as an operation: adds to the tally, starts the gradient. */
odd_status odd_train_loss(odd_maker *m, int term);
/* ODD_ARG for a missing target and for a label that is none of the classes: for CROSS_ENTROPY
 * `values`, for CENTER `classes`. */
odd_status odd_target_check(odd_loss_kind kind, int64_t images, int64_t values, int64_t classes,
                            const odd_target *target);

#endif

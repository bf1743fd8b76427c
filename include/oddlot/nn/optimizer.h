/**
 * Optimizer: how weights move along the gradient, and how fast at each step.
 *
 * Methods: stochastic gradient descent with momentum (Nesterov's if asked; Sutskever, Martens, Dahl
 * and Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013), Adam
 * (Kingma and Ba, ICLR 2015) and AdamW (Loshchilov and Hutter, "Decoupled weight decay
 * regularization", ICLR 2019), each as PyTorch computes it. @local
 */
#ifndef ODDLOT_NN_OPTIMIZER_H
#define ODDLOT_NN_OPTIMIZER_H

#include "oddlot/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum { ODD_OPTIMIZER_SGD, ODD_OPTIMIZER_ADAM, ODD_OPTIMIZER_ADAMW } odd_optimizer_kind;

typedef struct {
    odd_optimizer_kind kind;
    double momentum;     /* SGD: 0 ... < 1 */
    bool nesterov;       /* SGD: look ahead; needs momentum */
    double beta1, beta2; /* ADAM, ADAMW: 0 ... < 1 */
    double epsilon;      /* ADAM, ADAMW: > 0 */
    double weight_decay; /* of weights with two dimensions or more: not of biases and scales. Added
                            to the gradient; AdamW takes it from the weights. >= 0 */
    double clip;         /* largest length of the gradient, longer ones are scaled; 0: any */
} odd_optimizer;

/** Momentum 0.9, betas 0.9 and 0.999, epsilon 1e-8, no Nesterov, decay and clipping. */
odd_optimizer odd_optimizer_defaults(odd_optimizer_kind kind);
/** ODD_ARG naming the setting that is out of range. */
odd_status odd_optimizer_check(const odd_optimizer *o);
/** "sgd", "adam", "adamw"; static. Of a name: ODD_ARG telling what is known. */
const char *odd_optimizer_name(odd_optimizer_kind kind);
odd_status odd_optimizer_find(const char *name, odd_optimizer_kind *kind);

typedef enum {
    ODD_SCHEDULE_CONSTANT,
    ODD_SCHEDULE_COSINE, /* falls from `rate` to `last_rate` along half a cosine, ends at `steps` */
    ODD_SCHEDULE_STEP    /* times `factor` after every `every` steps */
} odd_schedule_kind;

typedef struct {
    odd_schedule_kind kind;
    double rate;      /* learning rate; > 0 */
    int64_t warm_up;  /* first steps, in which the rate rises linearly from rate / warm_up; >= 0 */
    int64_t steps;    /* COSINE: of the whole training, warm-up included */
    double last_rate; /* COSINE: at the end and after it; 0 ... rate */
    int64_t every;    /* STEP: >= 1 */
    double factor;    /* STEP: 0 < factor <= 1 */
} odd_schedule;

/** ODD_ARG naming the setting that is out of range. */
odd_status odd_schedule_check(const odd_schedule *s);
/** The learning rate of a step, counted from 0. */
double odd_schedule_rate(const odd_schedule *s, int64_t step);
/** "constant", "cosine" or "step"; of another name ODD_ARG telling what is known. */
odd_status odd_schedule_find(const char *name, odd_schedule_kind *kind);

#endif

/* trainer_internal: the trainer, shared by its steps, its shards and its state. */
#ifndef ODDLOT_NN_TRAINER_INTERNAL_H
#define ODDLOT_NN_TRAINER_INTERNAL_H

#include "nn/train/optimizer_internal.h"
#include "nn/train/train_internal.h"

enum { ODD_MOMENTS = 2 };
enum { ODD_TAPES = 4 };         /* sizes of shards that a thread keeps: full ones and the last */
enum { ODD_NORM_BLOCK = 4096 }; /* values whose squares are summed at a time */

struct odd_trainer {
    odd_train_setup training;
    odd_train_options options;
    int threads;
    odd_tape **tape; /* (threads, ODD_TAPES) */
    odd_watch watch;
    float *moment[ODD_MOMENTS]; /* (learnt); NULL: the optimizer has none */
    double *partial;            /* (blocks) of the gradient's length */
    int64_t step;               /* done */
    double norm;
};

#endif

/**
 * Coder: the auto-encoder of a job. train.network is the encoder down to the code, the decoder
 * behind it is given or mirrors it; images are scaled to 0 ... 1.
 */
#ifndef ODDLOT_STAGE_TRAIN_CODER_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_CODER_INTERNAL_H

#include "stage/train/training_internal.h"

#define ODD_ENCODER_FILE "networks/encoder.onnx"

/* Section `train.autoencoder`. */
typedef struct {
    odd_list decoder;
    char *loss, *keep;
    double kl;     /* weight of the divergence of codes; the variance of a pixel */
    int64_t draws; /* of a code, for a likelihood */
    bool restore;  /* augmented images are to be given back as they were */
} odd_coder_options;

/** The whole of it before training, for images of shape (channels, height, width), whose output has
 *  the shape of the images. @local; ODD_USAGE, ODD_NOMEM. */
odd_status odd_coder_new(const odd_job *job, const int64_t shape[3], odd_graph **out);
/** The encoder alone, whose output is the code. @local; the same. */
odd_status odd_coder_encoder(const odd_job *job, const int64_t shape[3], odd_graph **out);

/** Is its code variational: does the encoder end in `sample N`? @local */
bool odd_coder_is_variational(const odd_job *job);
/** ODD_USAGE where a code is drawn elsewhere than at the end of the encoder, or has two names.
 * @local */
odd_status odd_coder_check(const odd_job *job);

/** The loss of its output, as the job says. @local */
odd_loss odd_coder_loss(const odd_job *job, const odd_graph *graph);
/** Fill all terms of the objective, that loss first; returns the count. @local */
int odd_coder_losses(const odd_job *job, const odd_graph *graph, odd_loss loss[ODD_LOSSES]);

/** From a trained one: the encoder, down to the code. @local; ODD_NOMEM */
odd_status odd_coder_cut(const odd_job *job, const odd_graph *graph, odd_graph **encoder);
/** From a trained variational one: from images to the moments of codes, and from codes to the
 *  output that has the loss. @local; ODD_NOMEM */
odd_status odd_coder_halves(const odd_job *job, const odd_graph *graph, odd_graph **encoder,
                            odd_graph **decoder);
/** From a trained one: what gives images back, levels 0 ... 1. @local; ODD_NOMEM */
odd_status odd_coder_whole(const odd_job *job, const odd_graph *graph, odd_graph **whole);

/** Notes that a network which is written should have: how its images were made. @local; ODD_NOMEM
 */
odd_status odd_coder_note(const odd_job *job, odd_graph *graph);

/* -- coder_likelihood.c -- */

/** The logarithm of the likelihood of images under a trained variational one, a mean over draws of
 *  their codes: value (count), the same bits on any number of ranks. @collective */
odd_status odd_coder_likelihood(odd_training *t, const odd_graph *graph, int64_t count,
                                const int64_t row[], double value[]);

#endif

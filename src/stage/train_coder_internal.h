/**
 * Coder: the auto-encoder of a job. train.network is the encoder down to the code, the decoder
 * behind it is given or mirrors it; images are scaled to 0 ... 1.
 */
#ifndef ODDLOT_STAGE_TRAIN_CODER_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_CODER_INTERNAL_H

#include "training_internal.h"

#define ODD_ENCODER_FILE "networks/encoder.onnx"

/* Section `train.autoencoder`. */
typedef struct {
    odd_list decoder;
    char *loss, *keep;
} odd_coder_options;

/** The whole of it before training, for images of shape (channels, height, width), whose output has
 *  the shape of the images. @local; ODD_USAGE, ODD_NOMEM. */
odd_status odd_coder_new(const odd_job *job, const int64_t shape[3], odd_graph **out);
/** The encoder alone, whose output is the code. @local; the same. */
odd_status odd_coder_encoder(const odd_job *job, const int64_t shape[3], odd_graph **out);

/** Its loss, as the job says. @local */
odd_loss odd_coder_loss(const odd_job *job, const odd_graph *graph);

/** From a trained one: the encoder, down to the code. @local; ODD_NOMEM */
odd_status odd_coder_cut(const odd_job *job, const odd_graph *graph, odd_graph **encoder);
/** From a trained one: what gives images back, levels 0 ... 1. @local; ODD_NOMEM */
odd_status odd_coder_whole(const odd_job *job, const odd_graph *graph, odd_graph **whole);

/** Notes that a network which is written should have: how its images were made. @local; ODD_NOMEM
 */
odd_status odd_coder_note(const odd_job *job, odd_graph *graph);

#endif

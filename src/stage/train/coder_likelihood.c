/* Likelihood of images under a variational auto-encoder: the reconstruction probability of An and
 * Cho, "Variational autoencoder based anomaly detection using reconstruction probability", SNU Data
 * Mining Center, 2015. The code of an image is drawn some times, and the logarithms of the
 * likelihood of the image given each draw are averaged. */
#include "stage/train/coder_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/net.h"
#include "oddlot/par/agree.h"

#include <math.h>

typedef struct {
    odd_training *t;
    odd_loss loss; /* of the decoder's output */
    double variance;
    int64_t draws, values, code; /* draws; values of an image and of a code */
    odd_net *encoder, *decoder;
    odd_train_batch batch;
    float *moments, *drawn, *back; /* (ODD_CHUNK, 2 code), (.., code), (.., values) */
} estimator;

static odd_status open_networks(estimator *r, const odd_graph *graph)
{
    const odd_job *job = r->t->run->job;
    odd_graph *encoder = NULL, *decoder = NULL;
    odd_status st;
    ODD_TRY(odd_coder_halves(job, graph, &encoder, &decoder));
    r->loss = odd_coder_loss(job, decoder);
    r->code = odd_tensor_values(&decoder->tensor[decoder->input]);
    ODD_TRY(odd_net_new(encoder, ODD_PRECISION_F32, &r->encoder));
    ODD_TRY(odd_net_new(decoder, ODD_PRECISION_F32, &r->decoder));
done:
    odd_graph_free(&encoder);
    odd_graph_free(&decoder);
    return st;
}

static odd_status estimator_open(estimator *r, const odd_graph *graph)
{
    const odd_coder_options *o = odd_job_section(r->t->run->job, "train.autoencoder");
    odd_status st;
    r->variance = o->kl;
    r->draws = o->draws;
    r->values = r->t->images.bytes;
    ODD_TRY(open_networks(r, graph));
    ODD_TRY(odd_train_batch_new(&r->t->images, ODD_CHUNK, &r->batch));
    ODD_TRY(ODD_NEW(r->moments, ODD_CHUNK * 2 * r->code));
    ODD_TRY(ODD_NEW(r->drawn, ODD_CHUNK * r->code));
    ODD_TRY(ODD_NEW(r->back, ODD_CHUNK * r->values));
done:
    return st;
}

static void estimator_close(estimator *r)
{
    odd_net_free(&r->encoder);
    odd_net_free(&r->decoder);
    odd_train_batch_free(&r->batch);
    odd_free(r->moments);
    odd_free(r->drawn);
    odd_free(r->back);
}

/* Of an image whose mean loss over its pixels is known: Bernoulli, or Gaussian of one variance. */
static double log_likelihood(const estimator *r, double loss)
{
    const double n = (double)r->values;
    if (r->loss.kind == ODD_LOSS_BINARY) return -n * loss;
    return -n / 2 * (log(2 * M_PI * r->variance) + loss / r->variance);
}

/* Add one draw of the codes of a chunk. */
static odd_status add_draw(estimator *r, uint64_t draw, int64_t count, const int64_t row[],
                           double value[])
{
    const uint64_t seed = (uint64_t)r->t->run->options->seed;
    float *const output[] = {r->back};
    odd_tally tally;
    odd_status st;
    odd_sample_codes(seed, draw, count, row, r->code, r->moments, r->drawn);
    ODD_TRY(odd_net_run(r->decoder, count, NULL, r->drawn, output));
    for (int64_t i = 0; i < count; i++) {
        const odd_target target = {.value = r->batch.input + i * r->values};
        ODD_TRY(odd_loss_tally(r->loss.kind, 1, r->values, r->back + i * r->values, &target, NULL,
                               &tally));
        value[i] += log_likelihood(r, tally.loss) / (double)r->draws;
    }
done:
    return st;
}

static odd_status estimate_chunk(void *context, int64_t count, const int64_t row[], double value[])
{
    estimator *r = context;
    float *const output[] = {r->moments};
    odd_status st;
    ODD_TRY(odd_train_batch_load(&r->t->images, NULL, count, row, 0, &r->batch));
    ODD_TRY(odd_net_run(r->encoder, count, NULL, r->batch.input, output));
    for (int64_t draw = 0; draw < r->draws; draw++)
        ODD_TRY(add_draw(r, (uint64_t)draw, count, row, value));
done:
    return st;
}

odd_status odd_coder_likelihood(odd_training *t, const odd_graph *graph, int64_t count,
                                const int64_t row[], double value[])
{
    estimator r = {.t = t};
    odd_status st;
    ODD_TRY_ALL(t->comm, estimator_open(&r, graph));
    ODD_TRY(odd_train_chunks(t->comm, count, row, 1, estimate_chunk, &r, value));
done:
    estimator_close(&r);
    return st;
}

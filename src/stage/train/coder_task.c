/* Task autoencoder: one network learns to give back the images of the catalogue through a short
 * code. What it cannot give back is odd; the code is a feature (features.source: trained). */
#include "oddlot/run/columns.h"
#include "stage/train/coder_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/eval/mean.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const losses_known[] = {"squared", "binary", NULL};
static const char *const kept_known[] = {"last", "best", NULL};

static const odd_option table[] = {
    ODD_LIST(odd_coder_options, decoder, "[]",
             "layers from the code back to an image, such as ['dense 784', 'reshape 1x28x28']; []: "
             "the mirror of train.network"),
    ODD_CHOICE(odd_coder_options, loss, "squared", losses_known,
               "squared: of levels from 0 to 1, mean over pixels; binary: cross-entropy of each "
               "level as a probability, with a sigmoid behind the decoder"),
    ODD_CHOICE(odd_coder_options, keep, "last", kept_known,
               "the network of which epoch: the last, or the one of least loss while it learnt; "
               "patience keeps the best too"),
    ODD_REAL(odd_coder_options, kl, "1", 1e-9, 1e9,
             "where the network ends in `sample N` (a variational code): weight of the divergence "
             "of codes from the normal distribution; with loss squared the variance of a pixel, "
             "such as 0.01"),
    ODD_INT(odd_coder_options, draws, "10", 1, 10000,
            "of the variational code of an image, for its reconstruction probability"),
    ODD_BOOL(odd_coder_options, restore, "false",
             "images that train.augment changes are to be given back as they were (a denoising "
             "auto-encoder), so that codes tell less of such changes"),
    ODD_OPTIONS_END,
};

static const odd_part settings = {"autoencoder",
                                  "An auto-encoder, of which train.network is the encoder", table,
                                  sizeof(odd_coder_options)};

static const odd_coder_options *options_of(const odd_job *job)
{
    return odd_part_options(job, "train", settings.name);
}

/* -- before training -- */

static int64_t networks(const odd_training_options *options)
{
    (void)options;
    return 1;
}

static odd_status network(const odd_job *job, int64_t number, const int64_t shape[3],
                          odd_graph **out)
{
    (void)number;
    odd_status st;
    ODD_TRY(odd_coder_new(job, shape, out));
    ODD_TRY(odd_coder_note(job, *out));
done:
    return st;
}

static int monitor(const odd_job *job)
{
    const odd_training_options *train = odd_job_section(job, "train");
    const bool best = train->patience > 0 || strcmp(options_of(job)->keep, "best") == 0;
    return best ? ODD_CURVE_TRAINING_LOSS : -1;
}

/* The task's own state in a training. */
typedef struct {
    double *error;      /* (n) mean squared error of a pixel; NaN: not readable */
    double *likelihood; /* (n) where it is variational: the logarithm; NULL: it is not */
} coder_result;

static odd_status begin(odd_training *t)
{
    const int64_t n = t->images.n;
    coder_result *r = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(r, 1));
    t->state = r;
    ODD_TRY(ODD_NEW(r->error, n));
    if (odd_coder_is_variational(t->run->job)) ODD_TRY(ODD_NEW(r->likelihood, n));
    for (int64_t i = 0; i < n; i++)
        r->error[i] = NAN;
    for (int64_t i = 0; r->likelihood && i < n; i++)
        r->likelihood[i] = NAN;
done:
    return st;
}

static void end(odd_training *t)
{
    coder_result *r = t->state;
    if (!r) return;
    odd_free(r->error);
    odd_free(r->likelihood);
    odd_free(r);
    t->state = NULL;
}

/* -- while it learns -- */

static odd_train_split split(const odd_training *t, int64_t number, int64_t row)
{
    (void)number;
    return t->images.held_out[row] ? ODD_SPLIT_HELD_OUT : ODD_SPLIT_TRAINING;
}

static odd_status reserve(const odd_training *t, odd_train_batch *batch)
{
    return options_of(t->run->job)->restore ? odd_train_batch_keep_clean(&t->images, batch)
                                            : ODD_OK;
}

/* The images themselves: the clean ones where they are kept. */
static void set_targets(const odd_train_batch *batch, const odd_train_images *images, int64_t at,
                        odd_target target[ODD_LOSSES])
{
    const float *back = batch->clean ? batch->clean : batch->input;
    target[0].value = back + at * images->bytes;
}

static odd_status evaluate(odd_training *t, int64_t number, int64_t epoch, const odd_graph *graph,
                           const odd_train_rows part[ODD_SPLITS])
{
    const odd_train_rows *held = &part[ODD_SPLIT_HELD_OUT];
    const double seen = odd_train_curve(&t->curves, ODD_CURVE_TRAINING_LOSS, number)[epoch];
    double *loss = &odd_train_curve(&t->curves, ODD_CURVE_HELD_OUT_LOSS, number)[epoch],
           *each = NULL;
    odd_loss term[ODD_LOSSES];
    const int terms = odd_coder_losses(t->run->job, graph, term);
    odd_status st = ODD_OK;
    if (held->count == 0) goto done;
    ODD_TRY_ALL(t->comm, ODD_NEW(each, held->count));
    ODD_TRY(odd_train_objective(t, graph, terms, term, held->count, held->row, each));
    *loss = odd_mean_of(held->count, each).mean;
done:
    if (st == ODD_OK && held->count == 0)
        odd_log(ODD_LOG_INFO, "train: epoch %lld: loss %.6f", (long long)epoch + 1, seen);
    else if (st == ODD_OK)
        odd_log(ODD_LOG_INFO, "train: epoch %lld: loss %.6f seen, %.6f held out",
                (long long)epoch + 1, seen, *loss);
    odd_free(each);
    return st;
}

/* -- results -- */

/* @local: rank 0 */
static odd_status write_networks(const odd_training *t, const odd_graph *graph,
                                 const odd_graph *whole)
{
    odd_graph *encoder = NULL;
    odd_status st;
    ODD_TRY(odd_coder_cut(t->run->job, graph, &encoder));
    ODD_TRY(odd_train_network_write(t, encoder, "encoder"));
    ODD_TRY(odd_train_network_write(t, whole, "autoencoder"));
done:
    odd_graph_free(&encoder);
    return st;
}

/* From readable images to all. */
static void set_rows(const odd_train_images *images, const double value[], double all[])
{
    for (int64_t i = 0; i < images->readable; i++)
        all[images->row[i]] = value[i];
}

/* The mean squared error of a pixel for every image, also for those that it has learnt from. */
static odd_status compute_errors(odd_training *t, const odd_graph *whole)
{
    const odd_loss squared = {ODD_LOSS_SQUARED, whole->output[0], 1};
    const coder_result *r = t->state;
    const odd_train_images *images = &t->images;
    double *error = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, ODD_NEW(error, images->readable));
    ODD_TRY(odd_train_objective(t, whole, 1, &squared, images->readable, images->row, error));
    set_rows(images, error, r->error);
done:
    odd_free(error);
    return st;
}

/* The likelihood of the images, where the code is variational. */
static odd_status compute_likelihood(odd_training *t, const odd_graph *graph)
{
    const odd_train_images *images = &t->images;
    const coder_result *r = t->state;
    double *likelihood = NULL;
    odd_status st = ODD_OK;
    if (!r->likelihood) return ODD_OK;
    ODD_TRY_ALL(t->comm, ODD_NEW(likelihood, images->readable));
    ODD_TRY(odd_coder_likelihood(t, graph, images->readable, images->row, likelihood));
    set_rows(images, likelihood, r->likelihood);
done:
    odd_free(likelihood);
    return st;
}

static odd_status finish(odd_training *t, int64_t number, const odd_graph *graph,
                         const odd_train_rows *held)
{
    odd_graph *whole = NULL;
    odd_status st;
    (void)number;
    (void)held;
    ODD_TRY_ALL(t->comm, odd_coder_whole(t->run->job, graph, &whole));
    ODD_TRY(compute_errors(t, whole));
    ODD_TRY(compute_likelihood(t, graph));
    ODD_TRY_ALL(t->comm, odd_rank(t->comm) == 0 ? write_networks(t, graph, whole) : ODD_OK);
done:
    odd_graph_free(&whole);
    return st;
}

/* Mean error of the readable images that are held out, or are not; NaN where there are none. */
static double mean_error(const odd_training *t, bool held_out)
{
    const coder_result *r = t->state;
    double sum = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        if ((t->images.held_out[row] != 0) != held_out) continue;
        sum += r->error[row];
        count++;
    }
    return count > 0 ? sum / (double)count : NAN;
}

static void log_errors(const odd_training *t)
{
    const double seen = mean_error(t, false), held = mean_error(t, true);
    if (isnan(held))
        odd_log(ODD_LOG_STAGE, "train     images are given back with a squared error of %.6f",
                seen);
    else
        odd_log(ODD_LOG_STAGE,
                "train     images are given back with a squared error of %.6f, those held out with "
                "%.6f",
                seen, held);
}

static odd_status write(const odd_training *t, odd_file *file)
{
    static const int curves[] = {ODD_CURVE_TRAINING_LOSS, ODD_CURVE_HELD_OUT_LOSS};
    const int64_t n = t->images.n, mine = odd_rank(t->comm) == 0 ? n : 0;
    const coder_result *r = t->state;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_train_curves_add(&t->curves, 2, curves, &b));
    ODD_TRY(odd_column_write(file, "reconstruction_error", ODD_F64, n, 0, mine, r->error,
                             "mean squared error of a pixel, level 0 ... 1; NaN: not readable",
                             "levels squared"));
    if (r->likelihood)
        ODD_TRY(odd_column_write(file, "reconstruction_probability", ODD_F64, n, 0, mine,
                                 r->likelihood,
                                 "logarithm of the likelihood of the image, mean over draws of its "
                                 "code; NaN: not readable",
                                 ""));
    ODD_TRY(odd_bundle_write(file, "/", &b));
    log_errors(t);
done:
    odd_bundle_free(&b);
    return st;
}

#define RECONSTRUCTION                                                                             \
    {                                                                                              \
        {"reconstruction", "squared error of a pixel by the auto-encoder; larger is odder", 1},    \
            "reconstruction_error", NULL                                                           \
    }
#define NO_MORE                                                                                    \
    {                                                                                              \
        {NULL, NULL, 0}, NULL, NULL                                                                \
    }

static const odd_task_column *columns(const odd_job *job)
{
    static const odd_task_column plain[] = {RECONSTRUCTION, NO_MORE};
    static const odd_task_column variational[] = {
        RECONSTRUCTION,
        {{"reconstruction_probability",
          "log likelihood by the variational auto-encoder; smaller is odder", -1},
         "reconstruction_probability",
         NULL},
        NO_MORE,
    };
    return odd_coder_is_variational(job) ? variational : plain;
}

static void reason(const odd_task_column *column, int c, const double score[], char *buffer,
                   size_t size)
{
    snprintf(buffer, size, "%s %.4g, by the auto-encoder", column[c].column.name, score[c]);
}

const odd_train_task odd_task_autoencoder = {
    .settings = &settings,
    .summary = "to give images back through a short code",
    .product = ODD_ENCODER_FILE,
    .preset = "unit",
    .columns = columns,
    .reason = reason,
    .features = odd_coder_encoder,
    .check = odd_coder_check,
    .networks = networks,
    .network = network,
    .losses = odd_coder_losses,
    .monitor = monitor,
    .begin = begin,
    .end = end,
    .split = split,
    .reserve = reserve,
    .set_targets = set_targets,
    .evaluate = evaluate,
    .finish = finish,
    .write = write,
};

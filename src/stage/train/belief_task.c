/* Task belief: restricted Boltzmann machines, layer upon layer, learn how likely images are. Those
 * of high free energy are odd; the last hidden layer is a feature (features.source: trained). */
#include "stage/train/belief_internal.h"
#include "stage/train/coder_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const visible_known[] = {"bernoulli", "gaussian", NULL};

static const odd_option table[] = {
    ODD_CHOICE(odd_belief_options, visible, "bernoulli", visible_known,
               "units of pixels: bernoulli, probabilities from 0 to 1, or gaussian, levels in "
               "deviations from each pixel's mean, for photographs"),
    ODD_REAL(odd_belief_options, rate, "0.05", 1e-9, 100,
             "learning rate, in place of train.rate; gaussian wants 0.01 or less"),
    ODD_REAL(odd_belief_options, first_momentum, "0.5", 0, 0.999999,
             "of the first 5 epochs of a layer; then it is train.momentum"),
    ODD_INT(odd_belief_options, steps, "1", 1, 1000, "of Gibbs sampling, k of CD-k"),
    ODD_BOOL(odd_belief_options, persistent, "false",
             "chains go on from batch to batch in place of beginning at its images"),
    ODD_REAL(odd_belief_options, sparsity, "0.1", 0.001, 0.999,
             "share of images for which a hidden unit should be active"),
    ODD_REAL(odd_belief_options, sparsity_cost, "0", 0, 1000,
             "how much that counts; 0: units are as active as they learn to be"),
    ODD_INT(odd_belief_options, chains, "0", 0, 100000,
            "of annealed importance sampling, by which the log-likelihood of images under the "
            "first layer is known; 0: it is not asked for"),
    ODD_INT(odd_belief_options, temperatures, "1000", 1, 10000000, "that each chain goes through"),
    ODD_OPTIONS_END,
};

static const odd_part settings = {"belief", "Restricted Boltzmann machines, a deep belief network",
                                  table, sizeof(odd_belief_options)};

/* -- before training -- */

/* Settings of gradient descent that have no meaning here. */
static odd_status check_unused(const odd_job *job)
{
    static const char *const keys[] = {"train.rate",     "train.optimizer", "train.schedule",
                                       "train.clip",     "train.initial",   "train.precision",
                                       "train.patience", "train.warm_up"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (odd_job_given(job, keys[i]))
            return odd_job_fail(job, keys[i],
                                "task belief does not use it; train.belief has its own settings");
    return ODD_OK;
}

static odd_status check(const odd_job *job)
{
    odd_status st;
    ODD_TRY(check_unused(job));
    ODD_TRY(odd_belief_check_network(job));
done:
    return st;
}

static int64_t networks(const odd_training_options *options)
{
    int hidden[ODD_BELIEF_LAYERS];
    return odd_belief_sizes(&options->network, hidden);
}

static odd_status network(const odd_job *job, int64_t number, const int64_t shape[3],
                          odd_graph **out)
{
    (void)number;
    return odd_coder_encoder(job, shape, out);
}

/* -- state -- */

static odd_status make_layers(const odd_training *t, odd_belief *b)
{
    const bool gaussian = strcmp(odd_belief_options_of(t->run->job)->visible, "gaussian") == 0;
    int hidden[ODD_BELIEF_LAYERS], visible = (int)t->images.bytes;
    odd_status st = ODD_OK;
    const int layers = odd_belief_sizes(&t->options->network, hidden);
    for (b->layers = 0; b->layers < layers; b->layers++) {
        const bool first = b->layers == 0;
        ODD_TRY(odd_rbm_new(visible, hidden[b->layers],
                            gaussian && first ? ODD_VISIBLE_GAUSSIAN : ODD_VISIBLE_BERNOULLI,
                            odd_train_seed(t->run->job, b->layers), &b->rbm[b->layers]));
        visible = hidden[b->layers];
    }
done:
    return st;
}

static odd_status begin(odd_training *t)
{
    const int64_t n = t->images.n;
    odd_belief *b = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(b, 1));
    t->state = b;
    b->log_likelihood = NAN;
    ODD_TRY(make_layers(t, b));
    ODD_TRY(ODD_NEW(b->row, t->images.readable));
    ODD_TRY(ODD_NEW(b->mean, t->images.bytes));
    ODD_TRY(ODD_NEW(b->deviation, t->images.bytes));
    for (int r = 0; r < ODD_BELIEF_RESULTS; r++) {
        ODD_TRY(ODD_NEW(b->result[r], n));
        for (int64_t i = 0; i < n; i++)
            b->result[r][i] = NAN;
    }
done:
    return st;
}

static void end(odd_training *t)
{
    odd_belief *b = t->state;
    if (!b) return;
    for (int i = 0; i < ODD_BELIEF_LAYERS; i++)
        odd_rbm_free(&b->rbm[i]);
    odd_free(b->row);
    odd_free(b->mean);
    odd_free(b->deviation);
    for (int r = 0; r < ODD_BELIEF_RESULTS; r++)
        odd_free(b->result[r]);
    odd_free(b);
    t->state = NULL;
}

/* -- results -- */

static const odd_task_figure figures[] = {
    {"Log-likelihood of an image, first layer", "log_likelihood", false},
    {"Log Z, first layer", "log_z", false},
    {NULL, NULL, false},
};

static const odd_task_column score_columns[] = {
    {{"free_energy", "of the image by the first layer; larger is odder", 1}, "free_energy", NULL},
    {{"top_free_energy",
      "by the last layer, of what those below make of the image; larger is odder", 1},
     "top_free_energy",
     NULL},
    {{"reconstruction",
      "squared error of a pixel that is given back through all layers; larger is odder", 1},
     "reconstruction_error",
     NULL},
    {{NULL, NULL, 0}, NULL, NULL},
};

static const odd_task_column *columns(const odd_job *job)
{
    (void)job;
    return score_columns;
}

static void reason(const odd_task_column *column, int c, const double score[], char *buffer,
                   size_t size)
{
    snprintf(buffer, size, "%s %.5g, by the belief network", column[c].column.name, score[c]);
}

const odd_train_task odd_task_belief = {
    .settings = &settings,
    .summary = "how likely images are, by Boltzmann machines layer upon layer",
    .product = ODD_BELIEF_FILE,
    .preset = "unit",
    .figures = figures,
    .columns = columns,
    .reason = reason,
    .features = odd_coder_encoder,
    .check = check,
    .networks = networks,
    .network = network,
    .train = odd_belief_train,
    .begin = begin,
    .end = end,
    .write = odd_belief_write,
};

/* What a belief network says of images: free energies, how well they are given back, and how likely
 * they are. */
#include "oddlot/run/columns.h"
#include "stage/train/belief_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GROUP = ODD_RBM_GROUP, READ = 512 };

typedef struct {
    const odd_belief *b;
    int64_t group;
    int threads;
    int64_t widest;
    float *room;   /* (threads, 3, GROUP, widest) rows on their way, and inputs of hidden units */
    double *value; /* (n_local, RESULTS) */
} prediction;

/* Squared error of a pixel, level 0 ... 1. */
static double pixel_error(const odd_belief *b, const float row[], const float back[])
{
    const int v = b->rbm[0].visible;
    const bool gaussian = b->rbm[0].kind == ODD_VISIBLE_GAUSSIAN;
    double sum = 0;
    for (int j = 0; j < v; j++) {
        const double d = (double)(row[j] - back[j]) * (gaussian ? (double)b->deviation[j] : 1);
        sum += d * d;
    }
    return sum / v;
}

/* Through all layers, up to the last hidden one and back down; energies of the lowest and the
 * highest are met on the way. */
static void predict_group(const prediction *p, const float x[], int count, int thread,
                          double value[])
{
    const odd_belief *b = p->b;
    const int64_t width = GROUP * p->widest, v = b->rbm[0].visible;
    float *room = p->room + thread * 3 * width;
    float *to = room, *other = room + width, *input = room + 2 * width;
    double energy[GROUP], top[GROUP];
    const float *from = x;
    for (int layer = 0; layer < b->layers; layer++) {
        if (layer == 0) odd_rbm_free_energy(&b->rbm[layer], count, from, input, energy);
        if (layer + 1 == b->layers) odd_rbm_free_energy(&b->rbm[layer], count, from, input, top);
        odd_rbm_hidden(&b->rbm[layer], count, from, to);
        from = to;
        to = from == room ? other : room;
    }
    for (int layer = b->layers - 1; layer >= 0; layer--) {
        odd_rbm_visible(&b->rbm[layer], count, from, to);
        from = to;
        to = from == room ? other : room;
    }
    for (int i = 0; i < count; i++, value += ODD_BELIEF_RESULTS) {
        value[ODD_BELIEF_ENERGY] = energy[i];
        value[ODD_BELIEF_TOP_ENERGY] = top[i];
        value[ODD_BELIEF_ERROR] = pixel_error(b, x + i * v, from + i * v);
    }
}

static odd_status predict_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const prediction *p = context;
    for (int64_t first = 0; first < block->count; first += p->group)
        predict_group(p, block->x + first * block->d, (int)odd_min(p->group, block->count - first),
                      block->thread, p->value + (block->local + first) * ODD_BELIEF_RESULTS);
    return ODD_OK;
}

static odd_status start_prediction(prediction *p, int64_t n_local)
{
    odd_status st;
    p->threads = odd_threads();
    p->widest = p->b->rbm[0].visible;
    for (int i = 0; i < p->b->layers; i++)
        if (p->b->rbm[i].hidden > p->widest) p->widest = p->b->rbm[i].hidden;
    ODD_TRY(ODD_NEW(p->room, p->threads * 3 * GROUP * p->widest));
    ODD_TRY(ODD_NEW(p->value, n_local * ODD_BELIEF_RESULTS));
done:
    return st;
}

/* From readable images to all, on every rank. */
static void set_results(const odd_training *t, odd_belief *b, const double value[])
{
    for (int64_t i = 0; i < t->images.readable; i++)
        for (int r = 0; r < ODD_BELIEF_RESULTS; r++)
            b->result[r][t->images.row[i]] = value[i * ODD_BELIEF_RESULTS + r];
}

static odd_status predict_all(odd_training *t)
{
    odd_belief *b = t->state;
    prediction p = {.b = b};
    odd_belief_reader reader = {0};
    void *all = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_belief_reader_new(t, 0, READ, false, &reader));
    const odd_rows rows = odd_belief_rows(&reader, t->images.readable, t->images.row);
    p.group = reader.group;
    ODD_TRY_ALL(t->comm, start_prediction(&p, rows.part.n_local));
    ODD_TRY(odd_rows_each(&rows, predict_block, &p));
    ODD_TRY(odd_share_rows(t->comm, p.value, rows.part.n_local,
                           ODD_BELIEF_RESULTS * sizeof *p.value, &all, &n));
    set_results(t, b, all);
done:
    odd_free(all);
    odd_free(p.room);
    odd_free(p.value);
    odd_belief_reader_free(&reader);
    return st;
}

/* ---- likelihood ---- */

/* Mean of a result over the images that are learnt from. */
static double mean_result(const odd_belief *b, int result)
{
    double sum = 0;
    for (int64_t i = 0; i < b->learning; i++)
        sum += b->result[result][b->row[i]];
    return sum / (double)b->learning;
}

/* It begins at units that have the images' means and know nothing of each other. */
static void base_biases(const odd_belief *b, float bias[])
{
    const bool gaussian = b->rbm[0].kind == ODD_VISIBLE_GAUSSIAN;
    for (int j = 0; j < b->rbm[0].visible; j++) {
        const double p = fmin(fmax((double)b->mean[j], 0.01), 0.99);
        bias[j] = gaussian ? 0 : (float)log(p / (1 - p));
    }
}

static odd_status measure_likelihood(odd_training *t)
{
    odd_belief *b = t->state;
    const odd_belief_options *o = odd_belief_options_of(t->run->job);
    float *bias = NULL;
    odd_status st = ODD_OK;
    if (o->chains == 0) goto done;
    ODD_TRY_ALL(t->comm, ODD_NEW(bias, b->rbm[0].visible));
    base_biases(b, bias);
    ODD_TRY(odd_rbm_anneal(t->comm, &b->rbm[0], bias, o->chains, o->temperatures,
                           odd_train_seed(t->run->job, ODD_BELIEF_LAYERS), &b->partition));
    b->log_likelihood = -mean_result(b, ODD_BELIEF_ENERGY) - b->partition.log_z;
    odd_log(ODD_LOG_STAGE,
            "train     log-likelihood of an image by the first layer %.2f, log Z %.2f (%.2f ... "
            "%.2f)",
            b->log_likelihood, b->partition.log_z, b->partition.low, b->partition.high);
done:
    odd_free(bias);
    return st;
}

/* @local: rank 0 */
static odd_status write_network(const odd_training *t)
{
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY(odd_belief_network(t, &graph));
    ODD_TRY(odd_train_network_write(t, graph, "belief"));
done:
    odd_graph_free(&graph);
    return st;
}

odd_status odd_belief_finish(odd_training *t)
{
    const odd_belief *b = t->state;
    odd_status st;
    ODD_TRY(predict_all(t));
    odd_log(ODD_LOG_STAGE, "train     images are given back with a squared error of %.6f",
            mean_result(b, ODD_BELIEF_ERROR));
    ODD_TRY(measure_likelihood(t));
    ODD_TRY_ALL(t->comm, odd_rank(t->comm) == 0 ? write_network(t) : ODD_OK);
done:
    return st;
}

/* ---- file ---- */

static const struct {
    const char *name, *about, *unit;
} stored[ODD_BELIEF_RESULTS] = {
    {"free_energy", "of the image by the first layer; NaN: not readable", "nats"},
    {"top_free_energy", "by the last layer, of what those below make of the image", "nats"},
    {"reconstruction_error", "mean squared error of a pixel, level 0 ... 1; NaN: not readable",
     "levels squared"},
};

static odd_status add_layers(const odd_belief *b, odd_bundle *out)
{
    float *data;
    char name[48];
    odd_status st = ODD_OK;
    for (int i = 0; i < b->layers; i++) {
        const odd_rbm *rbm = &b->rbm[i];
        const int64_t values = (int64_t)rbm->visible * rbm->hidden;
        snprintf(name, sizeof name, "layer%d/weight", i + 1);
        ODD_TRY(odd_bundle_add(out, name, ODD_F32, "of each hidden unit for the visible ones",
                               &data, 2, (int64_t)rbm->hidden, (int64_t)rbm->visible));
        memcpy(data, rbm->weight, (size_t)values * sizeof *data);
        snprintf(name, sizeof name, "layer%d/visible_bias", i + 1);
        ODD_TRY(odd_bundle_add(out, name, ODD_F32, "", &data, 1, (int64_t)rbm->visible));
        memcpy(data, rbm->visible_bias, (size_t)rbm->visible * sizeof *data);
        snprintf(name, sizeof name, "layer%d/hidden_bias", i + 1);
        ODD_TRY(odd_bundle_add(out, name, ODD_F32, "", &data, 1, (int64_t)rbm->hidden));
        memcpy(data, rbm->hidden_bias, (size_t)rbm->hidden * sizeof *data);
    }
done:
    return st;
}

static odd_status add_likelihood(const odd_belief *b, odd_bundle *out)
{
    odd_status st = ODD_OK;
    if (isnan(b->log_likelihood)) goto done;
    ODD_TRY(odd_bundle_add_f64(out, "log_likelihood",
                               "of an image by the first layer, mean of those learnt from, nats",
                               b->log_likelihood));
    ODD_TRY(odd_bundle_add_f64(out, "log_z", "of the first layer, by annealed importance sampling",
                               b->partition.log_z));
    ODD_TRY(odd_bundle_add_f64(out, "log_z_low", "three standard errors less", b->partition.low));
    ODD_TRY(odd_bundle_add_f64(out, "log_z_high", "three standard errors more", b->partition.high));
done:
    return st;
}

odd_status odd_belief_write(const odd_training *t, odd_file *file)
{
    static const int curves[] = {ODD_CURVE_TRAINING_LOSS};
    const int64_t n = t->images.n, mine = odd_rank(t->comm) == 0 ? n : 0;
    const odd_belief *b = t->state;
    odd_bundle out = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_train_curves_add(&t->curves, 1, curves, &out));
    ODD_TRY_ALL(t->comm, add_layers(b, &out));
    ODD_TRY_ALL(t->comm, add_likelihood(b, &out));
    for (int r = 0; r < ODD_BELIEF_RESULTS; r++)
        ODD_TRY(odd_column_write(file, stored[r].name, ODD_F64, n, 0, mine, b->result[r],
                                 stored[r].about, stored[r].unit));
    ODD_TRY(odd_bundle_write(file, "/", &out));
done:
    odd_bundle_free(&out);
    return st;
}

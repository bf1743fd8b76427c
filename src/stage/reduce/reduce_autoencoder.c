/* An auto-encoder as a reduction: rows of features become its codes, and what it cannot give back
 * is the residual. Rows may be streamed: of them all it holds a batch while it learns, then a
 * panel. */
#include "oddlot/stage/reductions.h"
#include "stage/reduce/reduce_coder_internal.h"

#include "oddlot/learn/learner.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/nn/net.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/fetch.h"
#include "oddlot/par/panels.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { CHUNK = 256 }; /* rows that go through the network at a time */

static const odd_option table[] = {
    ODD_LIST(odd_reduce_coder_options, network, "[dense 500, leaky_relu, dense 100]",
             "layers down to the code"),
    ODD_LIST(odd_reduce_coder_options, decoder, "[]",
             "layers from there back to a row; []: the mirror of network"),
    ODD_INT(odd_reduce_coder_options, epochs, "20", 1, 100000, "how often it sees the rows"),
    ODD_INT(odd_reduce_coder_options, batch, "128", 1, 1 << 20, "rows of a step, on all ranks"),
    ODD_INT(odd_reduce_coder_options, shards, "8", 1, 4096,
            "parts of a batch that threads and ranks work on; the result depends on it"),
    ODD_REAL(odd_reduce_coder_options, rate, "0.001", 1e-12, 1e6,
             "learning rate of Adam, which falls to 0 as a cosine"),
    ODD_OPTIONS_END,
};

static odd_status plan_autoencoder(const void *options, int64_t n, int d, int ranks, int threads,
                                   int *k, int64_t *bytes, odd_text *what)
{
    const odd_reduce_coder_options *o = options;
    odd_reduce_coder c;
    odd_status st;
    (void)ranks;
    (void)threads;
    *k = 0;
    ODD_TRY(odd_reduce_coder_new(d > 0 ? d : 1, &o->network, &o->decoder, 0, &c));
    *k = c.k;
    *bytes = 24 * n + 4 * (3 * o->batch * d + (4 + 2 * o->shards) * odd_graph_parameters(c.graph));
    odd_text_format(what, "auto-encoder of %lld weights from %d to %d features, %lld epochs",
                    (long long)odd_graph_parameters(c.graph), d, c.k, (long long)o->epochs);
    odd_reduce_coder_free(&c);
    ODD_TRY(odd_text_status(what));
done:
    return st;
}

/* -- learning -- */

typedef struct {
    const odd_reduce_coder *coder; /* that scales them */
    odd_fetch *fetch;
    float *x; /* (most rows of mine in a batch, d) scaled */
} scaled_rows;

/* @collective */
static odd_status load_batch(void *context, int64_t count, const int64_t row[], uint32_t epoch)
{
    scaled_rows *r = context;
    odd_status st;
    (void)epoch;
    ODD_TRY(odd_fetch_rows(r->fetch, count, row, r->x));
    odd_reduce_coder_scale(r->coder, count, r->x, r->x);
done:
    return st;
}

static void set_shard(const void *context, int64_t at, odd_shard *shard)
{
    const scaled_rows *r = context;
    shard->input = shard->target[0].value = r->x + at * r->coder->d;
}

static odd_status open_learner(const odd_reduce_coder_options *o, const odd_rows *rows,
                               uint64_t seed, scaled_rows *batch, odd_learner *l)
{
    const odd_graph *graph = batch->coder->graph;
    const odd_loss loss = {ODD_LOSS_SQUARED, graph->output[1], 1};
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    odd_status st;
    options.seed = seed;
    ODD_TRY(ODD_NEW(l->row, l->count));
    for (int64_t i = 0; i < l->count; i++)
        l->row[i] = i;
    l->schedule = (odd_schedule){.kind = ODD_SCHEDULE_COSINE,
                                 .rate = o->rate,
                                 .steps = o->epochs * ((l->count + l->batch - 1) / l->batch)};
    ODD_TRY(odd_learner_open(l, graph, 1, &loss, &options));
    ODD_TRY(odd_fetch_new(rows, l->batch < l->count ? l->batch : l->count, &batch->fetch));
    ODD_TRY(ODD_NEW(batch->x, odd_learner_max_rows(l) * rows->d));
done:
    return st;
}

/* @collective */
static odd_status train_coder(const odd_reduce_coder_options *o, const odd_rows *rows,
                              uint64_t seed, odd_reduce_coder *c)
{
    const MPI_Comm comm = rows->comm;
    const int64_t n = rows->part.n;
    scaled_rows batch = {.coder = c};
    odd_learner l = {.comm = comm,
                     .seed = seed,
                     .batch = o->batch,
                     .shards = (int)(o->shards < o->batch ? o->shards : o->batch),
                     .count = n,
                     .dataset = {&batch, load_batch, set_shard}};
    odd_progress *progress = odd_progress_start(comm, "reduce", "rows", o->epochs * n);
    odd_tally sum = {0};
    odd_status st;
    ODD_TRY_ALL(comm, open_learner(o, rows, seed, &batch, &l));
    for (int64_t epoch = 1; epoch <= o->epochs; epoch++)
        ODD_TRY(odd_learner_epoch(&l, epoch, progress, &sum));
    odd_graph_free(&c->graph);
    ODD_TRY_ALL(comm, odd_trainer_graph(l.trainer, &c->graph));
    odd_log(ODD_LOG_INFO, "reduce: the auto-encoder leaves %.4f of the variance",
            sum.loss / sum.images);
done:
    odd_progress_stop(&progress);
    odd_learner_close(&l);
    odd_free(l.row);
    odd_fetch_free(&batch.fetch);
    odd_free(batch.x);
    return st;
}

static odd_status fit_autoencoder(const void *options, const odd_rows *rows, uint64_t seed,
                                  odd_bundle *model, int *k, int64_t *bad_row)
{
    const odd_reduce_coder_options *o = options;
    odd_reduce_coder c = {.d = 0};
    odd_status st;
    *k = 0;
    *bad_row = -1;
    ODD_TRY_ALL(rows->comm, odd_reduce_coder_new(rows->d, &o->network, &o->decoder, seed, &c));
    ODD_TRY(odd_reduce_coder_measure(rows, &c, bad_row));
    ODD_TRY(train_coder(o, rows, seed, &c));
    ODD_TRY_ALL(rows->comm, odd_reduce_coder_save(&c, o, model));
    *k = c.k;
done:
    odd_reduce_coder_free(&c);
    return st;
}

/* -- applying -- */

static odd_status read_width(const odd_bundle *model, int *d, int *k)
{
    odd_reduce_coder c;
    odd_status st = odd_reduce_coder_load(model, &c);
    *d = c.d;
    *k = c.k;
    if (st == ODD_OK) odd_reduce_coder_free(&c);
    return st;
}

typedef struct {
    odd_reduce_coder coder;
    odd_net *net;
    odd_panels panels;
    float *z, *code, *back; /* (CHUNK, ...) rows scaled, their codes, given back */
    int64_t number[CHUNK];  /* of the rows in the catalogue */
    float *score;           /* (n_local, k) */
    double *residual;       /* (n_local) or NULL */
} coding;

static odd_status coding_open(const odd_bundle *model, const odd_rows *rows, coding *c)
{
    const int d = rows->d;
    odd_status st;
    ODD_TRY(odd_reduce_coder_load(model, &c->coder));
    if (c->coder.d != d)
        ODD_TRY(odd_fail(ODD_ARG, "rows have %d features, the model takes %d", d, c->coder.d));
    ODD_TRY(odd_net_new(c->coder.graph, ODD_PRECISION_F32, &c->net));
    ODD_TRY(odd_panels_new(rows, CHUNK, &c->panels));
    ODD_TRY(ODD_NEW(c->z, (int64_t)CHUNK * d));
    ODD_TRY(ODD_NEW(c->back, (int64_t)CHUNK * d));
    ODD_TRY(ODD_NEW(c->code, (int64_t)CHUNK * c->coder.k));
done:
    return st;
}

static void coding_close(coding *c)
{
    odd_net_free(&c->net);
    odd_panels_free(&c->panels);
    odd_free(c->z);
    odd_free(c->code);
    odd_free(c->back);
    odd_reduce_coder_free(&c->coder);
}

/* Length of what is not given back of the i-th row of a chunk, in units of the features. */
static double residual_of(const coding *c, int64_t i)
{
    const int d = c->coder.d;
    double sum = 0;
    for (int j = 0; j < d; j++) {
        const double apart = (double)c->z[i * d + j] - c->back[i * d + j];
        sum += apart * apart;
    }
    return sqrt(sum) / c->coder.scale;
}

static odd_status code_panel(void *context, const odd_panel *panel)
{
    coding *c = context;
    const int64_t k = c->coder.k, count = panel->count;
    float *const output[] = {c->code, c->back};
    odd_status st;
    odd_reduce_coder_scale(&c->coder, count, panel->x, c->z);
    for (int64_t i = 0; i < count; i++)
        c->number[i] = c->panels.rows->part.row0 + panel->local + i;
    ODD_TRY(odd_net_run(c->net, count, c->number, c->z, output));
    memcpy(c->score + panel->local * k, c->code, (size_t)(count * k) * sizeof *c->score);
    for (int64_t i = 0; c->residual && i < count; i++)
        c->residual[panel->local + i] = residual_of(c, i);
done:
    return st;
}

static odd_status apply_autoencoder(const odd_bundle *model, const odd_rows *rows, float score[],
                                    double residual[])
{
    coding c = {.coder = {.d = 0}, .score = score, .residual = residual};
    odd_status st;
    ODD_TRY_ALL(rows->comm, coding_open(model, rows, &c));
    ODD_TRY_ALL(rows->comm, odd_panels_each(&c.panels, code_panel, &c));
done:
    coding_close(&c);
    return st;
}

const odd_reduction odd_reduction_autoencoder = {
    .name = "autoencoder",
    .summary = "the code of an auto-encoder that learns from the features",
    .options = table,
    .options_size = sizeof(odd_reduce_coder_options),
    .network = true,
    .draws = true,
    .plan = plan_autoencoder,
    .fit = fit_autoencoder,
    .width = read_width,
    .apply = apply_autoencoder,
};

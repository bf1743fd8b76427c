/* Train: the trainer, its shards on all threads, and the step of the optimizer. */
#include "nn/exec/dnnl_isa_internal.h"
#include "nn/train/trainer_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <string.h>

odd_train_options odd_train_defaults(odd_optimizer_kind kind)
{
    return (odd_train_options){.optimizer = odd_optimizer_defaults(kind), .average = 0.1};
}

void odd_trainer_free(odd_trainer **trainer)
{
    odd_trainer *t = *trainer;
    if (!t) return;
    for (int i = 0; i < t->threads * ODD_TAPES; i++)
        odd_tape_free(&t->tape[i]);
    odd_free(t->tape);
    odd_watch_free(&t->watch);
    for (int i = 0; i < ODD_MOMENTS; i++)
        odd_free(t->moment[i]);
    odd_free(t->partial);
    odd_weights_free(&t->training.weights);
    dnnl_stream_destroy(t->training.weights.stream);
    dnnl_engine_destroy(t->training.weights.engine);
    odd_program_free(&t->training.program);
    odd_parameters_free(&t->training.parameters);
    odd_free(t->training.wants);
    odd_free(t->training.final);
    odd_graph_free(&t->training.graph);
    odd_free(t);
    *trainer = NULL;
}

/* ---- What is to be trained ---- */

static odd_status check_options(const odd_train_options *o)
{
    if (!(o->average > 0 && o->average <= 1))
        return odd_fail(ODD_ARG, "share %g of running averages is not in 0 ... 1", o->average);
    if (!(o->smoothing >= 0 && o->smoothing < 1))
        return odd_fail(ODD_ARG, "smoothing of labels %g is not in 0 ... 1", o->smoothing);
    return odd_optimizer_check(&o->optimizer);
}

static odd_status choose_products(odd_precision wish, dnnl_data_type_t *products)
{
    odd_precision precision;
    odd_status st = odd_precision_choose(wish, &precision);
    *products = precision == ODD_PRECISION_BF16 ? dnnl_bf16 : dnnl_f32;
    return st;
}

static odd_status check_losses(const odd_graph *g, int losses, const odd_loss loss[])
{
    if (losses < 1 || losses > ODD_LOSSES)
        return odd_fail(ODD_ARG, "an objective of %d losses", losses);
    if (g->input < 0 || !g->tensor[g->input].batched)
        return odd_fail(ODD_ARG, "network '%s' does not take batches of images", g->name);
    for (int i = 0; i < losses; i++) {
        if (loss[i].tensor < 0 || loss[i].tensor >= g->tensors)
            return odd_fail(ODD_ARG, "network '%s' has no tensor %d", g->name, loss[i].tensor);
        const odd_tensor *x = &g->tensor[loss[i].tensor];
        if (!x->batched || loss[i].tensor == g->input)
            return odd_fail(ODD_ARG, "no layer makes '%s' for each image", x->name);
        if (loss[i].kind == ODD_LOSS_KL && odd_tensor_values(x) % 2 != 0)
            return odd_fail(ODD_ARG, "'%s' is no row of means and as many log variances", x->name);
        if (!(loss[i].weight > 0 && isfinite(loss[i].weight)))
            return odd_fail(ODD_ARG, "weight %g of a loss is not above 0", loss[i].weight);
    }
    return ODD_OK;
}

static odd_status check_steps(const odd_train_setup *t)
{
    for (int i = 0; i < t->program.steps; i++) {
        const odd_step *step = &t->program.step[i];
        if (t->wants[step->output] && !odd_layer_trains(step->kind))
            return odd_fail(ODD_FORMAT, "layer '%s' (%s): no gradient goes through this kind",
                            step->name, odd_layer_name(step->kind));
    }
    for (int i = 0; i < t->losses; i++)
        if (!t->wants[t->loss[i].tensor])
            return odd_fail(ODD_ARG, "nothing learns before '%s'",
                            t->graph->tensor[t->loss[i].tensor].name);
    return ODD_OK;
}

/* Tensors behind something that learns; whether anything is drawn on the way. */
static void find_wants(odd_train_setup *t)
{
    for (int s = 0; s < t->parameters.learnt_slots; s++)
        t->wants[t->parameters.slot[s].tensor] = true;
    for (int i = 0; i < t->program.steps; i++) {
        const odd_step *step = &t->program.step[i];
        for (int j = 0; j < step->inputs; j++)
            if (step->input[j] >= 0 && t->wants[step->input[j]]) t->wants[step->output] = true;
        bool drops = step->kind == ODD_LAYER_IDENTITY && step->set.value > 0;
        if (drops || (step->kind == ODD_LAYER_SLICE && step->set.sample)) t->draws = true;
    }
}

static odd_status check_dropout(const odd_graph *g)
{
    for (int l = 0; l < g->layers; l++) {
        const odd_layer *layer = &g->layer[l];
        bool drops = layer->kind == ODD_LAYER_IDENTITY;
        if (drops && !(layer->set.value >= 0 && layer->set.value < 1))
            return odd_fail(ODD_FORMAT, "layer '%s' (Identity): dropout of %g is not in 0 ... 1",
                            layer->name, (double)layer->set.value);
    }
    return ODD_OK;
}

static odd_status start_training(odd_train_setup *t, const odd_graph *graph, int losses,
                                 const odd_loss loss[], const odd_train_options *options)
{
    odd_status st;
    t->losses = losses;
    t->seed = options->seed;
    t->smoothing = options->smoothing;
    memcpy(t->loss, loss, sizeof *loss * (size_t)losses);
    ODD_TRY(check_dropout(graph));
    ODD_TRY(odd_graph_copy(graph, &t->graph));
    ODD_TRY(odd_centers_of(graph, losses, loss, &options->center, &t->centers));
    ODD_TRY(odd_parameters_new(t->graph, odd_centers_length(&t->centers), &t->parameters));
    ODD_TRY(odd_train_steps(t->graph, losses, loss, &t->program));
    ODD_TRY(ODD_NEW(t->wants, t->graph->tensors));
    find_wants(t);
    ODD_TRY(check_steps(t));
    ODD_TRY(odd_train_finals(t));
    ODD_TRY(odd_dnnl(dnnl_engine_create(&t->weights.engine, dnnl_cpu, 0), "engine"));
    ODD_TRY(odd_dnnl(
        dnnl_stream_create(&t->weights.stream, t->weights.engine, dnnl_stream_default_flags),
        "stream"));
done:
    return st;
}

odd_status odd_trainer_new(const odd_graph *graph, int losses, const odd_loss loss[],
                           const odd_train_options *options, odd_trainer **out)
{
    odd_status st;
    odd_trainer *t = NULL;
    odd_tape *probe = NULL;
    *out = NULL;
    ODD_TRY(check_options(options));
    ODD_TRY(check_losses(graph, losses, loss));
    ODD_TRY(ODD_NEW(t, 1));
    t->options = *options;
    ODD_TRY(choose_products(options->precision, &t->training.products));
    ODD_TRY(start_training(&t->training, graph, losses, loss, options));
    for (int i = 0; i < odd_optimizer_moments(&options->optimizer); i++)
        ODD_TRY(ODD_NEW(t->moment[i], t->training.parameters.learnt));
    ODD_TRY(ODD_NEW(t->partial, t->training.parameters.learnt / ODD_NORM_BLOCK + 1));
    ODD_TRY(odd_tape_new(&t->training, 1, &probe)); /* so that a layer is refused here, not later */
    *out = t;
    t = NULL; /* handed over */
done:
    odd_tape_free(&probe);
    odd_trainer_free(&t);
    return st;
}

int64_t odd_trainer_length(const odd_trainer *t)
{
    return t->training.parameters.length;
}

const float *odd_trainer_centers(const odd_trainer *t, int64_t *classes, int64_t *values)
{
    const odd_centers *c = &t->training.centers;
    *classes = c->classes;
    *values = c->values;
    return c->classes > 0 ? t->training.parameters.value + t->training.parameters.averaged : NULL;
}

int64_t odd_trainer_steps(const odd_trainer *t)
{
    return t->step;
}

double odd_trainer_gradient_norm(const odd_trainer *t)
{
    return t->norm;
}

/* ---- The step ---- */

ODD_SIMD(static, double, square_sum, (int64_t n, const double x[]), (n, x))
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return sum;
}

/* Blocks of a fixed size, added up in order, whatever the threads. */
static double norm_of(odd_trainer *t, const double gradient[])
{
    int64_t n = t->training.parameters.learnt, blocks = (n + ODD_NORM_BLOCK - 1) / ODD_NORM_BLOCK;
    double sum = 0, *partial = t->partial;
#pragma omp parallel for if (blocks > 16) default(none) shared(n, blocks, gradient, partial)
    for (int64_t b = 0; b < blocks; b++) {
        int64_t first = b * ODD_NORM_BLOCK, left = n - first;
        partial[b] = square_sum(left < ODD_NORM_BLOCK ? left : ODD_NORM_BLOCK, gradient + first);
    }
    for (int64_t b = 0; b < blocks; b++)
        sum += partial[b];
    return sqrt(sum);
}

static void average_statistics(odd_trainer *t, const double sum[])
{
    const odd_parameters *p = &t->training.parameters;
    double share = t->options.average;
    for (int64_t i = p->learnt; i < p->averaged; i++)
        p->value[i] = (float)((1 - share) * p->value[i] + share * sum[i]);
}

odd_status odd_trainer_step(odd_trainer *t, const double sum[], double loss, double rate)
{
    odd_parameters *p = &t->training.parameters;
    const odd_optimizer *o = &t->options.optimizer;
    double norm = norm_of(t, sum);
    if (!isfinite(loss) || !isfinite(norm))
        return odd_fail(ODD_NUMERIC,
                        "the %s is not finite at step %" PRId64 " (loss %g, learning rate %g); try "
                        "a lower learning rate, a warm-up or gradient clipping",
                        isfinite(loss) ? "gradient" : "loss", t->step + 1, loss, rate);
    double scale = o->clip > 0 && norm > o->clip ? o->clip / norm : 1;
    for (int s = 0; s < p->learnt_slots; s++) {
        const odd_slot *slot = &p->slot[s];
        float *moment[ODD_MOMENTS];
        for (int i = 0; i < ODD_MOMENTS; i++)
            moment[i] = t->moment[i] ? t->moment[i] + slot->offset : NULL;
        odd_optimizer_move(o, t->step, rate, slot->decays, slot->count, sum + slot->offset, scale,
                           moment, p->value + slot->offset);
    }
    average_statistics(t, sum);
    odd_centers_move(&t->training.centers, sum + p->averaged, p->value + p->averaged);
    p->version++;
    t->norm = norm;
    t->step++;
    return ODD_OK;
}

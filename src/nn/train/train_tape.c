/* Tape: forward and backward of one shard, planned once for a number of images. */
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"

#include <omp.h>
#include <string.h>

void odd_tape_free(odd_tape **tape)
{
    odd_tape *t = *tape;
    if (!t) return;
    odd_plan_free(&t->plan);
    dnnl_stream_destroy(t->stream);
    odd_free(t->target);
    odd_free(t->filled);
    odd_free(t);
    *tape = NULL;
}

/* ---- Making ---- */

static odd_status bind_tensor(odd_maker *m, int tensor, odd_home home, float *data)
{
    dnnl_dims_t dims;
    odd_desc desc;
    odd_status st;
    int value, rank = odd_plan_dims(&m->p, tensor, dims);
    ODD_TRY(odd_desc_plain(&desc, rank, dims, dnnl_f32));
    ODD_TRY(odd_plan_value(&m->p, &desc, &value));
    m->p.plan->value[value].home = home;
    m->p.plan->value[value].data = data;
    odd_plan_bind(&m->p, tensor, value);
done:
    return st;
}

/* Images, and the weights as they will be in each run. */
static odd_status bind_inputs(odd_maker *m)
{
    const odd_parameters *p = &m->training->parameters;
    odd_status st;
    ODD_TRY(bind_tensor(m, m->training->graph->input, ODD_HOME_INPUT, NULL));
    for (int s = 0; s < p->slots; s++)
        ODD_TRY(bind_tensor(m, p->slot[s].tensor, ODD_HOME_VARIABLE, p->value + p->slot[s].offset));
done:
    return st;
}

static odd_status walk_step(odd_maker *m, int i, odd_status (*way)(odd_maker *, const odd_step *))
{
    const odd_step *step = &m->training->program.step[i];
    m->p.step = i;
    odd_status st = way(m, step);
    if (st == ODD_OK) return ODD_OK;
    return odd_fail_prefix(st, "layer '%s' (%s): ", step->name, odd_layer_name(step->kind));
}

static odd_status plan_all(odd_maker *m)
{
    int steps = m->training->program.steps;
    odd_status st;
    ODD_TRY(bind_inputs(m));
    for (int i = 0; i < steps; i++)
        ODD_TRY(walk_step(m, i, odd_step_forward));
    m->p.step = steps;
    for (int i = 0; i < m->training->losses; i++)
        ODD_TRY(odd_train_loss(m, i));
    for (int i = steps - 1; i >= 0; i--) {
        ODD_TRY(walk_step(m, i, odd_step_backward));
        ODD_TRY(odd_train_note_final(m));
    }
    ODD_TRY(odd_plan_place(m->p.plan, m->p.engine));
done:
    return st;
}

static void set_none(int n, int number[])
{
    for (int i = 0; i < n; i++)
        number[i] = -1;
}

static odd_status make_tape(odd_maker *m)
{
    const odd_train_setup *t = m->training;
    odd_status st;
    ODD_TRY(ODD_NEW(m->p.holds, t->graph->tensors));
    ODD_TRY(ODD_NEW(m->gradient, t->graph->tensors));
    ODD_TRY(ODD_NEW(m->slot, t->parameters.slots));
    ODD_TRY(ODD_NEW(m->kept, t->program.steps));
    set_none(t->graph->tensors, m->p.holds);
    set_none(t->graph->tensors, m->gradient);
    set_none(t->parameters.slots, m->slot);
    ODD_TRY(plan_all(m));
done:
    for (int i = 0; m->kept && i < t->program.steps; i++)
        dnnl_primitive_desc_destroy(m->kept[i].forward);
    odd_free(m->p.holds);
    odd_free(m->gradient);
    odd_free(m->slot);
    odd_free(m->kept);
    return st;
}

static odd_status new_tape(odd_train_setup *t, int64_t n, odd_tape **out)
{
    odd_status st;
    odd_tape *tape;
    *out = NULL;
    ODD_TRY(ODD_NEW(tape, 1));
    ODD_TRY(ODD_NEW(tape->plan, 1));
    ODD_TRY(ODD_NEW(tape->target, t->parameters.slots));
    ODD_TRY(ODD_NEW(tape->filled, t->parameters.slots));
    ODD_TRY(odd_dnnl(
        dnnl_stream_create(&tape->stream, t->weights.engine, dnnl_stream_default_flags), "stream"));
    tape->plan->n = n;
    odd_maker m = {.p = {.graph = t->graph,
                         .program = &t->program,
                         .weights = &t->weights,
                         .engine = t->weights.engine,
                         .prop = dnnl_forward_training,
                         .products = t->products,
                         .plan = tape->plan},
                   .training = t,
                   .tape = tape};
    ODD_TRY(make_tape(&m));
    *out = tape;
    tape = NULL; /* handed over */
done:
    odd_tape_free(&tape);
    return st;
}

/* Primitives cut their work by the threads there are when they are made: always one, so that their
 * sums do not depend on that. */
odd_status odd_tape_new(odd_train_setup *t, int64_t n, odd_tape **out)
{
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    odd_status st = new_tape(t, n, out);
    omp_set_num_threads(threads);
    return st;
}

/* ---- Running ---- */

/* Slots end where operations write; what no operation writes is 0. */
static void clear_rest(const odd_parameters *p, const bool filled[], float vector[])
{
    for (int s = 0; s < p->slots; s++) {
        int64_t first = p->slot[s].offset + (filled[s] ? p->slot[s].count : 0);
        int64_t end = s + 1 < p->slots ? p->slot[s + 1].offset : p->length;
        memset(vector + first, 0, (size_t)(end - first) * sizeof *vector);
    }
}

odd_status odd_tape_run(const odd_train_setup *t, odd_tape *tape, const odd_work *work,
                        float vector[])
{
    const odd_parameters *p = &t->parameters;
    tape->work = *work;
    tape->work.seed = t->seed;
    tape->work.vector = vector;
    tape->work.tally = (odd_tally){.images = (double)work->shard->images};
    for (int s = 0; s < p->slots; s++)
        tape->target[s] = vector + p->slot[s].offset;
    clear_rest(p, tape->filled, vector);
    const bool same_weights = tape->copied == p->version;
    tape->copied = 0;
    const odd_status st = odd_plan_run(tape->plan, &t->program, tape->stream, work->shard->input,
                                       tape->target, same_weights);
    if (st == ODD_OK) tape->copied = p->version;
    return st;
}

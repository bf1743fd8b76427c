/* Values of a plan: where tensors are, in which layouts, and the operations between them. */
#include "nn/exec/plan_internal.h"

#include "nn/exec/conv_choice_internal.h"
#include "nn/exec/reorder_internal.h"
#include "oddlot/base/memory.h"

#include <limits.h>
#include <string.h>

/* Room for one element more in an array of `used`. */
static odd_status make_room(void **array, int used, int *room, size_t element)
{
    if (used < *room) return ODD_OK;
    int wider = used > 0 ? 2 * used : 64;
    void *more = odd_alloc(wider, element);
    if (!more) return ODD_NOMEM;
    if (used > 0) memcpy(more, *array, (size_t)used * element);
    odd_free(*array);
    *array = more;
    *room = wider;
    return ODD_OK;
}

int odd_plan_dims(const odd_planner *p, int tensor, dnnl_dims_t dims)
{
    const odd_tensor *t = &p->graph->tensor[tensor];
    dims[0] = 1; /* a number is a row of one */
    for (int i = 0; i < t->rank; i++) {
        dims[i] = t->shape[i];
    }
    if (t->batched) dims[0] = p->plan->n;
    return t->rank > 0 ? t->rank : 1;
}

const odd_desc *odd_plan_desc(const odd_planner *p, int value)
{
    return &p->plan->value[value].desc;
}

static odd_value *root_of(const odd_planner *p, int value)
{
    return &p->plan->value[p->plan->value[value].root];
}

/* ---- New values ---- */

static odd_status add_value(odd_planner *p, const odd_value *v, int *value)
{
    odd_plan *plan = p->plan;
    odd_status st =
        make_room((void **)&plan->value, plan->values, &plan->value_room, sizeof *plan->value);
    if (st != ODD_OK) return st;
    *value = plan->values++;
    plan->value[*value] = *v;
    plan->value[*value].next_form = -1;
    plan->value[*value].section = plan->sections - 1;
    plan->value[*value].first = plan->value[*value].last = -1;
    if (v->root < 0) plan->value[*value].root = *value;
    return ODD_OK;
}

static odd_status new_root(odd_planner *p, const odd_desc *desc, odd_home home, void *data,
                           int *value)
{
    odd_value v = {.desc = *desc,
                   .home = home,
                   .root = -1,
                   .until = -1,
                   .data = data,
                   .bytes = odd_desc_bytes(desc)};
    return add_value(p, &v, value);
}

odd_status odd_plan_value(odd_planner *p, const odd_desc *desc, int *value)
{
    return new_root(p, desc, ODD_HOME_ARENA, NULL, value);
}

odd_status odd_plan_part(odd_planner *p, int of, const odd_desc *desc, int64_t start, int *value)
{
    const odd_value *same = &p->plan->value[of];
    odd_value v = {.desc = *desc,
                   .home = same->home,
                   .root = same->root,
                   .until = -1,
                   .start = same->start + start,
                   .number = same->number,
                   .data = same->data};
    return add_value(p, &v, value);
}

odd_status odd_plan_alias(odd_planner *p, int of, const odd_desc *desc, int *value)
{
    return odd_plan_part(p, of, desc, 0, value);
}

bool odd_plan_is_free(const odd_planner *p, int value)
{
    const odd_value *root = root_of(p, value);
    return root->home == ODD_HOME_ARENA && root->until <= p->step;
}

bool odd_plan_share(const odd_planner *p, int a, int b)
{
    return p->plan->value[a].root == p->plan->value[b].root;
}

void odd_plan_bind(odd_planner *p, int tensor, int value)
{
    odd_value *root = root_of(p, value);
    int until = p->program->last_use[tensor];
    if (until > root->until) root->until = until;
    p->holds[tensor] = value;
}

/* ---- Operations ---- */

static odd_status add_operation(odd_planner *p, int arguments, odd_operation **op)
{
    odd_plan *plan = p->plan;
    odd_status st;
    odd_operation made = {.step = p->step, .arguments = arguments};
    ODD_TRY(make_room((void **)&plan->operation, plan->operations, &plan->operation_room,
                      sizeof *plan->operation));
    ODD_TRY(ODD_NEW(made.argument, arguments));
    ODD_TRY(ODD_NEW(made.exec, arguments));
    ODD_TRY(ODD_NEW(made.data, arguments));
    *op = &plan->operation[plan->operations++];
    **op = made;
    return ODD_OK;
done:
    odd_free(made.argument);
    odd_free(made.exec);
    return st;
}

odd_status odd_plan_primitive(odd_planner *p, const_dnnl_primitive_desc_t pd, int arguments,
                              const odd_argument argument[], const char *what)
{
    odd_status st;
    odd_operation *op;
    int scratch;
    const odd_desc desc = odd_pd_desc(pd, dnnl_query_scratchpad_md, 0);
    const int64_t scratch_bytes = odd_desc_bytes(&desc);
    ODD_TRY(add_operation(p, arguments + (scratch_bytes > 0), &op));
    for (int i = 0; i < arguments; i++) {
        op->argument[i] = argument[i];
    }
    op->what = what;
    ODD_TRY(odd_dnnl(dnnl_primitive_create(&op->primitive, pd), what));
    if (scratch_bytes > 0) {
        ODD_TRY(new_root(p, &desc, ODD_HOME_SCRATCH, NULL, &scratch));
        op->argument[arguments] = (odd_argument){DNNL_ARG_SCRATCHPAD, scratch};
    }
done:
    return st;
}

odd_status odd_plan_loop(odd_planner *p, void (*run)(const void *settings, float *const data[]),
                         void *settings, int values, const int value[])
{
    odd_operation *op;
    odd_status st = add_operation(p, values, &op);
    if (st != ODD_OK) {
        odd_free(settings);
        return st;
    }
    op->what = "loop of our own";
    op->run = run;
    op->settings = settings;
    for (int i = 0; i < values; i++) {
        op->argument[i] = (odd_argument){0, value[i]};
    }
    return ODD_OK;
}

odd_status odd_plan_pd(const odd_planner *p, const odd_primitive *primitive,
                       const_dnnl_primitive_attr_t attr, const char *what,
                       dnnl_primitive_desc_t *pd)
{
    odd_status st;
    ODD_TRY(odd_pd_new(primitive, p->engine, attr, what, pd));
    if (primitive->kind == dnnl_convolution)
        ODD_TRY(odd_conv_choose(primitive, p->engine, attr, pd));
done:
    return st;
}

/* ---- Layouts ---- */

static odd_status add_reorder(odd_planner *p, int from, int to)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    const odd_argument arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    ODD_TRY(odd_reorder_pd(p->engine, odd_plan_desc(p, from), odd_plan_desc(p, to), &pd));
    ODD_TRY(odd_plan_primitive(p, pd, 2, arguments, "reorder"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

odd_status odd_plan_reorder_into(odd_planner *p, int from, int to)
{
    return add_reorder(p, from, to);
}

odd_status odd_plan_copy(odd_planner *p, int value, const odd_desc *desc, int *out)
{
    odd_status st;
    ODD_TRY(odd_plan_value(p, desc, out));
    ODD_TRY(add_reorder(p, value, *out));
done:
    return st;
}

typedef struct {
    int64_t values;
    float scale;
} scale_loop;

/* data: x, y. */
static void run_scale(const void *settings, float *const data[])
{
    const scale_loop *s = settings;
    odd_weights_scale(s->values, s->scale, data[0], data[1]);
}

/* A float32 value times `scale`, in the layout that it has. */
static odd_status add_scale(odd_planner *p, int value, float scale, int *out)
{
    const odd_desc desc = *odd_plan_desc(p, value);
    scale_loop *loop;
    odd_status st;
    ODD_TRY(odd_plan_value(p, &desc, out));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (scale_loop){odd_desc_bytes(&desc) / (int64_t)sizeof(float), scale};
    ODD_TRY(odd_plan_loop(p, run_scale, loop, 2, (const int[]){value, *out}));
done:
    return st;
}

odd_status odd_plan_scaled(odd_planner *p, int value, const odd_desc *desc, float scale, int *out)
{
    const odd_value *v = &p->plan->value[value];
    odd_desc floats;
    odd_status st;
    if (scale == 1) return odd_plan_reorder(p, value, desc, out);
    if (v->home == ODD_HOME_CONSTANT) {
        void *data;
        ODD_TRY(odd_weights_get(p->weights, v->data, &v->desc, desc, scale, &data));
        return new_root(p, desc, ODD_HOME_CONSTANT, data, out);
    }
    ODD_TRY(odd_desc_typed(&floats, &v->desc, dnnl_f32));
    ODD_TRY(odd_plan_reorder(p, value, &floats, out));
    ODD_TRY(add_scale(p, *out, scale, out));
    ODD_TRY(odd_plan_reorder(p, *out, desc, out));
done:
    return st;
}

/* An earlier copy of a value in this layout, or -1. */
static int find_form(const odd_planner *p, int value, const odd_desc *desc)
{
    while (value >= 0 && !odd_desc_equal(odd_plan_desc(p, value), desc)) {
        value = p->plan->value[value].next_form;
    }
    return value;
}

static void add_form(odd_planner *p, int value, int form)
{
    odd_value *of = &p->plan->value[value];
    p->plan->value[form].next_form = of->next_form;
    of->next_form = form;
}

/* The copy of weights that the last operation makes: they may be the same in many runs. */
static void let_stay(odd_planner *p, int copy)
{
    odd_value *root = root_of(p, copy);
    root->stays = true;
    root->until = INT_MAX; /* nothing is written over it */
    p->plan->operation[p->plan->operations - 1].of_weights = true;
}

odd_status odd_plan_reorder(odd_planner *p, int value, const odd_desc *desc, int *out)
{
    odd_status st = ODD_OK;
    *out = find_form(p, value, desc);
    if (*out >= 0) return ODD_OK;
    const odd_value *v = &p->plan->value[value];
    if (v->desc.data_type == desc->data_type && odd_desc_same_dims(&v->desc, desc) &&
        odd_desc_is_plain(&v->desc) && odd_desc_is_plain(desc))
        return odd_plan_alias(p, value, desc, out); /* another name for the same order */
    if (v->home == ODD_HOME_CONSTANT) {
        void *data;
        ODD_TRY(odd_weights_get(p->weights, v->data, &v->desc, desc, 1, &data));
        ODD_TRY(new_root(p, desc, ODD_HOME_CONSTANT, data, out));
    } else {
        ODD_TRY(odd_plan_copy(p, value, desc, out));
        root_of(p, *out)->until = root_of(p, value)->until; /* later readers may want it too */
        if (root_of(p, value)->home == ODD_HOME_VARIABLE) let_stay(p, *out);
    }
    add_form(p, value, *out);
done:
    return st;
}

/* ---- Inputs of layers ---- */

static odd_status constant_value(odd_planner *p, int tensor, int *value)
{
    dnnl_dims_t dims;
    odd_desc desc;
    odd_status st;
    int rank = odd_plan_dims(p, tensor, dims);
    ODD_TRY(odd_desc_plain(&desc, rank, dims, dnnl_f32));
    ODD_TRY(new_root(p, &desc, ODD_HOME_CONSTANT, p->graph->tensor[tensor].data, value));
    p->holds[tensor] = *value;
done:
    return st;
}

odd_status odd_plan_input(odd_planner *p, int tensor, int *value)
{
    *value = p->holds[tensor];
    if (*value >= 0) return ODD_OK;
    if (p->graph->tensor[tensor].data) return constant_value(p, tensor, value);
    return odd_fail(ODD_FORMAT, "no layer makes the tensor '%s'", p->graph->tensor[tensor].name);
}

odd_status odd_plan_plain(odd_planner *p, int tensor, int *value)
{
    odd_desc desc;
    odd_status st;
    int held;
    ODD_TRY(odd_plan_input(p, tensor, &held));
    const odd_desc *have = odd_plan_desc(p, held);
    ODD_TRY(odd_desc_plain(&desc, have->ndims, have->dims, dnnl_f32));
    ODD_TRY(odd_plan_reorder(p, held, &desc, value));
done:
    return st;
}

odd_status odd_plan_float(odd_planner *p, int tensor, int *value)
{
    odd_status st;
    ODD_TRY(odd_plan_input(p, tensor, value));
    odd_desc desc;
    ODD_TRY(odd_desc_typed(&desc, odd_plan_desc(p, *value), dnnl_f32));
    ODD_TRY(odd_plan_reorder(p, *value, &desc, value));
done:
    return st;
}

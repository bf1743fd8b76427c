/* Plan: a program made into primitives for one batch size, and how it runs. */
#include "nn/exec/plan_internal.h"

#include "nn/exec/layers_internal.h"
#include "oddlot/base/memory.h"

#include <time.h>

static void free_operation(odd_operation *op)
{
    dnnl_primitive_destroy(op->primitive);
    odd_free(op->settings);
    odd_free(op->argument);
    odd_free(op->exec);
    odd_free(op->data);
}

void odd_plan_free(odd_plan **plan)
{
    odd_plan *p = *plan;
    if (!p) return;
    for (int i = 0; i < p->operations; i++) {
        free_operation(&p->operation[i]);
    }
    for (int i = 0; i < p->values; i++) {
        dnnl_memory_destroy(p->value[i].memory);
    }
    odd_free(p->operation);
    odd_free(p->value);
    odd_free(p->arena);
    odd_free(p);
    *plan = NULL;
}

/* The caller's arrays are row-major float32. */
static odd_status border_value(odd_planner *p, int tensor, odd_home home, int number, int *value)
{
    dnnl_dims_t dims;
    odd_desc desc;
    odd_status st;
    int rank = odd_plan_dims(p, tensor, dims);
    ODD_TRY(odd_desc_plain(&desc, rank, dims, dnnl_f32));
    ODD_TRY(odd_plan_value(p, &desc, value));
    p->plan->value[*value].home = home;
    p->plan->value[*value].number = number;
done:
    return st;
}

static odd_status plan_input(odd_planner *p)
{
    int value;
    if (p->graph->input < 0) return ODD_OK; /* all is constant */
    odd_status st = border_value(p, p->graph->input, ODD_HOME_INPUT, 0, &value);
    if (st == ODD_OK) odd_plan_bind(p, p->graph->input, value);
    return st;
}

static odd_status plan_outputs(odd_planner *p)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < p->graph->outputs; i++) {
        int value, target;
        ODD_TRY(odd_plan_input(p, p->graph->output[i], &value));
        ODD_TRY(border_value(p, p->graph->output[i], ODD_HOME_OUTPUT, i, &target));
        ODD_TRY(odd_plan_reorder_into(p, value, target));
    }
done:
    return st;
}

static odd_status plan_steps(odd_planner *p)
{
    const odd_program *program = p->program;
    odd_status st = ODD_OK;
    for (p->step = 0; p->step < program->steps; p->step++) {
        const odd_step *step = &program->step[p->step];
        const int next = p->plan->sections;
        if (next < program->sections && program->section[next].first == p->step)
            ODD_TRY(odd_plan_next_section(p));
        st = odd_layer_plan(p, step);
        if (st != ODD_OK)
            return odd_fail_prefix(st, "layer '%s' (%s): ", step->name, odd_layer_name(step->kind));
    }
done:
    return st;
}

static odd_status make_plan(odd_planner *p)
{
    odd_status st;
    ODD_TRY(ODD_NEW(p->holds, p->graph->tensors));
    for (int i = 0; i < p->graph->tensors; i++) {
        p->holds[i] = -1;
    }
    ODD_TRY(plan_input(p));
    ODD_TRY(plan_steps(p));
    ODD_TRY(plan_outputs(p));
    p->plan->section[p->plan->sections - 1].end = p->plan->operations;
    ODD_TRY(odd_plan_place(p->plan, p->engine));
done:
    odd_free(p->holds);
    return st;
}

odd_status odd_plan_new(const odd_graph *graph, const odd_program *program, odd_weights *weights,
                        dnnl_data_type_t products, odd_plan **out)
{
    odd_status st;
    odd_planner p = {.graph = graph,
                     .program = program,
                     .weights = weights,
                     .engine = weights->engine,
                     .prop = dnnl_forward_inference,
                     .products = products};
    *out = NULL;
    ODD_TRY(ODD_NEW(p.plan, 1));
    p.plan->n = p.plan->section[0].images = program->section[0].images;
    p.plan->sections = 1;
    ODD_TRY(make_plan(&p));
    *out = p.plan;
    p.plan = NULL; /* handed over */
done:
    odd_plan_free(&p.plan);
    return st;
}

/* The caller's arrays may be others in each run. */
static odd_status lend_arrays(odd_plan *plan, const float input[], float *const output[])
{
    odd_status st = ODD_OK;
    for (int i = 0; i < plan->values; i++) {
        const odd_value *v = &plan->value[i];
        odd_home home = plan->value[v->root].home;
        char *data = home == ODD_HOME_INPUT    ? (char *)(uintptr_t)input
                     : home == ODD_HOME_OUTPUT ? (char *)output[v->number]
                                               : NULL;
        if (data)
            ODD_TRY(odd_dnnl(dnnl_memory_set_data_handle(v->memory, data + v->start), "memory"));
    }
done:
    return st;
}

static odd_status run_operation(const odd_plan *plan, odd_operation *op, dnnl_stream_t stream)
{
    if (op->primitive)
        return odd_dnnl(dnnl_primitive_execute(op->primitive, stream, op->arguments, op->exec),
                        "primitive");
    for (int i = 0; i < op->arguments; i++) {
        void *data;
        odd_status st =
            odd_dnnl(dnnl_memory_get_data_handle(plan->value[op->argument[i].value].memory, &data),
                     "memory");
        if (st != ODD_OK) return st;
        op->data[i] = data;
    }
    op->run(op->settings, op->data);
    return ODD_OK;
}

/* Of the calling thread, so that a busy machine does not count. */
static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static odd_status watch_operation(const odd_plan *plan, odd_operation *op, dnnl_stream_t stream)
{
    const double started = cpu_seconds();
    const odd_status st = run_operation(plan, op, stream);
    op->seconds += cpu_seconds() - started;
    return st;
}

/* The arguments of odd_plan_run(). */
typedef struct {
    odd_plan *plan;
    const odd_program *program;
    dnnl_stream_t stream;
    const float *input;
    bool same_weights;
} plan_run;

/* The operations from `first` to before `end`. */
static odd_status run_operations(const plan_run *r, int first, int end)
{
    odd_plan *plan = r->plan;
    for (int i = first; i < end; i++) {
        if (r->same_weights && plan->operation[i].of_weights) continue;
        const odd_status st =
            (plan->watched ? watch_operation : run_operation)(plan, &plan->operation[i], r->stream);
        if (st == ODD_OK) continue;
        const int step = plan->operation[i].step;
        return odd_fail_prefix(
            st, "layer '%s': ", step < r->program->steps ? r->program->step[step].name : "output");
    }
    return ODD_OK;
}

/* What a section reads and writes of the images from `image` on. */
static odd_status go_to_image(const plan_run *r, int section, int64_t image)
{
    const odd_plan *plan = r->plan;
    odd_status st = ODD_OK;
    for (int i = 0; i < plan->values; i++) {
        const odd_value *v = &plan->value[i], *root = &plan->value[v->root];
        if (v->pace == 0 || v->section != section) continue;
        const bool input = root->home == ODD_HOME_INPUT;
        char *data = input ? (char *)(uintptr_t)r->input : (char *)plan->arena + root->offset;
        const int64_t at = input ? image : image % plan->section[section + 1].images;
        ODD_TRY(odd_dnnl(dnnl_memory_set_data_handle(v->memory, data + v->start + at * v->pace),
                         "memory"));
    }
done:
    return st;
}

/* A section for its images from `image` on, after those before it. */
static odd_status run_section(const plan_run *r, int section, int64_t image)
{
    const odd_plan *plan = r->plan;
    const int64_t end = image + plan->section[section].images;
    odd_status st = ODD_OK;
    if (section > 0)
        for (int64_t i = image; i < end; i += plan->section[section - 1].images)
            ODD_TRY(run_section(r, section - 1, i));
    ODD_TRY(go_to_image(r, section, image));
    ODD_TRY(run_operations(r, section > 0 ? plan->section[section - 1].end : 0,
                           plan->section[section].end));
done:
    return st;
}

odd_status odd_plan_run(odd_plan *plan, const odd_program *program, dnnl_stream_t stream,
                        const float input[], float *const output[], bool same_weights)
{
    const plan_run r = {plan, program, stream, input, same_weights};
    odd_status st;
    ODD_TRY(lend_arrays(plan, input, output));
    if (plan->sections > 1)
        ODD_TRY(run_section(&r, plan->sections - 1, 0));
    else
        ODD_TRY(run_operations(&r, 0, plan->operations));
    ODD_TRY(odd_dnnl(dnnl_stream_wait(stream), "stream"));
done:
    return st;
}

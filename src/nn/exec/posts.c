/* Posts: what is fused behind a primitive, or follows it where it cannot be fused. */
#include "nn/exec/layers_internal.h"

#include <string.h>

dnnl_data_type_t odd_result_type(const odd_planner *p, const odd_step *step)
{
    bool exact = p->program->exact[step->output] || odd_step_is_depthwise(p->graph, step);
    return exact ? dnnl_f32 : p->products;
}

/* ---- Inside a primitive ---- */

/* True if another post reads the same bytes. */
static bool read_by_others(const odd_planner *p, const odd_step *step, int i)
{
    int mine = p->holds[step->post[i].operand];
    for (int j = 0; j < step->posts; j++) {
        int other = step->post[j].binary ? p->holds[step->post[j].operand] : -1;
        if (j != i && other >= 0 && odd_plan_share(p, mine, other)) return true;
    }
    return false;
}

/* A sum into the result's own memory is the fastest way to add a tensor of the same shape, where
 * nobody needs that tensor afterwards. */
static bool can_sum(const odd_planner *p, const odd_step *step, int i, int source)
{
    const odd_post *post = &step->post[i];
    dnnl_dims_t a, b;
    if (!post->binary || post->alg != dnnl_binary_add) return false;
    int operand = p->holds[post->operand];
    if (operand < 0 || !odd_plan_is_free(p, operand) || odd_plan_share(p, operand, source) ||
        read_by_others(p, step, i))
        return false;
    int rank = odd_plan_dims(p, step->output, a);
    return odd_plan_dims(p, post->operand, b) == rank && memcmp(a, b, sizeof *a * rank) == 0;
}

static int find_sum(const odd_planner *p, const odd_step *step, int source)
{
    for (int i = 0; i < step->posts; i++) {
        if (can_sum(p, step, i, source)) return i;
    }
    return -1;
}

static int64_t values_of(const odd_desc *desc)
{
    int64_t values = 1;
    for (int i = 0; i < desc->ndims; i++)
        values *= desc->dims[i];
    return values;
}

/* The operand of a post of what lies as `result`: with as many values in that shape, which may not
 * be the tensor's own (a product makes long matrices), else in that rank. */
static odd_status operand_value(odd_planner *p, const odd_post *post, const odd_desc *result,
                                int *value)
{
    odd_status st;
    ODD_TRY(odd_plan_input(p, post->operand, value));
    const odd_desc *have = odd_plan_desc(p, *value);
    if (odd_desc_same_dims(have, result)) return ODD_OK;
    if (values_of(have) == values_of(result))
        ODD_TRY(odd_reshaped(p, *value, result->ndims, result->dims, value));
    else
        ODD_TRY(odd_value_of_rank(p, post->operand, result->ndims, value));
done:
    return st;
}

/* The operand in any layout that suits the result; a number a channel stays as it is. */
static odd_status append_binary(odd_planner *p, const odd_post *post, const odd_desc *result,
                                dnnl_post_ops_t ops)
{
    odd_desc desc;
    int operand;
    odd_status st;
    ODD_TRY(operand_value(p, post, result, &operand));
    const odd_desc *have = odd_plan_desc(p, operand);
    desc = *have;
    if (odd_desc_same_dims(have, result))
        ODD_TRY(odd_desc_any(&desc, have->ndims, result->dims, have->data_type));
    ODD_TRY(odd_attr_binary(ops, post->alg, &desc));
done:
    return st;
}

static odd_status append_post(odd_planner *p, const odd_step *step, int i, int sum,
                              const odd_desc *result, dnnl_post_ops_t ops)
{
    const odd_post *post = &step->post[i];
    if (i == sum) return odd_attr_sum(ops);
    if (post->binary) return append_binary(p, post, result, ops);
    return odd_attr_eltwise(ops, post->alg, post->alpha, post->beta);
}

static odd_status pd_with_posts(odd_planner *p, const odd_step *step,
                                const odd_primitive *primitive, int sum, const char *what,
                                dnnl_primitive_desc_t *pd)
{
    dnnl_post_ops_t ops = NULL;
    dnnl_primitive_attr_t attr = NULL;
    odd_status st;
    ODD_TRY(odd_dnnl(dnnl_post_ops_create(&ops), "fused operations"));
    ODD_TRY(odd_attr_new(&attr));
    for (int i = 0; i < step->posts; i++) {
        ODD_TRY(append_post(p, step, i, sum, primitive->result, ops));
    }
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_set_post_ops(attr, ops), "fused operations"));
    ODD_TRY(odd_plan_pd(p, primitive, attr, what, pd));
done:
    dnnl_post_ops_destroy(ops);
    dnnl_primitive_attr_destroy(attr);
    return st;
}

odd_status odd_fused_pd(odd_planner *p, const odd_step *step, const odd_primitive *primitive,
                        int source, const char *what, odd_fused *fused)
{
    *fused = (odd_fused){.fused = true, .sum = find_sum(p, step, source)};
    if (step->posts > 0) {
        odd_status st = pd_with_posts(p, step, primitive, fused->sum, what, &fused->pd);
        if (st == ODD_OK && !odd_pd_is_slow(fused->pd)) return ODD_OK;
        dnnl_primitive_desc_destroy(fused->pd);
        fused->pd = NULL;
        fused->fused = false;
        fused->sum = -1;
    }
    return odd_plan_pd(p, primitive, NULL, what, &fused->pd);
}

/* The result: new, or on top of what is summed. */
static odd_status result_value(odd_planner *p, const odd_step *step, const odd_fused *fused,
                               int source, int *result)
{
    const odd_desc desc = odd_pd_desc(fused->pd, dnnl_query_dst_md, 0);
    odd_status st;
    int added;
    if (fused->sum < 0) return odd_plan_value(p, &desc, result);
    ODD_TRY(operand_value(p, &step->post[fused->sum], &desc, &added));
    ODD_TRY(odd_plan_reorder(p, added, &desc, &added));
    if (!odd_plan_is_free(p, added) || odd_plan_share(p, added, source))
        ODD_TRY(odd_plan_copy(p, added, &desc, &added));
    ODD_TRY(odd_plan_alias(p, added, &desc, result));
done:
    return st;
}

static odd_status operand_arguments(odd_planner *p, const odd_step *step, const odd_fused *fused,
                                    odd_argument argument[], int *arguments)
{
    const odd_desc result = odd_pd_desc(fused->pd, dnnl_query_dst_md, 0);
    odd_status st = ODD_OK;
    for (int i = 0; i < step->posts; i++) {
        int arg = DNNL_ARG_ATTR_MULTIPLE_POST_OP(i) | DNNL_ARG_SRC_1, operand;
        if (!step->post[i].binary || i == fused->sum) continue;
        const odd_desc desc = odd_pd_desc(fused->pd, dnnl_query_exec_arg_md, arg);
        ODD_TRY(operand_value(p, &step->post[i], &result, &operand));
        ODD_TRY(odd_plan_reorder(p, operand, &desc, &operand));
        argument[(*arguments)++] = (odd_argument){arg, operand};
    }
done:
    return st;
}

odd_status odd_fused_add(odd_planner *p, const odd_step *step, const odd_fused *fused,
                         int arguments, const odd_argument argument[], const char *what,
                         int *result)
{
    enum { MOST = 8 }; /* sources, weights, statistics */
    odd_argument all[MOST + 1 + ODD_POSTS];
    odd_status st;
    ODD_CHECK(arguments <= MOST);
    memcpy(all, argument, sizeof *all * (size_t)arguments);
    ODD_TRY(result_value(p, step, fused, argument[0].value, result));
    if (fused->fused) ODD_TRY(operand_arguments(p, step, fused, all, &arguments));
    all[arguments++] = (odd_argument){DNNL_ARG_DST, *result};
    ODD_TRY(odd_plan_primitive(p, fused->pd, arguments, all, what));
    if (!fused->fused) ODD_TRY(odd_posts_add(p, step, *result, result));
done:
    return st;
}

/* ---- As operations of their own ---- */

static odd_status add_eltwise(odd_planner *p, const odd_post *post, int value, int *result)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    const odd_desc desc = *odd_plan_desc(p, value);
    const odd_primitive primitive = {.kind = dnnl_eltwise,
                                     .prop = p->prop,
                                     .alg = post->alg,
                                     .source = &desc,
                                     .result = &desc,
                                     .alpha = post->alpha,
                                     .beta = post->beta};
    ODD_TRY(odd_plan_pd(p, &primitive, NULL, "activation", &pd));
    if (odd_plan_is_free(p, value))
        ODD_TRY(odd_plan_alias(p, value, &desc, result));
    else
        ODD_TRY(odd_plan_value(p, &desc, result));
    const odd_argument argument[] = {{DNNL_ARG_SRC, value}, {DNNL_ARG_DST, *result}};
    ODD_TRY(odd_plan_primitive(p, pd, 2, argument, "activation"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

static odd_status add_post(odd_planner *p, const odd_post *post, int value, int *result)
{
    int operand;
    if (!post->binary) return add_eltwise(p, post, value, result);
    const odd_desc like = *odd_plan_desc(p, value);
    odd_status st = operand_value(p, post, &like, &operand);
    if (st != ODD_OK) return st;
    return odd_binary_add(p, post->alg, value, operand, result);
}

odd_status odd_posts_add(odd_planner *p, const odd_step *step, int value, int *result)
{
    *result = value;
    for (int i = 0; i < step->posts; i++) {
        odd_status st = add_post(p, &step->post[i], *result, result);
        if (st != ODD_OK) return st;
    }
    return ODD_OK;
}

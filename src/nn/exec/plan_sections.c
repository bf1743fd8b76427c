/* The sections of a plan: how the tensor between two of them is filled, part by part. */
#include "nn/exec/plan_internal.h"

#include <string.h>

/* The layout of the first images of `whole`; is it `desc`? */
static odd_status begins_like(const odd_desc *desc, const odd_desc *whole, bool *like)
{
    odd_desc part;
    const dnnl_dims_t first = {0};
    odd_status st = odd_desc_part(&part, whole, desc->dims, first);
    *like = st == ODD_OK && odd_desc_equal(&part, desc);
    return st;
}

/* Of more images in the layout of `desc`, if that is one of those in which image lies behind image;
 * else row-major. */
static odd_status of_more(const odd_desc *desc, int64_t images, odd_desc *whole)
{
    static const dnnl_format_tag_t tags[] = {dnnl_nhwc, dnnl_nChw16c, dnnl_nChw8c};
    dnnl_dims_t dims;
    odd_status st = ODD_OK;
    bool like = false;
    memcpy(dims, desc->dims, sizeof dims);
    dims[0] = images;
    for (size_t i = 0; desc->ndims == 4 && i < sizeof tags / sizeof *tags; i++) {
        ODD_TRY(odd_desc_tagged(whole, 4, dims, desc->data_type, tags[i]));
        ODD_TRY(begins_like(desc, whole, &like));
        if (like) return ODD_OK;
    }
    ODD_TRY(odd_desc_plain(whole, desc->ndims, dims, desc->data_type));
done:
    return st;
}

/* True if a value is all that is in its root, so that this may be a part of another. */
static bool is_whole(const odd_plan *plan, int value)
{
    const odd_value *v = &plan->value[value], *root = &plan->value[v->root];
    return root->home == ODD_HOME_ARENA && !root->stays && !root->joins && v->start == 0 &&
           root->bytes == odd_desc_bytes(&v->desc);
}

/* All that shares bytes with `value` is from now on in its images' part of `whole`. */
static void move_into(odd_plan *plan, int value, int whole, int64_t pace)
{
    const int root = plan->value[value].root;
    for (int i = 0; i < plan->values; i++)
        if (plan->value[i].root == root) {
            plan->value[i].root = whole;
            plan->value[i].pace = pace;
        }
}

static odd_status copy_into(odd_planner *p, int value, int whole, int64_t pace)
{
    const dnnl_dims_t first = {0};
    odd_desc desc;
    odd_status st;
    int part;
    ODD_TRY(odd_desc_part(&desc, odd_plan_desc(p, whole), odd_plan_desc(p, value)->dims, first));
    ODD_TRY(odd_plan_part(p, whole, &desc, 0, &part));
    p->plan->value[part].pace = pace;
    ODD_TRY(odd_plan_reorder_into(p, value, part));
done:
    return st;
}

/* What the next section reads, of all its images. */
static odd_status join(odd_planner *p, int tensor, int64_t images)
{
    odd_desc desc, whole;
    odd_status st;
    int made, joined;
    bool like;
    ODD_TRY(odd_plan_input(p, tensor, &made));
    desc = *odd_plan_desc(p, made);
    ODD_TRY(of_more(&desc, images, &whole));
    const int64_t pace = odd_desc_bytes(&whole) / images;
    ODD_TRY(odd_plan_value(p, &whole, &joined));
    p->plan->value[joined].joins = true;
    ODD_TRY(begins_like(&desc, &whole, &like));
    if (like && is_whole(p->plan, made))
        move_into(p->plan, made, joined, pace);
    else
        ODD_TRY(copy_into(p, made, joined, pace));
    odd_plan_bind(p, tensor, joined);
done:
    return st;
}

/* The caller's images, which are there of all sections. */
static void move_input(odd_plan *plan)
{
    for (int i = 0; i < plan->values; i++) {
        const odd_value *root = &plan->value[plan->value[i].root];
        if (root->home == ODD_HOME_INPUT)
            plan->value[i].pace = odd_desc_bytes(&root->desc) / plan->n;
    }
}

odd_status odd_plan_next_section(odd_planner *p)
{
    odd_plan *plan = p->plan;
    const odd_program_section *next = &p->program->section[plan->sections];
    odd_status st;
    if (plan->sections == 1) move_input(plan);
    ODD_TRY(join(p, next->tensor, next->images));
    plan->section[plan->sections - 1].end = plan->operations;
    plan->section[plan->sections++].images = plan->n = next->images;
done:
    return st;
}

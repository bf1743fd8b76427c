/* Convolution by Winograd's minimal filtering F(4 x 4, 3 x 3): 36 products make 16 results that
 * take 144 otherwise, at the price of transforms (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015). The rounding is some times that of the direct way: 2e-6 of
 * the largest result. */
#include "nn/exec/layers_internal.h"

#include <string.h>

#define KERNEL        "wino_4x3"   /* in the name of oneDNN's implementation */
#define LAYOUT        dnnl_nChw16c /* that it reads and writes */
#define LEAST_SIDE    24           /* smaller maps make too few products with each weight, */
#define LEAST_CHANNEL 64           /* and fewer channels too few for each transform */

static bool is_plain_window(const odd_layer_settings *s)
{
    bool is = s->group == 1;
    for (int i = 0; i < 2; i++) {
        is = is && s->stride[i] == 1 && s->dilation[i] == 1;
    }
    for (int i = 0; i < 4; i++) {
        is = is && s->pad[i] >= 0 && s->pad[i] <= 1;
    }
    return is;
}

static bool has_binary_post(const odd_step *step)
{
    for (int i = 0; i < step->posts; i++) {
        if (step->post[i].binary) return true;
    }
    return false;
}

/* Looks at the layer, not at the batch: which way is taken shows in the last bits. */
static bool suits(const odd_planner *p, const odd_step *step)
{
    const odd_tensor *w = &p->graph->tensor[step->input[1]];
    const odd_tensor *y = &p->graph->tensor[step->output];
    return p->prop == dnnl_forward_inference && p->products == dnnl_f32 && y->rank == 4 &&
           w->shape[2] == 3 && w->shape[3] == 3 && w->shape[0] >= LEAST_CHANNEL &&
           w->shape[1] >= LEAST_CHANNEL && y->shape[2] >= LEAST_SIDE && y->shape[3] >= LEAST_SIDE &&
           is_plain_window(&step->set) && !has_binary_post(step);
}

static odd_status make_attributes(const odd_step *step, dnnl_primitive_attr_t *attr)
{
    const char *what = "attributes";
    dnnl_post_ops_t ops = NULL;
    odd_status st;
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_create(attr), what));
    ODD_TRY(
        odd_dnnl(dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user), what));
    ODD_TRY(odd_dnnl(dnnl_post_ops_create(&ops), what));
    for (int i = 0; i < step->posts; i++) {
        const odd_post *post = &step->post[i];
        ODD_TRY(odd_dnnl(dnnl_post_ops_append_eltwise(ops, 1, post->alg, post->alpha, post->beta),
                         what));
    }
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_set_post_ops(*attr, ops), what));
done:
    dnnl_post_ops_destroy(ops);
    return st;
}

/* NULL where oneDNN does not have it for this layer and CPU. */
static dnnl_primitive_desc_t find_kernel(dnnl_engine_t engine, const dnnl_convolution_desc_t *op,
                                         dnnl_primitive_attr_t attr)
{
    dnnl_primitive_desc_iterator_t list = NULL;
    dnnl_primitive_desc_t found = NULL;
    dnnl_status_t more = dnnl_primitive_desc_iterator_create(&list, op, attr, engine, NULL);
    while (more == dnnl_success && !found) {
        const char *name = "";
        found = dnnl_primitive_desc_iterator_fetch(list);
        dnnl_primitive_desc_query(found, dnnl_query_impl_info_str, 0, &name);
        if (strstr(name, KERNEL)) break;
        dnnl_primitive_desc_destroy(found);
        found = NULL;
        more = dnnl_primitive_desc_iterator_next(list);
    }
    dnnl_primitive_desc_iterator_destroy(list);
    return found;
}

typedef struct {
    int64_t n;
    dnnl_memory_desc_t source, result;         /* of n images */
    dnnl_memory_desc_t one_source, one_result; /* of one */
} map_descs;

static odd_status map_desc(const odd_planner *p, int tensor, int64_t n, dnnl_memory_desc_t *desc)
{
    dnnl_dims_t dims;
    int rank = odd_plan_dims(p, tensor, dims);
    dims[0] = n;
    return odd_dnnl(dnnl_memory_desc_init_by_tag(desc, rank, dims, dnnl_f32, LAYOUT), "layout");
}

static odd_status make_maps(const odd_planner *p, const odd_step *step, map_descs *m)
{
    dnnl_dims_t dims;
    odd_status st;
    odd_plan_dims(p, step->output, dims);
    m->n = dims[0];
    ODD_TRY(map_desc(p, step->input[0], m->n, &m->source));
    ODD_TRY(map_desc(p, step->output, m->n, &m->result));
    ODD_TRY(map_desc(p, step->input[0], 1, &m->one_source));
    ODD_TRY(map_desc(p, step->output, 1, &m->one_result));
done:
    return st;
}

/* The descriptor for one image; NULL: there is none. */
static odd_status make_pd(const odd_planner *p, const odd_step *step, const map_descs *m,
                          int weights, dnnl_primitive_desc_t *pd)
{
    const dnnl_memory_desc_t *w = odd_plan_desc(p, weights);
    const odd_conv_window window = odd_conv_window_of(step);
    bool has_bias = step->inputs > 2 && step->input[2] >= 0;
    dnnl_memory_desc_t any_weights, bias = {0};
    dnnl_convolution_desc_t op;
    dnnl_primitive_attr_t attr = NULL;
    odd_status st;
    ODD_TRY(odd_desc_any(&any_weights, w->ndims, w->dims, dnnl_f32));
    if (has_bias) ODD_TRY(odd_desc_any(&bias, 1, w->dims, dnnl_f32)); /* dims[0]: outputs */
    ODD_TRY(odd_dnnl(dnnl_dilated_convolution_forward_desc_init(
                         &op, p->prop, dnnl_convolution_winograd, &m->one_source, &any_weights,
                         has_bias ? &bias : NULL, &m->one_result, window.stride, window.gap,
                         window.before, window.after),
                     "convolution"));
    ODD_TRY(make_attributes(step, &attr));
    *pd = find_kernel(p->engine, &op, attr);
done:
    dnnl_primitive_attr_destroy(attr);
    return st;
}

/* One primitive an image: with several at once the order of sums depends on how many there are. It
 * also is no slower, as the transformed maps of one image stay in the nearest caches. */
static odd_status add_images(odd_planner *p, const map_descs *m, dnnl_primitive_desc_t pd,
                             int arguments, odd_argument argument[], int source, int result)
{
    int64_t in = (int64_t)dnnl_memory_desc_get_size(&m->one_source);
    int64_t out = (int64_t)dnnl_memory_desc_get_size(&m->one_result);
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < m->n; i++) {
        argument[0].arg = DNNL_ARG_SRC;
        argument[1].arg = DNNL_ARG_DST;
        ODD_TRY(odd_plan_part(p, source, &m->one_source, i * in, &argument[0].value));
        ODD_TRY(odd_plan_part(p, result, &m->one_result, i * out, &argument[1].value));
        ODD_TRY(odd_plan_primitive(p, pd, arguments, argument, "convolution"));
    }
done:
    return st;
}

static odd_status add_winograd(odd_planner *p, const odd_step *step, const map_descs *m,
                               dnnl_primitive_desc_t pd, int source, int weights)
{
    odd_argument argument[4];
    int result, arguments = 2;
    odd_status st;
    ODD_TRY(odd_plan_reorder(p, source, &m->source, &source));
    ODD_TRY(odd_plan_reorder(p, weights, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0),
                             &weights));
    argument[arguments++] = (odd_argument){DNNL_ARG_WEIGHTS, weights};
    if (step->inputs > 2 && step->input[2] >= 0) {
        argument[arguments].arg = DNNL_ARG_BIAS;
        ODD_TRY(odd_plan_plain(p, step->input[2], &argument[arguments++].value));
    }
    ODD_TRY(odd_plan_value(p, &m->result, &result));
    ODD_TRY(add_images(p, m, pd, arguments, argument, source, result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}

odd_status odd_plan_winograd(odd_planner *p, const odd_step *step, int source, int weights,
                             bool *planned)
{
    dnnl_primitive_desc_t pd = NULL;
    map_descs m;
    odd_status st;
    *planned = false;
    if (!suits(p, step)) return ODD_OK;
    ODD_TRY(make_maps(p, step, &m));
    ODD_TRY(make_pd(p, step, &m, weights, &pd));
    if (!pd) return ODD_OK;
    ODD_TRY(add_winograd(p, step, &m, pd, source, weights));
    *planned = true;
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* Convolution by Winograd's minimal filtering F(4 x 4, 3 x 3): 36 products make 16 results that
 * take 144 otherwise, at the price of transforms (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015). The rounding is some times that of the direct way: 2e-6 of
 * the largest result. */
#include "nn/exec/layers_internal.h"

#define KERNEL       "wino_4x3"   /* in the name of oneDNN's implementation */
#define LAYOUT       dnnl_nChw16c /* that it reads and writes */
#define LEAST_SIDE   24           /* smaller maps make too few products with each weight, */
#define LEAST_OUTPUT 64           /* and fewer channels too few for each transform */
#define LEAST_INPUT  48

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

/* Values of other layers are never taken inside, of activations few are. */
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
           w->shape[2] == 3 && w->shape[3] == 3 && w->shape[0] >= LEAST_OUTPUT &&
           w->shape[1] >= LEAST_INPUT && y->shape[2] >= LEAST_SIDE && y->shape[3] >= LEAST_SIDE &&
           is_plain_window(&step->set);
}

static odd_status make_attributes(const odd_step *step, bool fused, dnnl_primitive_attr_t *attr)
{
    const char *what = "attributes";
    dnnl_post_ops_t ops = NULL;
    odd_status st;
    ODD_TRY(odd_attr_new(attr));
    ODD_TRY(odd_dnnl(dnnl_post_ops_create(&ops), what));
    for (int i = 0; fused && i < step->posts; i++) {
        const odd_post *post = &step->post[i];
        ODD_TRY(odd_attr_eltwise(ops, post->alg, post->alpha, post->beta));
    }
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_set_post_ops(*attr, ops), what));
done:
    dnnl_post_ops_destroy(ops);
    return st;
}

typedef struct {
    int64_t n;
    odd_desc source, result;         /* of n images */
    odd_desc one_source, one_result; /* of one */
} map_descs;

static odd_status map_desc(const odd_planner *p, int tensor, int64_t n, odd_desc *desc)
{
    dnnl_dims_t dims;
    int rank = odd_plan_dims(p, tensor, dims);
    dims[0] = n;
    return odd_desc_tagged(desc, rank, dims, dnnl_f32, LAYOUT);
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

/* The descriptor for one image, with the posts inside or without them; NULL where oneDNN has none
 * for this layer and CPU: version 3 has given Winograd's way up. */
static odd_status make_pd(const odd_planner *p, const odd_step *step, const map_descs *m,
                          int weights, bool fused, dnnl_primitive_desc_t *pd)
{
    const odd_desc *w = odd_plan_desc(p, weights);
    const odd_window window = odd_conv_window_of(step);
    bool has_bias = step->inputs > 2 && step->input[2] >= 0;
    odd_desc any_weights, bias;
    dnnl_primitive_attr_t attr = NULL;
    odd_status st;
    ODD_TRY(odd_desc_any(&any_weights, w->ndims, w->dims, dnnl_f32));
    if (has_bias) ODD_TRY(odd_desc_any(&bias, 1, w->dims, dnnl_f32)); /* dims[0]: outputs */
    const odd_primitive primitive = {.kind = dnnl_convolution,
                                     .prop = p->prop,
                                     .alg = dnnl_convolution_winograd,
                                     .source = &m->one_source,
                                     .weights = &any_weights,
                                     .bias = has_bias ? &bias : NULL,
                                     .result = &m->one_result,
                                     .window = &window};
    ODD_TRY(make_attributes(step, fused, &attr));
    ODD_TRY(odd_pd_named(&primitive, p->engine, attr, KERNEL, pd));
done:
    dnnl_primitive_attr_destroy(attr);
    return st;
}

/* One primitive an image: with several at once the order of sums depends on how many there are. It
 * also is no slower, as the transformed maps of one image stay in the nearest caches. */
static odd_status add_images(odd_planner *p, const map_descs *m, dnnl_primitive_desc_t pd,
                             int arguments, odd_argument argument[], int source, int result)
{
    int64_t in = odd_desc_bytes(&m->one_source);
    int64_t out = odd_desc_bytes(&m->one_result);
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
                               dnnl_primitive_desc_t pd, bool fused, int source, int weights)
{
    odd_argument argument[4];
    int result, arguments = 2;
    odd_status st;
    ODD_TRY(odd_plan_reorder(p, source, &m->source, &source));
    const odd_desc desc = odd_pd_desc(pd, dnnl_query_weights_md, 0);
    ODD_TRY(odd_plan_reorder(p, weights, &desc, &weights));
    argument[arguments++] = (odd_argument){DNNL_ARG_WEIGHTS, weights};
    if (step->inputs > 2 && step->input[2] >= 0) {
        argument[arguments].arg = DNNL_ARG_BIAS;
        ODD_TRY(odd_plan_plain(p, step->input[2], &argument[arguments++].value));
    }
    ODD_TRY(odd_plan_value(p, &m->result, &result));
    ODD_TRY(add_images(p, m, pd, arguments, argument, source, result));
    if (!fused) ODD_TRY(odd_posts_add(p, step, result, &result));
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
    bool fused = !has_binary_post(step);
    *planned = false;
    if (!suits(p, step)) return ODD_OK;
    ODD_TRY(make_maps(p, step, &m));
    if (fused) ODD_TRY(make_pd(p, step, &m, weights, true, &pd));
    if (!pd) {
        fused = false;
        ODD_TRY(make_pd(p, step, &m, weights, false, &pd));
    }
    if (!pd) return ODD_OK;
    ODD_TRY(add_winograd(p, step, &m, pd, fused, source, weights));
    *planned = true;
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

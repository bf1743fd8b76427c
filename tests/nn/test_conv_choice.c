/* Which kernel a convolution takes with no more than AVX2: none of the products that oneDNN 3 has
 * first in its list; and that its results are right. */
#include "net_check.h"
#include "oddlot_test.h"

#include "nn/exec/conv_choice_internal.h"

const char *odd_test_name = "nn.conv_choice";

/* Of 32 channels of maps: each alone, or all of them. */
static odd_status make_pd(dnnl_engine_t engine, const odd_desc *w, int64_t border,
                          dnnl_prop_kind_t prop, dnnl_primitive_desc_t *pd)
{
    const odd_window window = {
        .stride = {1, 1}, .before = {border, border}, .after = {border, border}};
    odd_desc x;
    odd_status st;
    ODD_TRY(odd_desc_any(&x, 4, (const dnnl_dims_t){2, 32, 14, 14}, dnnl_f32));
    const odd_primitive primitive = {.kind = dnnl_convolution,
                                     .prop = prop,
                                     .alg = dnnl_convolution_direct,
                                     .source = &x,
                                     .weights = w,
                                     .result = &x,
                                     .window = &window};
    ODD_TRY(odd_pd_new(&primitive, engine, NULL, "convolution", pd));
    ODD_TRY(odd_conv_choose(&primitive, engine, NULL, pd));
done:
    return st;
}

static void check_kernel(dnnl_engine_t engine, int rank, const dnnl_dims_t filters,
                         const char *name)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_desc w;
    const int64_t border = filters[rank - 1] / 2;
    CU_ASSERT_EQUAL_FATAL(odd_desc_any(&w, rank, filters, dnnl_f32), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(make_pd(engine, &w, border, dnnl_forward_inference, &pd), ODD_OK);
    CU_ASSERT(odd_pd_is_named(pd, name) || odd_pd_is_slow(pd)); /* slow: a CPU without AVX2 */
    dnnl_primitive_desc_destroy(pd);
    pd = NULL;
    CU_ASSERT_EQUAL(make_pd(engine, &w, border, dnnl_forward_training, &pd), ODD_OK);
    dnnl_primitive_desc_destroy(pd);
}

static void kernels(void)
{
    dnnl_engine_t engine = NULL;
    CU_ASSERT_EQUAL_FATAL(dnnl_engine_create(&engine, dnnl_cpu, 0), dnnl_success);
    check_kernel(engine, 5, (const dnnl_dims_t){32, 1, 1, 3, 3}, "jit_dw:avx2");
    check_kernel(engine, 4, (const dnnl_dims_t){32, 32, 1, 1}, "jit_1x1:avx2");
    check_kernel(engine, 4, (const dnnl_dims_t){32, 32, 3, 3}, "jit:avx2");
    dnnl_engine_destroy(engine);
}

static void results(void)
{
    for (int posts = 0; posts < 4; posts++) {
        odd_layer_settings depthwise = net_window(3, 1 + posts % 2, 1);
        const odd_layer_settings one = net_window(1, 1, 0);
        net_maker m = net_start((uint64_t)posts, 3, 11, 9);
        int x = net_conv(&m, &one, m.g->input, 24);
        depthwise.group = 24;
        int y = net_conv(&m, &depthwise, x, 24);
        if (posts > 0) y = net_layer(&m, ODD_LAYER_HARD_SWISH, NULL, y);
        if (posts % 2 == 1)
            y = net_layer2(&m, ODD_LAYER_ADD, NULL, y, net_conv(&m, &depthwise, x, 24));
        net_output(&m, net_conv(&m, &one, y, 12));
        if (posts < 2)
            net_check(&m, "filters of one channel", ODD_PRECISION_F32, 1e-5);
        else
            net_check_numbers(&m, ODD_PRECISION_F32);
    }
}

static void limit(void)
{
    CU_ASSERT_EQUAL(dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2), dnnl_success);
}

CU_TestInfo odd_tests[] = {
    {"no more than AVX2", limit}, /* first: before oneDNN has made anything */
    {"kernels", kernels},
    {"their results", results},
    CU_TEST_INFO_NULL,
};

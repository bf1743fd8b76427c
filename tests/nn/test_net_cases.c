/* Net: every test case of the ONNX project that we claim runs with oneDNN and makes its output. */
#include "oddlot_test.h"
#include "onnx_cases.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/net.h"

#include <stdio.h>

typedef struct {
    int beyond, passed, failed;
} tally;

static bool run_case(const onnx_case *c, const odd_graph *g)
{
    const odd_tensor *t = &g->tensor[g->output[0]];
    float *input = onnx_case_input(c, g), *output = odd_alloc(odd_tensor_values(t), sizeof *output);
    odd_net *net;
    bool agrees = output && odd_net_new(g, ODD_PRECISION_F32, &net) == ODD_OK;
    if (!agrees || odd_net_run(net, 1, NULL, input, &output) != ODD_OK)
        printf("\n    %s/%s: %s", c->suite, c->name, odd_fail_reason());
    agrees = agrees && onnx_case_agrees(c, 0, t, output);
    odd_net_free(&net);
    odd_free(output);
    odd_free(input);
    return agrees;
}

static void check(const onnx_case *c, void *context)
{
    char reason[64];
    tally *t = context;
    odd_graph *g;
    if (onnx_case_beyond(c, reason)) {
        t->beyond++;
        return;
    }
    bool passed = onnx_case_parse(c, &g) == ODD_OK && run_case(c, g);
    if (!passed) printf("\n    %s/%s fails", c->suite, c->name);
    t->passed += passed;
    t->failed += !passed;
    odd_graph_free(&g);
}

static void test_cases(void)
{
    tally t = {0, 0, 0};
    if (!onnx_cases_folder()) {
        printf(" skipped: libonnx-testdata is not installed ");
        return;
    }
    int found = onnx_cases_visit(check, &t);
    printf("\n    %d cases: %d pass, %d fail, %d are not claimed ", found, t.passed, t.failed,
           t.beyond);
    CU_ASSERT_EQUAL(t.failed, 0);
    CU_ASSERT(t.passed >= onnx_cases_least(found));
}

const char *odd_test_name = "net_cases";
CU_TestInfo odd_tests[] = {
    {"claimed cases of the ONNX project pass", test_cases},
    CU_TEST_INFO_NULL,
};

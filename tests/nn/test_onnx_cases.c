/* Every test case of the ONNX project that we claim is read, has the shapes that it should have,
 * and the plain loops make its first output. */
#include "oddlot_test.h"
#include "onnx_cases.h"

#include "nn/graph/reference_internal.h"

#include "oddlot/base/memory.h"

#include <stdio.h>

const char *odd_test_name = "nn.onnx_cases";

typedef struct {
    int beyond, passed, failed;
} tally;

static bool makes_its_output(const onnx_case *c, const odd_graph *g)
{
    const odd_tensor *t = &g->tensor[g->output[0]];
    float *input = onnx_case_input(c, g), *output = odd_alloc(odd_tensor_values(t), sizeof *output);
    bool agrees = output && odd_reference_run(g, 1, input, &output) == ODD_OK &&
                  onnx_case_agrees(c, 0, t, output);
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
    bool read = onnx_case_parse(c, &g) == ODD_OK;
    bool passed = read && makes_its_output(c, g);
    if (!passed) printf("\n    %s/%s: %s", c->suite, c->name, read ? "wrong" : odd_fail_reason());
    t->passed += passed;
    t->failed += !passed;
    odd_graph_free(&g);
}

static void claimed_cases_pass(void)
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

CU_TestInfo odd_tests[] = {
    {"claimed cases pass", claimed_cases_pass},
    CU_TEST_INFO_NULL,
};

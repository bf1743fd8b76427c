/* The ONNX project's own test cases (Debian's libonnx-testdata): a folder each, with a model, its
 * inputs and the outputs that it must make. */
#ifndef ODDLOT_ONNX_CASES_H
#define ODDLOT_ONNX_CASES_H

#include "nn/onnx/onnx_internal.h"

#include <stdbool.h>

#define CASE_INPUTS  8
#define CASE_OUTPUTS 8

typedef struct {
    const char *suite, *name; /* "node", "test_relu" */
    char *model;
    int64_t model_size;
    odd_onnx_blob input[CASE_INPUTS]; /* bytes from odd_file_slurp() */
    int inputs;
    odd_tensor output[CASE_OUTPUTS]; /* rank -1: not one of numbers */
    int outputs;
} onnx_case;

/* The folder of all cases, NULL where the package is not installed. */
const char *onnx_cases_folder(void);

/* Call `visit` for each case in the order of their names; a case that cannot be loaded is skipped
 * (sequences, optional values). The number of cases found in all. */
int onnx_cases_visit(void (*visit)(const onnx_case *c, void *context), void *context);

/* Why oddlot does not claim the case (an operator or opset that it does not know, whole numbers,
 * ...), NULL: it claims it. Perhaps into `reason`. */
const char *onnx_case_beyond(const onnx_case *c, char reason[static 64]);

/* So many pass at least where so many are found: of ONNX 1.12 263; 1.17 has turned most of its
 * cases into those of later opsets. */
int onnx_cases_least(int found);

/* Read the model for its first output, with its first input open and the rest as constants; where
 * the first is no input for images (a shape, whole numbers) as constant too. */
odd_status onnx_case_parse(const onnx_case *c, odd_graph **out);

/* The values of the open input; NULL if everything is constant. Owned by caller: odd_free(). */
float *onnx_case_input(const onnx_case *c, const odd_graph *g);

/* True if `values` are those of output o, within what the ONNX project allows (1e-3 relative). */
bool onnx_case_agrees(const onnx_case *c, int o, const odd_tensor *shape, const float values[]);

#endif

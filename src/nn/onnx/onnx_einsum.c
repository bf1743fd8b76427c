/* Einsum of ONNX: sums over indices of two tensors that come down to one stack of products. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"

#include <ctype.h>
#include <string.h>

/* The letters of both inputs and of the result, one a dimension. */
typedef struct {
    char a[ODD_TENSOR_RANK + 1], b[ODD_TENSOR_RANK + 1], out[ODD_TENSOR_RANK + 1];
} equation;

/* Letters up to `end` or the end of the text; spaces do not count. False: it is too long, or has
 * another sign or a letter twice. */
static bool take_letters(const char **at, const char *last, char end, char letters[])
{
    int count = 0;
    for (; *at < last && **at != end; ++*at) {
        if (**at == ' ') continue;
        if (!isalpha((unsigned char)**at) || count == ODD_TENSOR_RANK ||
            memchr(letters, **at, (size_t)count))
            return false;
        letters[count++] = **at;
    }
    letters[count] = '\0';
    return true;
}

static odd_status read_equation(const odd_onnx_reader *r, equation *e)
{
    size_t length;
    const char *at = odd_node_word(r, "equation", &length), *last = at ? at + length : NULL;
    bool good = at && take_letters(&at, last, ',', e->a) && at < last;
    if (good) {
        at++;
        good = take_letters(&at, last, '-', e->b) && last - at >= 2 && at[1] == '>';
    }
    if (good) {
        at += 2;
        good = take_letters(&at, last, '\0', e->out);
    }
    if (good) return ODD_OK;
    return odd_node_fail(r, "its equation is not one of two tensors with a letter a dimension");
}

/* Letters of what a product is made of: stacks, one of rows, of columns and of the sum. */
typedef struct {
    char stack[ODD_TENSOR_RANK + 1], row, column, sum;
} letters;

static odd_status sort_letters(const odd_onnx_reader *r, const equation *e, letters *l)
{
    int stacks = 0, rows = 0, columns = 0, sums = 0;
    *l = (letters){.row = 0};
    for (const char *c = e->a; *c; c++) {
        const bool in_b = strchr(e->b, *c), in_out = strchr(e->out, *c);
        if (in_b && in_out)
            l->stack[stacks++] = *c;
        else if (in_b || in_out)
            *(in_b ? &l->sum : &l->row) = *c, *(in_b ? &sums : &rows) += 1;
        else
            rows = ODD_TENSOR_RANK; /* summed alone */
    }
    for (const char *c = e->b; *c; c++)
        if (!strchr(e->a, *c)) l->column = *c, columns += strchr(e->out, *c) ? 1 : ODD_TENSOR_RANK;
    const bool all = strlen(e->out) == (size_t)(stacks + rows + columns);
    if (rows == 1 && columns == 1 && sums == 1 && all) return ODD_OK;
    return odd_node_fail(r, "it is no stack of matrix products");
}

/* Dimensions named `have` into the order of `want`. */
static odd_status turn(odd_onnx_reader *r, const char *have, const char *want, int output,
                       int *tensor)
{
    odd_layer_settings set = odd_layer_defaults();
    odd_status st = ODD_OK;
    set.axes = (int)strlen(want);
    for (int d = 0; d < set.axes; d++)
        set.list[d] = strchr(have, want[d]) - have;
    if (r->stacked && r->graph->tensor[*tensor].batched)
        ODD_TRY(odd_node_stack_settings(r, ODD_LAYER_TRANSPOSE, &set));
    if (output >= 0) return odd_node_layer(r, ODD_LAYER_TRANSPOSE, &set, 1, tensor);
    if (strcmp(have, want) != 0)
        st = odd_node_step(r, ODD_LAYER_TRANSPOSE, &set, 1, tensor, tensor);
done:
    return st;
}

static void spell(char text[], const letters *l, char first, char second)
{
    const size_t stacks = strlen(l->stack);
    memcpy(text, l->stack, stacks);
    text[stacks] = first;
    text[stacks + 1] = second;
    text[stacks + 2] = '\0';
}

/* True if the images would be a dimension of the matrices, or move. */
static bool touches_batch(const odd_onnx_reader *r, const equation *e, const letters *l,
                          const int input[2])
{
    const bool a = r->graph->tensor[input[0]].batched, b = r->graph->tensor[input[1]].batched;
    const char first = l->stack[0];
    return first == '\0' || (a && e->a[0] != first) || (b && e->b[0] != first) ||
           e->out[0] != first;
}

odd_status odd_read_einsum(odd_onnx_reader *r)
{
    odd_status st;
    equation e;
    letters l;
    int input[2];
    char text[ODD_TENSOR_RANK + 3];
    const odd_layer_settings set = odd_layer_defaults();
    if (r->node->n_input != 2) return odd_node_fail(r, "it has not two inputs");
    ODD_TRY(read_equation(r, &e));
    ODD_TRY(sort_letters(r, &e, &l));
    ODD_TRY(odd_node_apart(r, input));
    if (!r->stacked && touches_batch(r, &e, &l, input))
        return odd_node_fail(r, "it would mix images: the batch must stay the first dimension");
    for (int i = 0; i < 2; i++)
        if (odd_node_form(r, input[i], r->stacked && r->graph->tensor[input[i]].batched).rank !=
            (int)strlen(i == 0 ? e.a : e.b))
            return odd_node_fail(r, "its equation has not a letter for each dimension");
    spell(text, &l, l.row, l.sum);
    ODD_TRY(turn(r, e.a, text, -1, &input[0]));
    spell(text, &l, l.sum, l.column);
    ODD_TRY(turn(r, e.b, text, -1, &input[1]));
    spell(text, &l, l.row, l.column);
    if (strcmp(text, e.out) == 0) return odd_node_layer(r, ODD_LAYER_MATMUL, &set, 2, input);
    ODD_TRY(odd_node_step(r, ODD_LAYER_MATMUL, &set, 2, input, &input[0]));
    ODD_TRY(turn(r, text, e.out, 0, &input[0]));
done:
    return st;
}

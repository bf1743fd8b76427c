/* Missing operators: all that a model needs and oddlot does not have are told at once, with what an
 * exporter can do about them; choices that a model ends in are left away. */
#include "nn/onnx/onnx_missing_internal.h"

#include "nn/graph/names_internal.h"
#include "nn/onnx/onnx_order_internal.h"
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <limits.h>
#include <string.h>

#define TOLD 8   /* operators by name; of more only how many */
#define MOST 256 /* that are looked for */

static bool is_known(const Onnx__NodeProto *node)
{
    return odd_onnx_reader_of(node) != NULL;
}

/* ---- All at once ---- */

/* What to do about operators whose names begin so. */
static const struct {
    const char *domain, *name, *advice;
} advices[] = {
    {"com.microsoft", "QLinear",
     "it calculates with integers: quantise it with QuantFormat.QDQ, or take the float model"},
    {"com.microsoft", "QGemm",
     "it calculates with integers: quantise it with QuantFormat.QDQ, or take the float model"},
    {"com.microsoft", "",
     "ONNX Runtime optimised the file: take the one before, or export without its optimiser"},
    {"", "DynamicQuantize", "it is quantised dynamically: take the float model"},
    {"", "MatMulInteger", "it is quantised dynamically: take the float model"},
    {"", "ConvInteger", "it is quantised dynamically: take the float model"},
    {"", "QLinear", "it calculates with integers: take the float model"},
    {"", "Loop", "loops stay in it: export by tracing (torch.onnx.export with dynamo=True)"},
    {"", "Scan", "loops stay in it: export by tracing (torch.onnx.export with dynamo=True)"},
    {"", "If", "branches stay in it: export by tracing (torch.onnx.export with dynamo=True)"},
    {"", "Sequence", "lists stay in it: export by tracing (torch.onnx.export with dynamo=True)"},
    {"", "NonMaxSuppression", "export the model without its post-processing"},
    {"", "", "export only the layers that make features (torch.onnx.export of that submodule)"},
};

static const char *advice_for(const Onnx__NodeProto *node)
{
    const bool ours = odd_onnx_is_ours(node->domain);
    const char *name = node->op_type ? node->op_type : "";
    size_t i = 0;
    for (; i < sizeof advices / sizeof *advices - 1; i++) {
        const bool domain =
            *advices[i].domain ? !ours && !strcmp(advices[i].domain, node->domain) : ours;
        if (domain && strncmp(advices[i].name, name, strlen(advices[i].name)) == 0) break;
    }
    return advices[i].advice;
}

static bool same_operator(const Onnx__NodeProto *a, const Onnx__NodeProto *b)
{
    return strcmp(a->op_type ? a->op_type : "", b->op_type ? b->op_type : "") == 0 &&
           strcmp(odd_onnx_is_ours(a->domain) ? "" : a->domain,
                  odd_onnx_is_ours(b->domain) ? "" : b->domain) == 0;
}

static void add_operator(odd_text *out, const Onnx__NodeProto *node)
{
    const char *domain = odd_onnx_is_ours(node->domain) ? "" : node->domain;
    odd_text_format(out, "operator '%s%s%s'", domain, *domain ? "." : "",
                    node->op_type ? node->op_type : "");
}

/* Only the first is told with its node, so that one alone reads as it always did. */
static odd_status complain(const Onnx__NodeProto *const missing[], int count)
{
    odd_text words = ODD_TEXT_EMPTY;
    for (int i = 0; i < count && i < TOLD; i++) {
        if (i > 0) odd_text_add(&words, i + 1 < count || count > TOLD ? ", " : " and ");
        add_operator(&words, missing[i]);
    }
    if (count > TOLD) odd_text_format(&words, " and %d more", count - TOLD);
    odd_status st = odd_text_status(&words);
    if (st == ODD_OK)
        st = odd_fail(ODD_FORMAT, "node '%s': %s %s not supported; %s", odd_node_name(missing[0]),
                      odd_text_string(&words), count > 1 ? "are" : "is", advice_for(missing[0]));
    odd_text_free(&words);
    return st;
}

odd_status odd_onnx_check_operators(const Onnx__GraphProto *proto, const int order[], int count)
{
    odd_status st;
    const Onnx__NodeProto **missing;
    int found = 0;
    ODD_TRY(ODD_NEW(missing, MOST));
    for (int i = 0; i < count && found < MOST; i++) {
        const Onnx__NodeProto *node = proto->node[order[i]];
        bool told = is_known(node);
        for (int k = 0; !told && k < found; k++)
            told = same_operator(missing[k], node);
        if (!told) missing[found++] = node;
    }
    if (found > 0) st = complain(missing, found);
done:
    odd_free(missing);
    return st;
}

/* ---- Choices at the end ---- */

/* Operators that tell which value is the largest, or which boxes to keep: no features. */
static bool is_choice(const Onnx__NodeProto *node)
{
    static const char *const choices[] = {"ArgMax", "ArgMin", "TopK", "NonMaxSuppression"};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (node->op_type && strcmp(node->op_type, choices[i]) == 0)
            return odd_onnx_is_ours(node->domain);
    return false;
}

static odd_status add_once(odd_names *names, const char *name, int number)
{
    return odd_names_find(names, name) >= 0 ? ODD_OK : odd_names_add(names, name, number);
}

/* Marks what a choice or anything behind one makes; what a choice reads goes into `before`. */
static odd_status mark(const Onnx__NodeProto *node, odd_names *behind, odd_names *made,
                       const char *before[], size_t *befores)
{
    odd_status st = ODD_OK;
    bool blocked = is_choice(node);
    for (size_t k = 0; k < node->n_input; k++)
        blocked = blocked || odd_names_find(behind, node->input[k]) >= 0;
    for (size_t k = 0; k < node->n_output; k++)
        if (*node->output[k]) ODD_TRY(add_once(blocked ? behind : made, node->output[k], 0));
    if (is_choice(node) && node->n_input > 0 && odd_names_find(made, node->input[0]) >= 0)
        before[(*befores)++] = node->input[0];
done:
    return st;
}

/* The outputs that stay; without any, what the choices were made from. */
static odd_status keep(const odd_names *behind, const char *const before[], size_t befores,
                       const char *output[], size_t *outputs)
{
    odd_status st = ODD_OK;
    odd_names kept = {0};
    size_t count = 0, all = *outputs;
    for (size_t o = 0; o < all; o++)
        if (odd_names_find(behind, output[o]) < 0) output[count++] = output[o];
    const bool none = count == 0;
    for (size_t b = 0; none && b < befores && count < all; b++) {
        if (odd_names_find(&kept, before[b]) >= 0) continue;
        ODD_TRY(odd_names_add(&kept, before[b], 0));
        output[count++] = before[b];
    }
    if (count > 0) *outputs = count;
done:
    odd_names_free(&kept);
    return st;
}

odd_status odd_onnx_leave_choices(const Onnx__GraphProto *proto, const char *output[],
                                  size_t *outputs)
{
    odd_status st;
    int *order = NULL, count;
    const char **before = NULL;
    size_t befores = 0;
    odd_names behind = {0}, made = {0};
    ODD_TRY(odd_onnx_order(proto, output, *outputs, &order, &count));
    ODD_TRY(ODD_NEW(before, count));
    for (int i = 0; i < count; i++)
        ODD_TRY(mark(proto->node[order[i]], &behind, &made, before, &befores));
    if (befores > 0) ODD_TRY(keep(&behind, before, befores, output, outputs));
done:
    odd_names_free(&behind);
    odd_names_free(&made);
    odd_free(before);
    odd_free(order);
    return st;
}

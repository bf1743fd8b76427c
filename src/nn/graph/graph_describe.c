/* Describe: the layers of a graph as a table for people. */
#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS      5
#define FIRST_NUMBER 3 /* columns from here on are numbers */
#define GAP          "  "

/* One line of the table; the texts of names are borrowed. */
typedef struct {
    const char *name, *kind;
    char shape[ODD_SHAPE_TEXT], parameters[32], flops[32];
} line;

static const line heading = {"layer", "kind", "output", "parameters", "FLOPs"};

static const char *cell_text(const line *l, int column)
{
    const char *cells[COLUMNS] = {l->name, l->kind, l->shape, l->parameters, l->flops};
    return cells[column];
}

void odd_tensor_shape_text(const odd_tensor *t, char text[ODD_SHAPE_TEXT])
{
    size_t at = 0;
    snprintf(text, ODD_SHAPE_TEXT, "one number");
    for (int d = 0; d < t->rank; d++) {
        int more = d == 0 && t->batched ? snprintf(text, ODD_SHAPE_TEXT, "N")
                                        : snprintf(text + at, ODD_SHAPE_TEXT - at, "%s%" PRId64,
                                                   d > 0 ? " x " : "", t->shape[d]);
        at += (size_t)more;
    }
}

/* "1.2 M": three digits are enough to compare. */
static void flops_text(int64_t flops, char text[static 32])
{
    static const char units[] = " kMGTPE";
    double value = (double)flops;
    int unit = 0;
    for (; value >= 999.5; value /= 1000)
        unit++;
    if (unit == 0)
        snprintf(text, 32, "%.0f", value);
    else
        snprintf(text, 32, "%.*f %c",
                 value < 9.995   ? 2
                 : value < 99.95 ? 1
                                 : 0,
                 value, units[unit]);
}

/* Nothing to learn, nothing to multiply: the cell stays empty. */
static void fill_costs(line *l, int64_t parameters, int64_t flops)
{
    l->parameters[0] = l->flops[0] = '\0';
    if (parameters > 0) odd_human_count(parameters, l->parameters);
    if (flops > 0) flops_text(flops, l->flops);
}

static void fill_line(const odd_graph *g, const odd_layer *layer, bool counted[], line *l)
{
    l->name = layer->name;
    l->kind = odd_layer_name(layer->kind);
    odd_tensor_shape_text(&g->tensor[layer->output], l->shape);
    fill_costs(l, odd_layer_parameters(g, layer, counted), odd_layer_flops(g, layer));
}

static void add_spaces(odd_text *out, size_t count)
{
    while (count-- > 0)
        odd_text_add(out, " ");
}

/* Names to the left, numbers to the right; no spaces at the end of the line. */
static void add_line(odd_text *out, const line *l, const int width[COLUMNS])
{
    size_t owed = 0;
    for (int c = 0; c < COLUMNS; c++) {
        const char *s = cell_text(l, c);
        size_t spare = (size_t)(width[c] - odd_text_width(s));
        owed += strlen(GAP) + (c >= FIRST_NUMBER ? spare : 0);
        if (*s) {
            add_spaces(out, owed);
            odd_text_printable(out, s);
            owed = 0;
        }
        owed += c >= FIRST_NUMBER ? 0 : spare;
    }
    odd_text_add(out, "\n");
}

static void add_rule(odd_text *out, const int width[COLUMNS])
{
    for (int c = 0; c < COLUMNS; c++) {
        odd_text_add(out, GAP);
        for (int i = 0; i < width[c]; i++)
            odd_text_add(out, "-");
    }
    odd_text_add(out, "\n");
}

static void add_table(odd_text *out, const line lines[], int count, const line *sums)
{
    int width[COLUMNS];
    for (int c = 0; c < COLUMNS; c++) {
        width[c] = odd_text_width(cell_text(&heading, c));
        for (int i = 0; i < count; i++)
            if (odd_text_width(cell_text(&lines[i], c)) > width[c])
                width[c] = odd_text_width(cell_text(&lines[i], c));
        if (odd_text_width(cell_text(sums, c)) > width[c])
            width[c] = odd_text_width(cell_text(sums, c));
    }
    add_line(out, &heading, width);
    add_rule(out, width);
    for (int i = 0; i < count; i++)
        add_line(out, &lines[i], width);
    add_rule(out, width);
    add_line(out, sums, width);
}

static void add_head(const odd_graph *g, odd_text *out)
{
    char shape[ODD_SHAPE_TEXT];
    odd_text_printable(out, g->name);
    if (g->input >= 0) {
        odd_tensor_shape_text(&g->tensor[g->input], shape);
        odd_text_add(out, ": reads '");
        odd_text_printable(out, g->tensor[g->input].name);
        odd_text_format(out, "' (%s)", shape);
    }
    for (int o = 0; o < g->outputs; o++) {
        odd_text_add(out, o == 0 ? ", makes '" : ", '");
        odd_text_printable(out, g->tensor[g->output[o]].name);
        odd_text_add(out, "'");
    }
    odd_text_add(out, "\n\n");
}

static void add_notes(const odd_graph *g, odd_text *out)
{
    if (g->notes > 0) odd_text_add(out, "\n");
    for (int i = 0; i < g->notes; i++) {
        odd_text_printable(out, g->note[i].key);
        odd_text_add(out, ": ");
        odd_text_printable(out, g->note[i].value);
        odd_text_add(out, "\n");
    }
}

void odd_graph_describe(const odd_graph *g, odd_text *out)
{
    line sums = {.name = "sum", .kind = ""};
    line *lines = odd_alloc(g->layers, sizeof *lines);
    bool *counted = odd_alloc(g->tensors, sizeof *counted);
    if (lines && counted) {
        for (int l = 0; l < g->layers; l++)
            fill_line(g, &g->layer[l], counted, &lines[l]);
        snprintf(sums.shape, sizeof sums.shape, "%d layers", g->layers);
        fill_costs(&sums, odd_graph_parameters(g), odd_graph_flops(g));
        add_head(g, out);
        add_table(out, lines, g->layers, &sums);
        add_notes(g, out);
    } else {
        out->failed = true;
    }
    odd_free(counted);
    odd_free(lines);
}

/* Sections: where a program is cut so that each part takes as many images at a time as suit it. */
#include "nn/exec/program_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

/* What a step reads and writes stays in the caches. With three times as much, the wide early layers
 * of MobileNet and EfficientNet wait for memory, a twelfth slower as a whole where other programs
 * want the last cache as well; the late ones, whose weights are more than their maps, get by. */
#define SECTION_BYTES (4 << 20)

static int64_t tensor_bytes(const odd_graph *g, int tensor)
{
    if (tensor < 0 || g->tensor[tensor].data) return 0;
    return odd_tensor_values(&g->tensor[tensor]) * (int64_t)sizeof(float);
}

/* Bytes that a step reads and writes for one image, without constants; at least 1. */
static int64_t step_width(const odd_graph *g, const odd_step *step)
{
    int64_t bytes = tensor_bytes(g, step->output);
    for (int j = 0; j < step->inputs; j++)
        bytes += tensor_bytes(g, step->input[j]);
    return bytes > 0 ? bytes : 1;
}

/* Of each step and those behind it, the widest. */
static void find_widths(const odd_graph *g, const odd_program *p, int64_t width[])
{
    for (int i = p->steps - 1; i >= 0; i--) {
        width[i] = step_width(g, &p->step[i]);
        if (i + 1 < p->steps && width[i + 1] > width[i]) width[i] = width[i + 1];
    }
}

/* The largest power of two of images of this width that fit, at most `most`, at least 1. */
static int64_t images_that_fit(int64_t width, int64_t most)
{
    int64_t images = 1;
    while (2 * images <= most && 2 * images * width <= SECTION_BYTES)
        images *= 2;
    return images;
}

/* What is still to be read behind a step: how many tensors, and the sum of their numbers, which
 * names the one where there is one. */
typedef struct {
    int count;
    int64_t sum;
} living;

static void lives(living live[], int tensor, int from, int until)
{
    if (until <= from) return;
    live[from].count++;
    live[from].sum += tensor;
    live[until].count--;
    live[until].sum -= tensor;
}

/* live (steps + 1) */
static void find_living(const odd_graph *g, const odd_program *p, living live[])
{
    lives(live, g->input, 0, p->last_use[g->input]);
    for (int i = 0; i < p->steps; i++)
        lives(live, p->step[i].output, i, p->last_use[p->step[i].output]);
    for (int i = 1; i <= p->steps; i++) {
        live[i].count += live[i - 1].count;
        live[i].sum += live[i - 1].sum;
    }
}

static void cut(const odd_graph *g, odd_program *p, const living live[], const int64_t width[],
                int64_t most)
{
    p->section[0] = (odd_program_section){0, images_that_fit(width[0], most), -1};
    p->sections = 1;
    for (int i = 1; i < p->steps; i++) {
        const living *before = &live[i - 1];
        const int64_t images = images_that_fit(width[i], most);
        if (images > p->section[p->sections - 1].images && before->count == 1 &&
            g->tensor[before->sum].batched)
            p->section[p->sections++] = (odd_program_section){i, images, (int)before->sum};
    }
}

odd_status odd_program_cut(const odd_graph *graph, int most, odd_program *program)
{
    living *live = NULL;
    int64_t *width = NULL;
    odd_status st = ODD_OK;
    program->section[0] = (odd_program_section){0, 1, -1};
    program->sections = 1;
    if (graph->input < 0 || !graph->tensor[graph->input].batched || program->steps == 0)
        return ODD_OK;
    ODD_TRY(ODD_NEW(live, program->steps + 1));
    ODD_TRY(ODD_NEW(width, program->steps));
    find_living(graph, program, live);
    find_widths(graph, program, width);
    cut(graph, program, live, width, most);
done:
    odd_free(width);
    odd_free(live);
    return st;
}

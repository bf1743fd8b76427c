/* Check `grey`: images without any colour, where those that look like them have some. That an image
 * is grey says little: black, white and silver goods are, too, and so are those that look like
 * them. */
#include "oddlot/linalg/neighbours.h"
#include "oddlot/run/measures.h"
#include "stage/check/light_rows_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/image/image.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define GREY 2 /* levels: no pixel of a grey image has more colour */
#define COLOURED                                                                                   \
    20 /* levels: from here on, one hundredth of the pixels and more, it has colour                \
        */
#define ONE_COLOUR 0.998f /* from this share on it is check `blank`'s */
#define SEVERITY   0.35

typedef struct {
    double coloured, usual;
    int64_t neighbours;
} grey_options;

static const odd_option table[] = {
    ODD_REAL(grey_options, coloured, "0.9", 0, 1,
             "share of the images that look most alike that have colour, from which a grey one is "
             "a finding"),
    ODD_INT(grey_options, neighbours, "16", 1, 1000, "images that look most alike"),
    ODD_REAL(grey_options, usual, "0.2", 0, 1,
             "where more than this share of the images is grey, it is how the catalogue is, and "
             "none are findings"),
    ODD_OPTIONS_END,
};

/* A grey image at work. */
typedef struct {
    int64_t row;
    uint8_t light[ODD_LIGHT_VALUES];
} grey_image;

typedef struct {
    const grey_options *options;
    grey_image *mine; /* of my rows */
    grey_image *all;  /* (count) of all ranks, the same on each */
    int64_t mine_count, count;
    uint8_t *coloured; /* (n) has it colour? */
    float *x;          /* (count, ODD_LIGHT_VALUES) */
    float *share;      /* of my part of `count`: of look-alikes that have colour */
    odd_partition part;
} greys;

static bool is_readable(const odd_check_context *context, int64_t i)
{
    return context->status[i] == ODD_IMAGE_OK;
}

static bool is_grey(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_CHROMA_MOST] <= GREY && m[ODD_MEASURE_COMMON_COLOUR] <= ONE_COLOUR;
}

/* @local */
static odd_status take_mine(const odd_check_context *context, const float *measures,
                            const odd_light_rows *light, greys *g)
{
    odd_status st;
    ODD_TRY(ODD_NEW(g->mine, context->part.n_local));
    for (int64_t i = 0; i < context->part.n_local; i++) {
        if (!is_readable(context, i) || context->told[i] ||
            !is_grey(measures + i * ODD_MEASURE_COUNT))
            continue;
        grey_image *image = &g->mine[g->mine_count++];
        image->row = context->part.row0 + i;
        memcpy(image->light, light->light + i * ODD_LIGHT_VALUES, ODD_LIGHT_VALUES);
    }
done:
    return st;
}

/* Which images of the catalogue have colour, on every rank. */
static odd_status share_coloured(const odd_check_context *context, const float *measures, greys *g)
{
    const MPI_Comm comm = context->run->comm;
    uint8_t *mine = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, context->part.n_local));
    for (int64_t i = 0; i < context->part.n_local; i++)
        mine[i] = is_readable(context, i) &&
                  measures[i * ODD_MEASURE_COUNT + ODD_MEASURE_CHROMA_99] > COLOURED;
    ODD_TRY(odd_share_rows(comm, mine, context->part.n_local, 1, (void **)&g->coloured, &n));
done:
    odd_free(mine);
    return st;
}

static odd_status share_greys(const odd_check_context *context, greys *g)
{
    const MPI_Comm comm = context->run->comm;
    odd_status st;
    ODD_TRY(
        odd_share_rows(comm, g->mine, g->mine_count, sizeof *g->mine, (void **)&g->all, &g->count));
    g->part = odd_partition_rows(comm, g->count);
    ODD_TRY_ALL(comm, ODD_NEW(g->share, g->part.n_local));
    ODD_TRY_ALL(comm, ODD_NEW(g->x, g->part.n_local * ODD_LIGHT_VALUES));
    for (int64_t i = 0; i < g->part.n_local; i++)
        for (int v = 0; v < ODD_LIGHT_VALUES; v++)
            g->x[i * ODD_LIGHT_VALUES + v] = (float)g->all[g->part.row0 + i].light[v];
done:
    return st;
}

/* Of one more than are asked for: an image meets itself, or one that equals it. */
static odd_status judge_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    greys *g = context;
    const int64_t keep = g->options->neighbours + 1;
    for (int i = 0; i < block->count; i++) {
        int64_t coloured = 0, others = 0;
        for (int64_t k = 0; k < keep && near[i * keep + k].at >= 0; k++) {
            const int64_t row = near[i * keep + k].at;
            if (row == g->all[block->row + i].row || others == keep - 1) continue;
            others++;
            coloured += g->coloured[row];
        }
        g->share[block->local + i] = others > 0 ? (float)coloured / (float)others : 0;
    }
    return ODD_OK;
}

/* Does the catalogue have too many grey ones, or too few images, to say so of some? @collective */
static bool says_nothing(const odd_check_context *context, const greys *g)
{
    int64_t readable = 0;
    char count[32];
    for (int64_t i = 0; i < context->part.n_local; i++)
        readable += is_readable(context, i);
    odd_sum_i64(context->run->comm, &readable, 1);
    if (g->count == 0 || readable <= g->options->neighbours) return true;
    const double share = (double)g->count / (double)readable;
    if (share <= g->options->usual) return false;
    odd_log(ODD_LOG_INFO,
            "check: %s images (%.0f %%) are grey, so that is how this catalogue is: none is a "
            "finding (check.grey.usual = %g)",
            odd_human_count(g->count, count), 100 * share, g->options->usual);
    return true;
}

static odd_status add_grey(const odd_check_context *context, int64_t row, double share,
                           const grey_options *options)
{
    char sentence[ODD_FINDING_SENTENCE];
    const odd_finding finding = {
        .kind = context->check->kind,
        .check = context->check->name,
        .severity = SEVERITY,
        .value = 100 * share,
        .limit = 100 * options->coloured,
        .unit = "%",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = &row,
        .rows = 1,
    };
    snprintf(sentence, sizeof sentence,
             "grey, where %.0f %% of the %lld images that look most like it have colour",
             100 * share, (long long)options->neighbours);
    return odd_check_tell(context, &finding);
}

static bool is_among_colour(const greys *g, int64_t i)
{
    return g->share && (double)g->share[i] >= g->options->coloured - 1e-6;
}

/* Of grey images that look like others without colour nobody can say whether they had some. */
static odd_status add_greys(const odd_check_context *context, const greys *g)
{
    int64_t unknown = 0;
    odd_status st;
    for (int64_t i = 0; i < g->part.n_local; i++)
        unknown += !is_among_colour(g, i);
    ODD_TRY(
        odd_findings_note(context->findings, context->check->kind, context->check->name, unknown));
    for (int64_t i = 0; i < g->part.n_local; i++)
        if (is_among_colour(g, i))
            ODD_TRY(
                add_grey(context, g->all[g->part.row0 + i].row, (double)g->share[i], g->options));
done:
    return st;
}

static odd_status look_around(const odd_light_rows *light, greys *g)
{
    const odd_neighbours_options near = {.keep = (int)g->options->neighbours + 1,
                                         .within = INFINITY};
    const odd_rows queries = odd_rows_in_memory(light->rows.comm, g->count, ODD_LIGHT_VALUES, g->x);
    return odd_neighbours_between(&queries, &light->rows, near, judge_block, g);
}

static odd_status run_grey(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    greys g = {.options = options};
    odd_light_rows light = {0};
    const float *measures;
    odd_status st;
    ODD_TRY(odd_check_measures(context, &measures));
    ODD_TRY(odd_light_rows_open(context, &light));
    ODD_TRY_ALL(comm, take_mine(context, measures, &light, &g));
    ODD_TRY(share_coloured(context, measures, &g));
    ODD_TRY(share_greys(context, &g));
    if (says_nothing(context, &g)) {
        odd_free(g.share);
        g.share = NULL;
    } else
        ODD_TRY(look_around(&light, &g));
    ODD_TRY_ALL(comm, add_greys(context, &g));
done:
    odd_light_rows_close(&light);
    odd_free(g.mine);
    odd_free(g.all);
    odd_free(g.coloured);
    odd_free(g.x);
    odd_free(g.share);
    return st;
}

static int64_t memory(const odd_run *run, const void *options, int64_t rows)
{
    const int64_t panels = (int64_t)64 << 20;
    (void)options;
    return panels + rows + rows / odd_size(run->comm) * 2 * ODD_LIGHT_VALUES;
}

const odd_check odd_check_grey = {
    .name = "grey",
    .summary = "grey images among others that look like them and have colour",
    .advice = "put the picture with its colours in its place",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(grey_options),
    .measured = true,
    .memory = memory,
    .run = run_grey,
};

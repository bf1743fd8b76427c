/* Scores of rows: how soon the trees isolate them, and by which features.
 *
 * Coming to a child saves c(rows of the parent) - 1 - c(rows of the child) splits of those that
 * were expected; along a path these gains add up to c(m) less its length, and so do their means
 * over the trees, feature by feature. They are worked out for the odder rows only. */
#include "detect/forest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

enum { LANES = ODD_FOREST_LANES, MOST_PART = 8 * LANES };
static const int64_t part_bytes = (int64_t)1 << 15; /* of rows that stay near while trees pass */

/* What a thread needs for `part` rows. */
typedef struct {
    int32_t *key;   /* (part / LANES, d, LANES) */
    uint32_t *leaf; /* (T, part) where each row ends */
    float *gain;    /* (d) saved by each feature, over the trees */
} workspace;

typedef struct {
    const odd_forest *forest;
    double odd_path;
    int64_t part; /* rows at a time, a multiple of LANES */
    int threads;
    workspace *work; /* (threads) */
    double *score;
} scoring;

/* The features of a plane have an equal share in what it saves. */
static void add_gain(const odd_forest *f, const odd_forest_gain *step, int64_t inner, float gain[])
{
    const int k = f->shape.k;
    if (!f->shape.planes) gain[step->feature] += step->gain;
    for (int j = 0; f->shape.planes && j < k; j++)
        gain[f->feature[(inner + step->feature) * k + j]] += step->gain / (float)k;
}

/* Row i of the part. */
static void sum_gains(const scoring *s, const workspace *w, int i, float gain[])
{
    const odd_forest *f = s->forest;
    memset(gain, 0, (size_t)f->shape.d * sizeof *gain);
    for (int64_t tree = 0; tree < f->trees; tree++) {
        const odd_forest_gain *step = f->gain + tree * f->shape.nodes;
        for (uint32_t at = w->leaf[tree * s->part + i]; at > 0; at = (at - 1) / 2)
            add_gain(f, step + at, tree * f->shape.inner, gain);
    }
}

/* The largest of the gains, the first of equal ones, but for feature `but`; -1 if none is above 0.
 */
static int largest_gain(int d, const float gain[], int but)
{
    int best = -1;
    float most = 0;
    for (int j = 0; j < d; j++) {
        if (gain[j] <= most || j == but) continue;
        most = gain[j];
        best = j;
    }
    return best;
}

static void write_gains(const odd_forest *f, const float gain[], double score[])
{
    const double trees = (double)f->trees;
    const int first = largest_gain(f->shape.d, gain, -1);
    const int second = first < 0 ? -1 : largest_gain(f->shape.d, gain, first);
    score[ODD_FOREST_FEATURE] = first;
    score[ODD_FOREST_GAIN] = first < 0 ? 0 : (double)gain[first] / trees;
    score[ODD_FOREST_SECOND] = second;
    score[ODD_FOREST_SECOND_GAIN] = second < 0 ? 0 : (double)gain[second] / trees;
}

static void write_score(const scoring *s, const workspace *w, int i, double path, double score[])
{
    const odd_forest *f = s->forest;
    score[ODD_FOREST_SCORE] = f->usual > 0 ? exp2(-path / f->usual) : 0.5;
    score[ODD_FOREST_PATH] = path;
    score[ODD_FOREST_FEATURE] = score[ODD_FOREST_SECOND] = -1;
    score[ODD_FOREST_GAIN] = score[ODD_FOREST_SECOND_GAIN] = 0;
    if (path > s->odd_path) return;
    sum_gains(s, w, i, w->gain);
    write_gains(f, w->gain, score);
}

/* The groups of LANES rows of a part down one tree. */
static void pass_tree(const scoring *s, const workspace *w, const odd_block *part, int64_t tree,
                      double path[])
{
    const odd_forest *f = s->forest;
    const float *length = f->path + tree * f->shape.nodes;
    uint32_t *leaf = w->leaf + tree * s->part;
    for (int i = 0; i < part->count; i += LANES)
        odd_forest_descend(f, tree, odd_min_int(LANES, part->count - i),
                           part->x + (int64_t)i * part->d, w->key + (int64_t)i * part->d, leaf + i);
    for (int i = 0; i < part->count; i++)
        path[i] += (double)length[leaf[i]];
}

/* At most `part` rows through all trees. */
static void score_part(const scoring *s, const odd_block *part)
{
    const odd_forest *f = s->forest;
    const workspace *w = &s->work[part->thread];
    double path[MOST_PART] = {0};
    for (int i = 0; i < part->count && !f->shape.planes; i += LANES)
        odd_forest_keys(odd_min_int(LANES, part->count - i), part->d,
                        part->x + (int64_t)i * part->d, w->key + (int64_t)i * part->d);
    for (int64_t tree = 0; tree < f->trees; tree++)
        pass_tree(s, w, part, tree, path);
    for (int i = 0; i < part->count; i++)
        write_score(s, w, i, path[i] / (double)f->trees,
                    s->score + (part->local + i) * ODD_FOREST_COLUMNS);
}

static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const scoring *s = context;
    const odd_status st = odd_forest_check_rows(block->row, block->count, block->d, block->x);
    for (int64_t first = 0; st == ODD_OK && first < block->count; first += s->part) {
        const odd_block part = odd_block_part(block, first, s->part);
        score_part(s, &part);
    }
    return st;
}

/* Rows at a time, so that they fit a cache beside the tree. */
static int64_t part_of(int d)
{
    const int64_t rows = part_bytes / (d * (int64_t)sizeof(float)) / LANES * LANES;
    return rows < LANES ? LANES : odd_min(rows, MOST_PART);
}

static odd_status start_scoring(scoring *s)
{
    const int64_t d = s->forest->shape.d;
    odd_status st;
    ODD_TRY(ODD_NEW(s->work, s->threads));
    for (int t = 0; t < s->threads; t++) {
        ODD_TRY(ODD_NEW(s->work[t].key, s->part * d));
        ODD_TRY(ODD_NEW(s->work[t].leaf, s->part * s->forest->trees));
        ODD_TRY(ODD_NEW(s->work[t].gain, d));
    }
done:
    return st;
}

static void end_scoring(scoring *s)
{
    for (int t = 0; s->work && t < s->threads; t++) {
        odd_free(s->work[t].key);
        odd_free(s->work[t].leaf);
        odd_free(s->work[t].gain);
    }
    odd_free(s->work);
}

odd_status odd_forest_score(const odd_forest *forest, double odd_path, const odd_rows *rows,
                            double score[])
{
    scoring s = {.forest = forest,
                 .odd_path = odd_path,
                 .part = part_of(forest->shape.d),
                 .threads = odd_threads(),
                 .score = score};
    odd_status st;
    ODD_TRY_ALL(rows->comm, start_scoring(&s));
    ODD_TRY(odd_rows_each(rows, score_block, &s));
done:
    end_scoring(&s);
    return st;
}

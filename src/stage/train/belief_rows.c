/* Images as rows of visible units of any layer of a belief network. */
#include "stage/train/belief_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

static const double least_deviation = 0.05; /* of pixels that hardly change, levels 0 ... 1 */
enum { PANEL = 512 };                       /* rows that are read at a time, or a block */

/* ---- reader ---- */

static int widest_layer(const odd_belief *b)
{
    int widest = b->rbm[0].visible;
    for (int i = 0; i < b->layers; i++)
        widest = odd_max_int(widest, b->rbm[i].hidden);
    return widest;
}

odd_status odd_belief_reader_new(odd_training *t, int layer, int64_t capacity, bool augmented,
                                 odd_belief_reader *out)
{
    const odd_belief *b = t->state;
    odd_status st;
    *out =
        (odd_belief_reader){.t = t, .layer = layer, .group = ODD_RBM_GROUP, .capacity = capacity};
    ODD_TRY(odd_train_batch_new(&t->images, capacity, &out->batch));
    if (augmented) out->batch.augment = odd_augment_task_of(t->run->job);
    for (int i = 0; i < 2 && layer > 0; i++)
        ODD_TRY(ODD_NEW(out->up[i], capacity * widest_layer(b)));
done:
    return st;
}

void odd_belief_reader_free(odd_belief_reader *reader)
{
    odd_train_batch_free(&reader->batch);
    for (int i = 0; i < 2; i++)
        odd_free(reader->up[i]);
    *reader = (odd_belief_reader){0};
}

/* Levels become visible units of the first layer. */
static void scale_levels(const odd_belief *b, int64_t count, const float level[], float x[])
{
    const int64_t v = b->rbm[0].visible;
    if (b->rbm[0].kind == ODD_VISIBLE_BERNOULLI || !b->prepared) {
        memcpy(x, level, (size_t)(count * v) * sizeof *x);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < v; j++)
            x[i * v + j] = (level[i * v + j] - b->mean[j]) / b->deviation[j];
}

/* Through the layers below, group by group. */
static void raise_rows(const odd_belief_reader *r, int64_t count, const float bottom[], float x[])
{
    const odd_belief *b = r->t->state;
    const float *from = bottom;
    for (int layer = 0; layer < r->layer; layer++) {
        const odd_rbm *rbm = &b->rbm[layer];
        float *to = layer + 1 == r->layer ? x : from == r->up[0] ? r->up[1] : r->up[0];
        const int64_t group = r->group;
#pragma omp parallel for default(none) shared(rbm, from, to, count, group)
        for (int64_t i = 0; i < count; i += group)
            odd_rbm_hidden(rbm, (int)odd_min(group, count - i), from + i * rbm->visible,
                           to + i * rbm->hidden);
        from = to;
    }
}

odd_status odd_belief_read(odd_belief_reader *r, int64_t count, const int64_t image[],
                           uint32_t turn, float x[])
{
    const odd_belief *b = r->t->state;
    odd_status st;
    ODD_TRY(odd_train_batch_load(&r->t->images, NULL, count, image, turn, &r->batch));
    if (r->layer == 0) {
        scale_levels(b, count, r->batch.input, x);
        goto done;
    }
    scale_levels(b, count, r->batch.input, r->batch.input);
    raise_rows(r, count, r->batch.input, x);
done:
    return st;
}

/* ---- rows over all ranks ---- */

static odd_status read_panel(void *context, int64_t local, int64_t count, float x[])
{
    odd_belief_reader *r = context;
    const int64_t v = ((const odd_belief *)r->t->state)->rbm[r->layer].visible;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count && st == ODD_OK; i += r->capacity)
        st =
            odd_belief_read(r, odd_min(r->capacity, count - i), r->image + local + i, 0, x + i * v);
    return st;
}

/* Groups begin where blocks do, so the rows of one are the same on any number of ranks. */
odd_rows odd_belief_rows(odd_belief_reader *reader, int64_t count, const int64_t image[])
{
    odd_training *t = reader->t;
    const odd_belief *b = t->state;
    const odd_partition part = odd_partition_rows(t->comm, count);
    reader->image = image + part.row0;
    reader->group = odd_min(part.block, ODD_RBM_GROUP);
    return (odd_rows){.comm = t->comm,
                      .part = part,
                      .d = b->rbm[reader->layer].visible,
                      .read = read_panel,
                      .reader = reader,
                      .panel = PANEL / part.block > 0 ? PANEL / part.block * part.block : 0};
}

static odd_status add_rows(void *context, const odd_block *block, double sum[])
{
    (void)context;
    for (int i = 0; i < block->count; i++)
        for (int j = 0; j < block->d; j++)
            sum[j] += (double)block->x[(int64_t)i * block->d + j];
    return ODD_OK;
}

static odd_status add_squares(void *context, const odd_block *block, double sum[])
{
    const double *mean = context;
    for (int i = 0; i < block->count; i++)
        for (int j = 0; j < block->d; j++) {
            const double x = (double)block->x[(int64_t)i * block->d + j] - mean[j];
            sum[j] += x * x;
        }
    return ODD_OK;
}

static odd_status mean_of(const odd_rows *rows, odd_block_function add, void *context,
                          double mean[])
{
    odd_status st;
    ODD_TRY(odd_rows_sum(rows, add, context, rows->d, mean));
    for (int j = 0; j < rows->d; j++)
        mean[j] /= (double)rows->part.n;
done:
    return st;
}

odd_status odd_belief_mean(const odd_rows *rows, double mean[])
{
    return mean_of(rows, add_rows, NULL, mean);
}

/* ---- what is known of pixels ---- */

static odd_status choose_rows(odd_training *t)
{
    odd_belief *b = t->state;
    const odd_train_images *images = &t->images;
    b->learning = 0;
    for (int64_t i = 0; i < images->readable; i++)
        if (!images->held_out[images->row[i]]) b->row[b->learning++] = images->row[i];
    if (b->learning > 0) return ODD_OK;
    return odd_fail(ODD_USAGE, "no image is left to learn from: all %lld are held out",
                    (long long)images->readable);
}

odd_status odd_belief_prepare(odd_training *t)
{
    odd_belief *b = t->state;
    const int64_t v = b->rbm[0].visible;
    odd_belief_reader reader = {0};
    double *mean = NULL, *square = NULL;
    odd_status st = ODD_OK;
    if (b->prepared) goto done;
    ODD_TRY_ALL(t->comm, choose_rows(t));
    ODD_TRY_ALL(t->comm, ODD_NEW(mean, v));
    ODD_TRY_ALL(t->comm, ODD_NEW(square, v));
    ODD_TRY_ALL(t->comm, odd_belief_reader_new(t, 0, PANEL, false, &reader));
    const odd_rows rows = odd_belief_rows(&reader, b->learning, b->row);
    ODD_TRY(odd_belief_mean(&rows, mean));
    ODD_TRY(mean_of(&rows, add_squares, mean, square));
    for (int64_t j = 0; j < v; j++) {
        b->mean[j] = (float)mean[j];
        b->deviation[j] = (float)fmax(sqrt(square[j]), least_deviation);
    }
    b->prepared = true;
done:
    odd_belief_reader_free(&reader);
    odd_free(square);
    odd_free(mean);
    return st;
}

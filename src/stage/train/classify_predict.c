/* Predictions: what networks say of images that are spread over ranks, summed up or written. */
#include "stage/train/classify_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

#include <math.h>
#include <string.h>

odd_class_prediction odd_class_predict(int64_t classes, const float logits[], int32_t label)
{
    int64_t top = 0;
    double others = 0;
    for (int64_t k = 1; k < classes; k++)
        if (logits[k] > logits[top]) top = k;
    for (int64_t k = 0; k < classes; k++)
        if (k != top) others += exp((double)logits[k] - logits[top]);
    return (odd_class_prediction){
        .predicted = (int32_t)top,
        .own = label < 0 ? NAN : exp((double)logits[label] - logits[top]) / (1 + others),
        .softmax = others / (1 + others),
        .energy = -(double)logits[top] - log1p(others),
        .largest = logits[top],
        .vim = NAN,
        .outlier = NAN,
    };
}

/* -- loss and accuracy -- */

enum { LOSS, RIGHT, MEASURED };

static odd_status measure_chunk(void *context, int64_t count, const int64_t row[], double value[])
{
    odd_classifier *p = context;
    odd_status st = odd_classifier_run(p, 0, count, row);
    for (int64_t i = 0; i < count && st == ODD_OK; i++) {
        const int32_t label = odd_classify_of(p->t)->label[row[i]];
        const odd_class_prediction c =
            odd_class_predict(p->classes, p->logits + i * p->classes, label);
        value[i * MEASURED + LOSS] = -c.energy - p->logits[i * p->classes + label];
        value[i * MEASURED + RIGHT] = c.predicted == label;
    }
    return st;
}

/* Those of the rows that have a class. */
static int64_t pick_labelled(const odd_training *t, const odd_train_rows *rows, int64_t row[])
{
    int64_t count = 0;
    for (int64_t i = 0; i < rows->count; i++)
        if (odd_classify_of(t)->label[rows->row[i]] >= 0) row[count++] = rows->row[i];
    return count;
}

static void sum_up(int64_t count, const double value[], double *loss, double *accuracy)
{
    double sum[MEASURED] = {0};
    for (int64_t i = 0; i < count * MEASURED; i++)
        sum[i % MEASURED] += value[i];
    *loss = sum[LOSS] / (double)count;
    *accuracy = sum[RIGHT] / (double)count;
}

odd_status odd_classify_evaluate(const odd_training *t, const odd_graph *graph,
                                 const odd_train_rows *rows, double *loss, double *accuracy)
{
    odd_classifier p = {.t = t};
    odd_graph *logits = NULL;
    double *value = NULL;
    int64_t *row = NULL;
    odd_status st;
    *loss = *accuracy = NAN;
    ODD_TRY_ALL(t->comm, ODD_NEW(row, rows->count));
    const int64_t count = pick_labelled(t, rows, row);
    if (count == 0) goto done;
    ODD_TRY_ALL(t->comm, ODD_NEW(value, count * MEASURED));
    ODD_TRY_ALL(t->comm, odd_graph_copy(graph, &logits));
    logits->outputs = 1; /* without a second head */
    ODD_TRY_ALL(t->comm, odd_classifier_open(&p, t, 1));
    ODD_TRY_ALL(t->comm, odd_classifier_add(&p, logits));
    ODD_TRY(odd_train_chunks(t->comm, count, row, MEASURED, measure_chunk, &p, value));
    sum_up(count, value, loss, accuracy);
done:
    odd_classifier_close(&p);
    odd_graph_free(&logits);
    odd_free(value);
    odd_free(row);
    return st;
}

/* -- all images, as they go to the file -- */

enum { LOGITS, PROBABILITIES, FEATURES, WRITTEN };

static const struct {
    const char *name, *about;
} written[WRITTEN] = {
    {"logits", "of each class, by the network of the image's fold; NaN: not readable"},
    {"probabilities", "softmax of the logits"},
    {"features", "last hidden layer of the network of the image's fold"},
};

typedef struct {
    odd_classifier by;
    odd_vim *vim; /* (nets) */
    odd_partition part;
    odd_dataset *dataset[WRITTEN]; /* NULL: not wanted */
    float *value[WRITTEN];         /* (block, width) */
    int64_t width[WRITTEN];
    odd_class_prediction *mine; /* (n_local) */
} writer;

/* The network of a fold, and what the images that it has learnt from say. @collective */
static odd_status open_network(writer *w, int64_t fold)
{
    const odd_training *t = w->by.t;
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_classify_network_read(t, fold, &graph));
    ODD_TRY_ALL(t->comm, odd_classifier_add(&w->by, graph));
    ODD_TRY(odd_classify_vim_learn(&w->by, fold, graph, &w->vim[fold]));
done:
    odd_graph_free(&graph);
    return st;
}

/* @collective */
static odd_status open_networks(writer *w, const odd_training *t)
{
    const int64_t folds = t->options->folds;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_classifier_open(&w->by, t, folds));
    ODD_TRY_ALL(t->comm, ODD_NEW(w->vim, folds));
    for (int64_t k = 0; k < folds; k++)
        ODD_TRY(open_network(w, k));
done:
    return st;
}

static odd_status writer_allocate(writer *w)
{
    odd_status st;
    w->width[LOGITS] = w->width[PROBABILITIES] = w->by.classes;
    w->width[FEATURES] = w->by.features;
    for (int k = 0; k < WRITTEN; k++)
        ODD_TRY(ODD_NEW(w->value[k], w->part.block * w->width[k]));
    ODD_TRY(ODD_NEW(w->mine, w->part.n_local));
done:
    return st;
}

/* Many classes have to be asked for. */
static bool is_wanted(const writer *w, int k)
{
    const odd_job *job = w->by.t->run->job;
    const bool listed = odd_list_has(&odd_classify_options_of(job)->write, written[k].name);
    if (k == FEATURES || w->by.classes <= ODD_MOST_CLASSES_WRITTEN ||
        odd_job_given(job, "train.classify.write"))
        return listed;
    odd_log(ODD_LOG_INFO,
            "train: %s of %lld classes are not written: train.classify.write asks "
            "for them",
            written[k].name, (long long)w->by.classes);
    return false;
}

/* @collective */
static odd_status create_datasets(writer *w, odd_file *file)
{
    odd_status st = ODD_OK;
    for (int k = 0; k < WRITTEN; k++) {
        const odd_shape shape = {.type = ODD_F32, .rank = 2, .shape = {w->part.n, w->width[k]}};
        if (is_wanted(w, k))
            ODD_TRY(odd_dataset_create(file, written[k].name, &shape, written[k].about, "",
                                       &w->dataset[k]));
    }
done:
    return st;
}

static void writer_close(writer *w)
{
    for (int64_t k = 0; k < w->by.nets; k++)
        odd_vim_free(&w->vim[k]);
    odd_free(w->vim);
    odd_classifier_close(&w->by);
    for (int k = 0; k < WRITTEN; k++) {
        odd_dataset_close(&w->dataset[k]);
        odd_free(w->value[k]);
    }
    odd_free(w->mine);
}

static void set_probabilities(int64_t classes, const float logits[], double energy, float p[])
{
    for (int64_t k = 0; k < classes; k++)
        p[k] = (float)exp((double)logits[k] + energy);
}

/* The i-th image of the chunk that went through is the at-th of the block at row0. */
static void take_image(writer *w, int64_t i, int64_t row0, int64_t at)
{
    const odd_classifier *p = &w->by;
    const float *logits = p->logits + i * p->classes;
    const int64_t row = row0 + at;
    odd_class_prediction *out = &w->mine[row - w->part.row0];
    *out = odd_class_predict(p->classes, logits, odd_classify_of(p->t)->label[row]);
    if (odd_classify_of(p->t)->outlier) out->outlier = 1 / (1 + exp(-(double)p->outlier[i]));
    memcpy(w->value[LOGITS] + at * p->classes, logits, (size_t)p->classes * sizeof *logits);
    memcpy(w->value[FEATURES] + at * p->features, p->deep + i * p->features,
           (size_t)p->features * sizeof *p->deep);
    set_probabilities(p->classes, logits, out->energy, w->value[PROBABILITIES] + at * p->classes);
}

/* ViM of a chunk that went through the network of this fold; without one of it the energy alone. */
static odd_status set_vim(writer *w, int64_t fold, int64_t count, const int64_t row[])
{
    double energy[ODD_CHUNK], score[ODD_CHUNK];
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count; i++)
        score[i] = energy[i] = w->mine[row[i] - w->part.row0].energy;
    if (w->vim[fold].origin)
        st = odd_vim_score(&w->vim[fold], (int)count, w->by.deep, energy, score);
    for (int64_t i = 0; i < count; i++)
        w->mine[row[i] - w->part.row0].vim = score[i];
    return st;
}

/* Those of a block's images that the network of this fold predicts. */
static odd_status predict_fold(writer *w, int64_t fold, int64_t row0, int64_t count)
{
    const int32_t *fold_of = odd_classify_of(w->by.t)->fold;
    int64_t row[ODD_CHUNK], chunk = 0;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count && st == ODD_OK; i++) {
        if (fold_of[row0 + i] == fold) row[chunk++] = row0 + i;
        if (chunk == 0 || (chunk < ODD_CHUNK && i + 1 < count)) continue;
        st = odd_classifier_run(&w->by, fold, chunk, row);
        for (int64_t j = 0; j < chunk && st == ODD_OK; j++)
            take_image(w, j, row0, row[j] - row0);
        if (st == ODD_OK) st = set_vim(w, fold, chunk, row);
        chunk = 0;
    }
    return st;
}

/* Nothing is known of images that are not readable. */
static void clear_block(writer *w, int64_t row0, int64_t count)
{
    for (int k = 0; k < WRITTEN; k++)
        for (int64_t i = 0; i < count * w->width[k]; i++)
            w->value[k][i] = NAN;
    for (int64_t i = 0; i < count; i++)
        w->mine[row0 - w->part.row0 + i] = (odd_class_prediction){-1, NAN, NAN, NAN, NAN, NAN, NAN};
}

/* Blocks of rows depend on nothing but their number, so an image meets the same others in a chunk
 * on any number of ranks. @collective */
static odd_status predict_block(writer *w, int64_t b)
{
    const MPI_Comm comm = w->by.t->comm;
    const odd_batch batch = odd_batch_of(b, w->part.block, w->part.n_local);
    const int64_t row0 = w->part.row0 + batch.first;
    odd_status st = ODD_OK;
    clear_block(w, row0, batch.count);
    for (int64_t fold = 0; fold < w->by.nets && st == ODD_OK; fold++)
        st = predict_fold(w, fold, row0, batch.count);
    ODD_TRY_ALL(comm, st);
    for (int k = 0; k < WRITTEN; k++)
        if (w->dataset[k])
            ODD_TRY(odd_dataset_write(w->dataset[k], row0, batch.count, w->value[k]));
done:
    return st;
}

odd_status odd_classify_predict(const odd_training *t, odd_file *file,
                                odd_class_prediction **prediction)
{
    writer w = {.part = odd_partition_rows(t->comm, t->images.n)};
    void *all = NULL;
    int64_t n;
    odd_status st;
    *prediction = NULL;
    ODD_TRY(open_networks(&w, t));
    ODD_TRY_ALL(t->comm, writer_allocate(&w));
    ODD_TRY(create_datasets(&w, file));
    const int64_t blocks = odd_batches(t->comm, w.part.n_local, w.part.block);
    for (int64_t b = 0; b < blocks; b++)
        ODD_TRY(predict_block(&w, b));
    ODD_TRY(odd_share_rows(t->comm, w.mine, w.part.n_local, sizeof *w.mine, &all, &n));
    *prediction = all;
done:
    writer_close(&w);
    return st;
}

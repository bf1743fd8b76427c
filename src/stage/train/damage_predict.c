/* Prediction: log odds of damage by a network for images that are spread over ranks. */
#include "stage/train/damage_training_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/net.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

typedef struct {
    const odd_training *training;
    const odd_damage_task *task; /* NULL: images as they are stored */
    uint32_t turn;
    odd_net *net;
    odd_train_batch batch;
    float *output; /* (ODD_CHUNK, values) */
    int values;    /* of the network's output: 1 or 2 */
    bool mirrored; /* mean of image and mirror image, as both were learnt from */
} predictor;

static odd_status predictor_open(const odd_graph *graph, predictor *j)
{
    const odd_training *t = j->training;
    odd_status st;
    j->values = (int)odd_tensor_values(&graph->tensor[graph->output[0]]);
    j->mirrored = odd_augment_task_of(t->run->job).how.flip;
    ODD_TRY(odd_net_new(graph, ODD_PRECISION_F32, &j->net));
    ODD_TRY(odd_train_batch_new(&t->images, ODD_CHUNK, &j->batch));
    ODD_TRY(ODD_NEW(j->output, (int64_t)ODD_CHUNK * j->values));
done:
    return st;
}

static void predictor_close(predictor *j)
{
    odd_net_free(&j->net);
    odd_train_batch_free(&j->batch);
    odd_free(j->output);
}

/* Columns of a prediction, and their count. */
enum { ODDS, ALTERED, PREDICTED };

/* Add the network's log odds for the images of the batch. */
static odd_status add_predictions(predictor *j, int64_t count, double prediction[])
{
    float *const output[] = {j->output};
    odd_status st;
    ODD_TRY(odd_net_run(j->net, count, NULL, j->batch.input, output));
    for (int64_t i = 0; i < count; i++) {
        const float *x = j->output + i * j->values;
        prediction[i * PREDICTED + ODDS] += j->values == 1 ? x[0] : (double)x[1] - x[0];
    }
done:
    return st;
}

static odd_status predict_chunk(void *context, int64_t count, const int64_t row[],
                                double prediction[])
{
    predictor *j = context;
    const odd_train_images *images = &j->training->images;
    odd_status st;
    ODD_TRY(odd_train_batch_load(images, j->task, count, row, j->turn, &j->batch));
    ODD_TRY(add_predictions(j, count, prediction));
    if (j->mirrored) {
        odd_planes_mirror(count * images->channels * images->height, images->width, j->batch.input);
        ODD_TRY(add_predictions(j, count, prediction));
    }
    for (int64_t i = 0; i < count; i++) {
        prediction[i * PREDICTED + ODDS] /= j->mirrored ? 2 : 1;
        prediction[i * PREDICTED + ALTERED] = j->batch.altered[i];
    }
done:
    return st;
}

odd_status odd_damage_predict_as(const odd_training *t, const odd_graph *graph,
                                 const odd_damage_task *task, uint32_t turn, int64_t count,
                                 const int64_t row[], double odds[], double altered[])
{
    predictor j = {.training = t, .task = task, .turn = turn};
    double *prediction = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, ODD_NEW(prediction, count * PREDICTED));
    ODD_TRY_ALL(t->comm, predictor_open(graph, &j));
    ODD_TRY(odd_train_chunks(t->comm, count, row, PREDICTED, predict_chunk, &j, prediction));
    for (int64_t i = 0; i < count; i++) {
        odds[i] = prediction[i * PREDICTED + ODDS];
        altered[i] = prediction[i * PREDICTED + ALTERED];
    }
done:
    predictor_close(&j);
    odd_free(prediction);
    return st;
}

odd_status odd_damage_predict(const odd_training *t, const odd_graph *graph, int64_t count,
                              const int64_t row[], bool in_task, double odds[])
{
    double *prediction = NULL; /* (2, count): odds, altered */
    odd_status st;
    ODD_TRY_ALL(t->comm, ODD_NEW(prediction, 2 * count));
    ODD_TRY(odd_damage_predict_as(t, graph, in_task ? &odd_damage_of(t)->task : NULL, 0, count, row,
                                  prediction, prediction + count));
    for (int64_t i = 0; i < count; i++) {
        odds[row[i]] = prediction[i];
        if (in_task) odd_damage_of(t)->altered[row[i]] = prediction[count + i] != 0;
    }
done:
    odd_free(prediction);
    return st;
}

/* log(1 + exp(x)) without overflow. */
static double softplus(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

void odd_damage_evaluate(const odd_training *t, int64_t count, const int64_t row[],
                         const double odds[], double *loss, double *accuracy)
{
    double sum = 0;
    int64_t right = 0;
    for (int64_t i = 0; i < count; i++) {
        const bool damaged = odd_damage_of(t)->kind[row[i]] >= 0;
        const double x = odds[row[i]];
        sum += softplus(damaged ? -x : x);
        right += damaged == (x > 0);
    }
    *loss = count > 0 ? sum / (double)count : NAN;
    *accuracy = count > 0 ? (double)right / (double)count : NAN;
}

/* Judging: what a network says of images that are spread over ranks. */
#include "stage/train/damage_task_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/net.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

typedef struct {
    const odd_training *training;
    const odd_damage_task *task; /* NULL: images are shown as they are */
    uint32_t turn;
    odd_net *net;
    odd_shown shown;
    float *output; /* (ODD_CHUNK, values) */
    int values;    /* of the network's output: 1 or 2 */
    bool mirrored; /* images are judged both ways, as they were learnt from */
} judge;

static odd_status judge_open(const odd_graph *graph, judge *j)
{
    const odd_training *t = j->training;
    odd_status st;
    j->values = (int)odd_tensor_values(&graph->tensor[graph->output[0]]);
    j->mirrored = odd_augment_task_of(t->run->job).how.flip;
    ODD_TRY(odd_net_new(graph, ODD_PRECISION_F32, &j->net));
    ODD_TRY(odd_shown_new(&t->images, ODD_CHUNK, &j->shown));
    ODD_TRY(ODD_NEW(j->output, (int64_t)ODD_CHUNK * j->values));
done:
    return st;
}

static void judge_close(judge *j)
{
    odd_net_free(&j->net);
    odd_shown_free(&j->shown);
    odd_free(j->output);
}

/* What is known of an image that was judged. */
enum { ODDS, ALTERED, JUDGED };

/* Add what the network says of the images shown. */
static odd_status ask(judge *j, int64_t count, double said[])
{
    float *const output[] = {j->output};
    odd_status st;
    ODD_TRY(odd_net_run(j->net, count, NULL, j->shown.input, output));
    for (int64_t i = 0; i < count; i++) {
        const float *x = j->output + i * j->values;
        said[i * JUDGED + ODDS] += j->values == 1 ? x[0] : (double)x[1] - x[0];
    }
done:
    return st;
}

static odd_status judge_portion(void *context, int64_t count, const int64_t row[], double said[])
{
    judge *j = context;
    const odd_train_images *images = &j->training->images;
    odd_status st;
    ODD_TRY(odd_train_show(images, j->task, count, row, j->turn, &j->shown));
    ODD_TRY(ask(j, count, said));
    if (j->mirrored) {
        odd_planes_mirror(count * images->channels * images->height, images->width, j->shown.input);
        ODD_TRY(ask(j, count, said));
    }
    for (int64_t i = 0; i < count; i++) {
        said[i * JUDGED + ODDS] /= j->mirrored ? 2 : 1;
        said[i * JUDGED + ALTERED] = j->shown.altered[i];
    }
done:
    return st;
}

odd_status odd_damage_predict_as(const odd_training *t, const odd_graph *graph,
                                 const odd_damage_task *task, uint32_t turn, int64_t count,
                                 const int64_t row[], double odds[], double altered[])
{
    judge j = {.training = t, .task = task, .turn = turn};
    double *said = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, ODD_NEW(said, count * JUDGED));
    ODD_TRY_ALL(t->comm, judge_open(graph, &j));
    ODD_TRY(odd_train_chunks(t->comm, count, row, JUDGED, judge_portion, &j, said));
    for (int64_t i = 0; i < count; i++) {
        odds[i] = said[i * JUDGED + ODDS];
        altered[i] = said[i * JUDGED + ALTERED];
    }
done:
    judge_close(&j);
    odd_free(said);
    return st;
}

odd_status odd_damage_predict(const odd_training *t, const odd_graph *graph, int64_t count,
                              const int64_t row[], bool shown, double odds[])
{
    double *said = NULL; /* (2, count): odds, altered */
    odd_status st;
    ODD_TRY_ALL(t->comm, ODD_NEW(said, 2 * count));
    ODD_TRY(odd_damage_predict_as(t, graph, shown ? &odd_damage_of(t)->task : NULL, 0, count, row,
                                  said, said + count));
    for (int64_t i = 0; i < count; i++) {
        odds[row[i]] = said[i];
        if (shown) odd_damage_of(t)->altered[row[i]] = said[count + i] != 0;
    }
done:
    odd_free(said);
    return st;
}

/* log(1 + exp(x)) without overflow. */
static double softplus(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

void odd_damage_grade(const odd_training *t, int64_t count, const int64_t row[],
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

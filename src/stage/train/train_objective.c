/* Objective: the terms of a network's objective for each image. */
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/net.h"
#include "oddlot/par/agree.h"

typedef struct {
    const odd_training *t;
    int terms;
    const odd_loss *loss;
    int64_t values[ODD_LOSSES]; /* of the tensor of each term */
    float *output[ODD_LOSSES];  /* (ODD_CHUNK, values) */
    odd_net *net;
    odd_train_batch batch;
} evaluator;

static odd_status add_outputs(evaluator *e, odd_graph *graph)
{
    odd_status st = ODD_OK;
    graph->outputs = 0; /* the tensors of the terms are, in their order */
    for (int k = 0; k < e->terms; k++) {
        e->values[k] = odd_tensor_values(&graph->tensor[e->loss[k].tensor]);
        ODD_TRY(ODD_NEW(e->output[k], ODD_CHUNK * e->values[k]));
        ODD_TRY(odd_graph_add_output(graph, e->loss[k].tensor));
    }
done:
    return st;
}

static odd_status evaluator_open(evaluator *e, const odd_graph *given)
{
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY(odd_graph_copy(given, &graph));
    ODD_TRY(add_outputs(e, graph));
    ODD_TRY(odd_net_new(graph, ODD_PRECISION_F32, &e->net));
    ODD_TRY(odd_train_batch_new(&e->t->images, ODD_CHUNK, &e->batch));
done:
    odd_graph_free(&graph);
    return st;
}

static void evaluator_close(evaluator *e)
{
    odd_net_free(&e->net);
    odd_train_batch_free(&e->batch);
    for (int k = 0; k < e->terms; k++)
        odd_free(e->output[k]);
}

/* The weighted sum of the terms of the i-th image of a chunk. */
static odd_status image_objective(const evaluator *e, int64_t i, double *objective)
{
    odd_target target[ODD_LOSSES] = {{0}};
    odd_tally tally;
    odd_status st = ODD_OK;
    e->t->task->set_targets(&e->batch, &e->t->images, i, target);
    for (int k = 0; k < e->terms && st == ODD_OK; k++) {
        st = odd_loss_tally(e->loss[k].kind, 1, e->values[k], e->output[k] + i * e->values[k],
                            &target[k], NULL, &tally);
        *objective += e->loss[k].weight * tally.loss;
    }
    return st;
}

static odd_status objective_chunk(void *context, int64_t count, const int64_t row[],
                                  double objective[])
{
    evaluator *e = context;
    odd_status st;
    ODD_TRY(odd_train_batch_load(&e->t->images, NULL, count, row, 0, &e->batch));
    ODD_TRY(odd_net_run(e->net, count, NULL, e->batch.input, e->output));
    for (int64_t i = 0; i < count; i++)
        ODD_TRY(image_objective(e, i, &objective[i]));
done:
    return st;
}

odd_status odd_train_objective(const odd_training *t, const odd_graph *graph, int terms,
                               const odd_loss loss[], int64_t count, const int64_t row[],
                               double objective[])
{
    evaluator e = {.t = t, .terms = terms, .loss = loss};
    odd_status st;
    ODD_TRY_ALL(t->comm, evaluator_open(&e, graph));
    ODD_TRY(odd_train_chunks(t->comm, count, row, 1, objective_chunk, &e, objective));
done:
    evaluator_close(&e);
    return st;
}

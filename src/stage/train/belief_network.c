/* The layers of a belief network, as the job lists them, and what it has learnt as a graph. */
#include "stage/train/belief_internal.h"
#include "stage/train/coder_internal.h"

#include <stdlib.h>
#include <string.h>

const odd_belief_options *odd_belief_options_of(const odd_job *job)
{
    return odd_job_section(job, "train.belief");
}

static bool begins_with(const char *item, const char *word)
{
    return strncmp(item, word, strlen(word)) == 0;
}

int odd_belief_sizes(const odd_list *network, int hidden[ODD_BELIEF_LAYERS])
{
    int layers = 0;
    for (int64_t i = 0; i < network->count && layers < ODD_BELIEF_LAYERS; i++)
        if (begins_with(network->item[i], "dense "))
            hidden[layers++] = (int)strtol(network->item[i] + strlen("dense "), NULL, 10);
    return layers;
}

/* Is item i what may stand there, where `wants_dense` says what comes next? */
static bool is_in_place(const char *item, bool wants_dense)
{
    if (wants_dense) return begins_with(item, "dense ") && !strstr(item, "no bias");
    return strcmp(item, "sigmoid") == 0;
}

odd_status odd_belief_check_network(const odd_job *job)
{
    const odd_list *list = &((const odd_training_options *)odd_job_section(job, "train"))->network;
    bool wants_dense = true;
    int64_t dense = 0;
    for (int64_t i = 0; i < list->count; i++) {
        if (begins_with(list->item[i], "as ")) continue;
        if (!is_in_place(list->item[i], wants_dense))
            return odd_job_fail(job, "train.network",
                                "item %lld '%s': task belief has layers of units that are on or "
                                "off, such as ['dense 500', sigmoid, 'dense 200', sigmoid]",
                                (long long)i + 1, list->item[i]);
        dense += wants_dense;
        wants_dense = !wants_dense;
    }
    if (wants_dense && dense > 0 && dense <= ODD_BELIEF_LAYERS) return ODD_OK;
    return odd_job_fail(job, "train.network",
                        "task belief has from 1 to %d layers 'dense N', each with its sigmoid",
                        ODD_BELIEF_LAYERS);
}

/* The weights of a layer that reads levels themselves: in place of (level - mean) / deviation. */
static void set_weights(const odd_belief *b, int number, const odd_layer *layer, odd_graph *graph)
{
    const odd_rbm *rbm = &b->rbm[number];
    float *weight = graph->tensor[layer->input[1]].data,
          *bias = graph->tensor[layer->input[2]].data;
    for (int j = 0; j < rbm->hidden; j++) {
        double sum = (double)rbm->hidden_bias[j];
        for (int i = 0; i < rbm->visible; i++) {
            const bool scaled = number == 0 && rbm->kind == ODD_VISIBLE_GAUSSIAN;
            const double wide = scaled ? (double)b->deviation[i] : 1;
            const double w = (double)rbm->weight[(int64_t)j * rbm->visible + i] / wide;
            if (scaled) sum -= w * (double)b->mean[i];
            weight[layer->set.transpose_b ? (int64_t)j * rbm->visible + i
                                          : (int64_t)i * rbm->hidden + j] = (float)w;
        }
        bias[j] = (float)sum;
    }
}

odd_status odd_belief_network(const odd_training *t, odd_graph **out)
{
    const int64_t shape[3] = {t->images.channels, t->images.height, t->images.width};
    const odd_belief *b = t->state;
    int number = 0;
    odd_status st;
    ODD_TRY(odd_coder_encoder(t->run->job, shape, out));
    for (int i = 0; i < (*out)->layers; i++)
        if ((*out)->layer[i].kind == ODD_LAYER_GEMM)
            set_weights(b, number++, &(*out)->layer[i], *out);
    ODD_CHECK(number == b->layers);
    ODD_TRY(odd_graph_note(*out, "oddlot.preset", t->task->preset));
    ODD_TRY(odd_coder_note(t->run->job, *out));
done:
    return st;
}

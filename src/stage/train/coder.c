/* Coder: the layers of an auto-encoder put together, and taken apart again. */
#include "stage/train/coder_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/image/prepare.h"
#include "oddlot/nn/network.h"

#include <stdio.h>
#include <string.h>

#define CODE   "code"
#define RESULT "reconstruction"

static const odd_coder_options *options_of(const odd_job *job)
{
    return odd_job_section(job, "train.autoencoder");
}

static const odd_list *encoder_of(const odd_job *job)
{
    return &((const odd_training_options *)odd_job_section(job, "train"))->network;
}

static bool is_binary(const odd_job *job)
{
    return strcmp(options_of(job)->loss, "binary") == 0;
}

/* The name of the code: the encoder may end in one. */
static const char *code_name(const odd_job *job)
{
    const odd_list *list = encoder_of(job);
    const char *last = list->item[list->count - 1];
    return strncmp(last, "as ", 3) == 0 ? last + 3 : CODE;
}

static bool is_sample_layer(const char *item)
{
    return strncmp(item, "sample", strlen("sample")) == 0;
}

/* The number of the encoder's last layer. */
static int64_t last_layer(const odd_list *list)
{
    int64_t i = list->count - 1;
    while (i > 0 && strncmp(list->item[i], "as ", 3) == 0)
        i--;
    return i;
}

bool odd_coder_is_variational(const odd_job *job)
{
    const odd_list *list = encoder_of(job);
    return list->count > 0 && is_sample_layer(list->item[last_layer(list)]);
}

odd_status odd_coder_check(const odd_job *job)
{
    const odd_list *list = encoder_of(job);
    for (int64_t i = 0; i < last_layer(list); i++)
        if (is_sample_layer(list->item[i]))
            return odd_job_fail(job, "train.network",
                                "item %lld '%s': a variational code is drawn by the last layer",
                                (long long)i + 1, list->item[i]);
    if (odd_coder_is_variational(job) && list->count > last_layer(list) + 2)
        return odd_job_fail(job, "train.network", "item %lld '%s': a variational code has one name",
                            (long long)list->count, list->item[list->count - 1]);
    return ODD_OK;
}

/* -- putting together -- */

odd_status odd_coder_encoder(const odd_job *job, const int64_t shape[3], odd_graph **out)
{
    const odd_list *list = encoder_of(job);
    return odd_train_network(job, "train.network", 3, shape, (int)list->count,
                             (const char *const *)list->item, odd_train_seed(job, 0), out);
}

/* As the job says, else the mirror of the encoder. */
static odd_status find_decoder(const odd_job *job, const int64_t shape[3],
                               odd_network_items *mirror, int *count, char ***item)
{
    const odd_list *encoder = encoder_of(job);
    const odd_coder_options *o = options_of(job);
    odd_status st = ODD_OK;
    *count = (int)o->decoder.count;
    *item = o->decoder.item;
    if (*count > 0) return ODD_OK;
    st = odd_network_mirror(3, shape, (int)encoder->count, (const char *const *)encoder->item,
                            mirror);
    if (st == ODD_ARG)
        st = odd_job_fail(job, "train.network",
                          "the decoder cannot mirror it: %s; write train.autoencoder.decoder",
                          odd_fail_reason());
    *count = mirror->count;
    *item = mirror->item;
    return st;
}

/* The items of encoder and decoder with the names of their results; the words are borrowed. */
static odd_status join_items(const odd_list *encoder, int count, char *const decoder[],
                             const char *result, const char ***out, int *items)
{
    const char **item;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, encoder->count + count + 2));
    item = *out;
    for (int64_t i = 0; i < encoder->count; i++)
        *item++ = encoder->item[i];
    *item++ = "as " CODE;
    for (int i = 0; i < count; i++)
        *item++ = decoder[i];
    *item++ = result;
    *items = (int)(item - *out);
done:
    return st;
}

static odd_status check_output(const odd_job *job, const int64_t shape[3], const odd_graph *graph)
{
    const odd_tensor *in = &graph->tensor[graph->input], *out = &graph->tensor[graph->output[0]];
    if (in->rank == out->rank &&
        memcmp(in->shape, out->shape, (size_t)in->rank * sizeof *in->shape) == 0)
        return ODD_OK;
    return odd_job_fail(job, "train.autoencoder.decoder",
                        "the decoder ends in %lld values that are not of the shape of an image; "
                        "its last item may be 'reshape %lldx%lldx%lld', of %lld values",
                        (long long)odd_tensor_values(out), (long long)shape[0], (long long)shape[1],
                        (long long)shape[2], (long long)odd_tensor_values(in));
}

/* The loss has a sigmoid in it. */
static odd_status check_last_layer(const odd_job *job, const odd_graph *graph)
{
    if (!is_binary(job) || graph->layer[graph->layers - 1].kind != ODD_LAYER_SIGMOID) return ODD_OK;
    return odd_job_fail(job, "train.autoencoder.loss",
                        "'binary' has a sigmoid of its own: leave out the one that the decoder "
                        "ends in");
}

odd_status odd_coder_new(const odd_job *job, const int64_t shape[3], odd_graph **out)
{
    odd_network_items mirror = {0};
    odd_graph *encoder = NULL, *graph = NULL;
    const char **item = NULL;
    char **decoder;
    int count, items;
    odd_status st;
    *out = NULL;
    ODD_TRY(
        odd_coder_encoder(job, shape, &encoder)); /* first, so that its faults name its setting */
    ODD_TRY(find_decoder(job, shape, &mirror, &count, &decoder));
    ODD_TRY(join_items(encoder_of(job), count, decoder, is_binary(job) ? "as logits" : "as " RESULT,
                       &item, &items));
    ODD_TRY(odd_train_network(job, "train.autoencoder.decoder", 3, shape, items, item,
                              odd_train_seed(job, 0), &graph));
    ODD_TRY(check_output(job, shape, graph));
    ODD_TRY(check_last_layer(job, graph));
    *out = graph;
    graph = NULL;
done:
    odd_free(item);
    odd_network_items_free(&mirror);
    odd_graph_free(&encoder);
    odd_graph_free(&graph);
    return st;
}

odd_loss odd_coder_loss(const odd_job *job, const odd_graph *graph)
{
    return (odd_loss){is_binary(job) ? ODD_LOSS_BINARY : ODD_LOSS_SQUARED, graph->output[0], 1};
}

static odd_status find_moments(const odd_job *job, const odd_graph *graph, int *tensor)
{
    odd_text name = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_format(&name, "%s_moments", code_name(job));
    ODD_TRY(odd_text_status(&name));
    ODD_TRY(odd_graph_find(graph, name.s, tensor));
done:
    odd_text_free(&name);
    return st;
}

/* The bound of Kingma and Welling with pixels of variance `kl`, divided by what makes the loss of
 * the output one of a pixel, so that losses can be compared. */
int odd_coder_losses(const odd_job *job, const odd_graph *graph, odd_loss loss[ODD_LOSSES])
{
    const double values = (double)odd_tensor_values(&graph->tensor[graph->output[0]]);
    const double weight = (is_binary(job) ? 1 : 2) * options_of(job)->kl / values;
    int moments;
    loss[0] = odd_coder_loss(job, graph);
    if (!odd_coder_is_variational(job)) return 1;
    ODD_CHECK(find_moments(job, graph, &moments) == ODD_OK);
    loss[1] = (odd_loss){ODD_LOSS_KL, moments, weight};
    return 2;
}

/* -- taking apart -- */

odd_status odd_coder_cut(const odd_job *job, const odd_graph *graph, odd_graph **encoder)
{
    int code;
    odd_status st;
    ODD_TRY(odd_graph_copy(graph, encoder));
    ODD_TRY(odd_graph_find(*encoder, code_name(job), &code));
    ODD_TRY(odd_graph_cut(*encoder, code));
done:
    return st;
}

odd_status odd_coder_halves(const odd_job *job, const odd_graph *graph, odd_graph **encoder,
                            odd_graph **decoder)
{
    int at;
    odd_status st;
    ODD_TRY(odd_graph_copy(graph, encoder));
    ODD_TRY(find_moments(job, *encoder, &at));
    ODD_TRY(odd_graph_cut(*encoder, at));
    ODD_TRY(odd_graph_copy(graph, decoder));
    ODD_TRY(odd_graph_find(*decoder, code_name(job), &at));
    ODD_TRY(odd_graph_cut_before(*decoder, at));
done:
    return st;
}

odd_status odd_coder_whole(const odd_job *job, const odd_graph *graph, odd_graph **whole)
{
    const odd_layer_settings set = odd_layer_defaults();
    int levels;
    odd_status st;
    ODD_TRY(odd_graph_copy(graph, whole));
    if (!is_binary(job)) goto done;
    ODD_TRY(odd_graph_layer(*whole, ODD_LAYER_SIGMOID, "levels", &set, 1, (*whole)->output, RESULT,
                            &levels));
    ODD_TRY(odd_graph_add_output(*whole, levels));
    ODD_TRY(odd_graph_cut(*whole, levels));
done:
    return st;
}

odd_status odd_coder_note(const odd_job *job, odd_graph *graph)
{
    const odd_prepare_options *o = odd_job_section(job, "image");
    char size[32], margin[32];
    odd_status st;
    snprintf(size, sizeof size, "%lld", (long long)o->size);
    snprintf(margin, sizeof margin, "%g", o->margin);
    ODD_TRY(odd_graph_note(graph, "oddlot.size", size));
    ODD_TRY(odd_graph_note(graph, "oddlot.margin", margin));
    ODD_TRY(odd_graph_note(graph, "oddlot.kernel", o->kernel));
done:
    return st;
}

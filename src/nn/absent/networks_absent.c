/* In place of exec, train and onnx, where oddlot is built without oneDNN or protobuf-c: what begins
 * with a network fails with one sentence, what ends with one does nothing, and what lies between is
 * never reached. */
#include "oddlot/nn/net.h"
#include "oddlot/nn/networks.h"
#include "oddlot/nn/onnx.h"
#include "oddlot/nn/train.h"

static const char sentence[] =
    "this oddlot was built without networks (oneDNN): install libdnnl-dev, libprotobuf-c-dev, "
    "protobuf-c-compiler and libonnx-dev and build it again, or do without (features.source: "
    "pixels)";

const char *odd_networks_absent(void)
{
    return sentence;
}

odd_status odd_networks_check(const odd_job *job, const char *key)
{
    return odd_job_fail(job, key, "%s", sentence);
}

static odd_status refuse(void)
{
    return odd_fail(ODD_USAGE, "%s", sentence);
}

/* ---- net.h ---- */

odd_status odd_precision_choose(odd_precision wish, odd_precision *precision)
{
    *precision = wish;
    return refuse();
}

odd_status odd_net_new(const odd_graph *graph, odd_precision precision, odd_net **out)
{
    (void)graph, (void)precision;
    *out = NULL;
    return refuse();
}

void odd_net_free(odd_net **net)
{
    *net = NULL;
}

const char *odd_net_precision(const odd_net *net)
{
    (void)net;
    return "none";
}

bool odd_cpu_has_amx(void)
{
    return false;
}

odd_status odd_net_memory(odd_net *net, int64_t n, int64_t *bytes)
{
    (void)net, (void)n;
    *bytes = 0;
    return refuse();
}

odd_status odd_net_run(odd_net *net, int64_t n, const int64_t number[], const float input[],
                       float *const output[])
{
    (void)net, (void)n, (void)number, (void)input, (void)output;
    return refuse();
}

void odd_net_watch(odd_net *net)
{
    (void)net;
}

odd_status odd_net_shares(const odd_net *net, odd_net_share **share, int *shares)
{
    (void)net;
    *share = NULL;
    *shares = 0;
    return refuse();
}

const char *odd_net_text(void)
{
    return "no oneDNN (built without networks)";
}

/* ---- onnx.h ---- */

odd_status odd_onnx_read(const char *path, odd_graph **out)
{
    (void)path;
    *out = NULL;
    return refuse();
}

odd_status odd_onnx_read_sized(const char *path, int64_t rows, int64_t columns, odd_graph **out)
{
    (void)rows, (void)columns;
    return odd_onnx_read(path, out);
}

odd_status odd_onnx_channels_last(const char *input)
{
    (void)input;
    return refuse();
}

odd_status odd_onnx_digest(const char *path, odd_hash *digest)
{
    (void)path, (void)digest;
    return refuse();
}

odd_status odd_onnx_parse(const void *bytes, size_t size, const char *folder, odd_graph **out)
{
    (void)bytes, (void)size, (void)folder;
    *out = NULL;
    return refuse();
}

odd_status odd_onnx_write(const odd_graph *graph, const char *path)
{
    (void)graph, (void)path;
    return refuse();
}

bool odd_onnx_knows(const char *operator_name)
{
    (void)operator_name;
    return false;
}

/* ---- train.h ---- */

odd_train_options odd_train_defaults(odd_optimizer_kind kind)
{
    return (odd_train_options){.optimizer = odd_optimizer_defaults(kind)};
}

odd_status odd_trainer_new(const odd_graph *graph, int losses, const odd_loss loss[],
                           const odd_train_options *options, odd_trainer **out)
{
    (void)graph, (void)losses, (void)loss, (void)options;
    *out = NULL;
    return refuse();
}

void odd_trainer_free(odd_trainer **trainer)
{
    *trainer = NULL;
}

int64_t odd_trainer_length(const odd_trainer *t)
{
    (void)t;
    return 0;
}

odd_status odd_trainer_shards(odd_trainer *t, int64_t batch, int shards, const odd_shard shard[],
                              float *const vector[], odd_tally tally[])
{
    (void)t, (void)batch, (void)shards, (void)shard, (void)vector, (void)tally;
    return refuse();
}

void odd_trainer_watch(odd_trainer *t, void (*notify)(void *context, int64_t first), void *context)
{
    (void)t, (void)notify, (void)context;
}

odd_status odd_trainer_step(odd_trainer *t, const double sum[], double loss, double rate)
{
    (void)t, (void)sum, (void)loss, (void)rate;
    return refuse();
}

const float *odd_trainer_centers(const odd_trainer *t, int64_t *classes, int64_t *values)
{
    (void)t;
    *classes = *values = 0;
    return NULL;
}

int64_t odd_trainer_steps(const odd_trainer *t)
{
    (void)t;
    return 0;
}

double odd_trainer_gradient_norm(const odd_trainer *t)
{
    (void)t;
    return 0;
}

odd_status odd_trainer_graph(const odd_trainer *t, odd_graph **out)
{
    (void)t;
    *out = NULL;
    return refuse();
}

void odd_sample_codes(uint64_t seed, uint64_t draw, int64_t images, const int64_t id[],
                      int64_t values, const float moments[], float code[])
{
    (void)seed, (void)draw, (void)images, (void)id, (void)values, (void)moments, (void)code;
}

odd_status odd_trainer_save(const odd_trainer *t, odd_bundle *b)
{
    (void)t, (void)b;
    return refuse();
}

odd_status odd_trainer_load(odd_trainer *t, const odd_bundle *b)
{
    (void)t, (void)b;
    return refuse();
}

odd_status odd_loss_tally(odd_loss_kind kind, int64_t images, int64_t values, const float x[],
                          const odd_target *target, const float weight[], odd_tally *tally)
{
    (void)kind, (void)images, (void)values, (void)x, (void)target, (void)weight;
    *tally = (odd_tally){.loss = 0};
    return refuse();
}

const char *odd_loss_name(odd_loss_kind kind)
{
    (void)kind;
    return "";
}

odd_status odd_loss_find(const char *name, odd_loss_kind *kind)
{
    (void)name, (void)kind;
    return refuse();
}

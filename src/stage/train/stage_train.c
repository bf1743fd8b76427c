/* Train: networks learn from the catalogue itself what the job's task is. */
#include "oddlot/learn/network_precision.h"
#include "oddlot/nn/networks.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/image/prepare.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>

static const char *const initials[] = {"he", "glorot", NULL};
static const char *const optimizers[] = {"sgd", "adam", "adamw", NULL};
static const char *const schedules[] = {"constant", "cosine", "step", NULL};

static const odd_option table[] = {
    ODD_LIST(odd_training_options, network, "[]",
             "layers of a network that is trained on the catalogue, such as ['conv 8 5x5', relu, "
             "'max_pool 2', 'dense 2']; []: none is"),
    ODD_PART(
        odd_training_options, task, "damage", "task", odd_train_task_part,
        "what it learns: damage, to tell images that a program damaged from those as they "
        "are; autoencoder, to give images back through a short code; belief, how likely images "
        "are, by Boltzmann machines layer upon layer; classify, to tell their labels"),
    ODD_PATH(
        odd_training_options, start, "",
        "of task classify: an ONNX file with whose layers networks begin, down to what its own "
        "classifier reads; train.network, which may be empty, comes behind them. A network that "
        "has learnt these very images makes what is predicted of them look better than it is, "
        "whatever the folds"),
    ODD_BOOL(odd_training_options, freeze, "false",
             "layers of train.start stay as they are; false: they learn on"),
    ODD_INT(odd_training_options, folds, "4", 1, 100,
            "of tasks damage and classify: parts of the catalogue; a network for each learns from "
            "the others and judges this one. 1, of classify: one network learns from all that is "
            "not held out. Copies, pixel for pixel, are in one fold of classify; those that are "
            "nearly the same are not"),
    ODD_INT(odd_training_options, epochs, "20", 1, 100000,
            "how often a network sees its images, at most"),
    ODD_INT(
        odd_training_options, patience, "0", 0, 100000,
        "stop when so many epochs have brought nothing better, and keep the best network; tasks "
        "damage and classify hold one more part out to tell; 0: go on, and keep the last"),
    ODD_INT(odd_training_options, batch, "64", 1, 1 << 20, "images of a step, on all ranks"),
    ODD_INT(odd_training_options, shards, "8", 1, 4096,
            "parts of a batch that threads and ranks work on; the result depends on it"),
    ODD_CHOICE(odd_training_options, initial, "he", initials, "weights before training"),
    ODD_CHOICE(odd_training_options, optimizer, "adam", optimizers,
               "how weights move: sgd (with momentum), adam, adamw"),
    ODD_REAL(odd_training_options, rate, "0.001", 1e-12, 1e6, "learning rate"),
    ODD_CHOICE(odd_training_options, schedule, "constant", schedules,
               "how the rate falls: constant, cosine (to last_rate), step (see every, factor)"),
    ODD_REAL(odd_training_options, warm_up, "0", 0, 1e5,
             "first epochs, in which the rate rises from nearly 0"),
    ODD_REAL(odd_training_options, last_rate, "0", 0, 1e6,
             "learning rate at the end of schedule cosine"),
    ODD_INT(odd_training_options, every, "10", 1, 1e6, "epochs between two steps of schedule step"),
    ODD_REAL(odd_training_options, factor, "0.1", 1e-12, 1, "of the rate at each of them"),
    ODD_REAL(odd_training_options, momentum, "0.9", 0, 0.999999, "of sgd"),
    ODD_REAL(odd_training_options, weight_decay, "0", 0, 1e6, "pull of the weights towards 0"),
    ODD_REAL(odd_training_options, drop_path, "0", 0, 0.99,
             "stochastic depth: while networks learn, share of the images of which the last `add` "
             "of train.network, or sum of train.start, leaves out what its branch makes; those "
             "before it less, in even steps. 0: none is; a list may say it itself: `drop_path 0.2` "
             "before an `add`"),
    ODD_REAL(odd_training_options, clip, "0", 0, 1e12, "largest length of the gradient; 0: any"),
    ODD_CHOICE(odd_training_options, precision, "f32", odd_precision_names,
               "of what convolutions and products read while networks learn; sums and weights are "
               "float32. bf16: several times as fast where the CPU has AMX; auto: bf16 there"),
    ODD_OPTIONS_END,
};

const odd_section odd_train_section =
    ODD_SECTION("train", "Networks trained on the catalogue itself", table, odd_training_options);

static const odd_training_options *options_of(const odd_job *job)
{
    return odd_job_section(job, odd_train_section.name);
}

bool odd_trains(const odd_job *job)
{
    return options_of(job)->network.count > 0 || odd_train_starts(job);
}

static const char *train_part(const odd_job *job)
{
    return odd_train_task_of(job)->settings->name;
}

static const char *train_product(const odd_job *job)
{
    return odd_train_task_of(job)->product;
}

static odd_status check_start(const odd_job *job)
{
    const odd_train_task *task = odd_train_task_of(job);
    if (options_of(job)->freeze && !odd_train_starts(job))
        return odd_job_fail(job, "train.freeze", "there is no train.start whose layers could stay");
    if (options_of(job)->drop_path > 0 && options_of(job)->freeze)
        return odd_job_fail(job, "train.drop_path",
                            "train.freeze keeps the layers that would be dropped");
    if (odd_train_starts(job) && !task->starts)
        return odd_job_fail(job, "train.start", "task %s makes its networks of train.network alone",
                            task->settings->name);
    return ODD_OK;
}

/* A network for the images that the ingest stores. */
static odd_status planned_network(const odd_job *job, odd_graph **graph)
{
    const odd_prepare_options *prepare = odd_job_section(job, "image");
    const int64_t shape[3] = {odd_prepared_channels(prepare), prepare->size, prepare->size};
    return odd_train_task_of(job)->network(job, 0, shape, graph);
}

static odd_status check_train(const odd_job *job)
{
    const odd_training_options *o = options_of(job);
    odd_train_options method;
    odd_schedule schedule;
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY(odd_networks_check(job, "train.network"));
    ODD_TRY(check_start(job));
    if (o->shards > o->batch)
        return odd_job_fail(job, "train.shards", "%lld shards of a batch of %lld images",
                            (long long)o->shards, (long long)o->batch);
    ODD_TRY(odd_train_task_of(job)->check(job));
    ODD_TRY(odd_train_method(job, 1, &method, &schedule));
    ODD_TRY(planned_network(job, &graph));
done:
    odd_graph_free(&graph);
    return st;
}

/* @local */
static odd_status set_levels(odd_training *t)
{
    const int64_t shape[3] = {t->images.channels, t->images.height, t->images.width};
    if (!odd_train_starts(t->run->job)) return ODD_OK;
    return odd_train_start_levels(t->run->job, shape, &t->images.levels);
}

/* What is known of all images. @collective */
static odd_status read_labels(odd_training *t, const odd_file *ingest)
{
    const odd_partition part = odd_partition_rows(t->comm, t->images.n);
    odd_image_facts *facts = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_train_copies_find(t->run->job, ingest, &t->images));
    ODD_TRY_ALL(t->comm, ODD_NEW(t->verified, t->images.n));
    ODD_TRY_ALL(t->comm, odd_image_column_part(ingest, "ingest.h5", "verified", ODD_U8, t->images.n,
                                               0, t->images.n, t->verified));
    ODD_TRY_ALL(t->comm, odd_image_facts_open(ingest, t->images.n, &facts));
    ODD_TRY(odd_labels_read(t->comm, facts, part.row0, part.n_local, &t->labels));
    ODD_TRY(odd_labels_share(t->comm, &t->labels));
done:
    odd_image_facts_close(&facts);
    return st;
}

/* @collective */
static odd_status open_training(odd_training *t, const odd_file *ingest)
{
    odd_status st;
    t->options = options_of(t->run->job);
    t->task = odd_train_task_of(t->run->job);
    ODD_TRY(odd_train_images_open(t->run, ingest, t->task->preset, &t->images));
    if (t->task->labelled) ODD_TRY(read_labels(t, ingest));
    ODD_TRY_ALL(t->comm, set_levels(t));
    ODD_TRY_ALL(t->comm, odd_train_curves_new(t->task->networks(t->options), t->options->epochs,
                                              &t->curves));
    ODD_TRY_ALL(t->comm, t->task->begin ? t->task->begin(t) : ODD_OK);
done:
    return st;
}

static void close_training(odd_training *t)
{
    if (t->task && t->task->end) t->task->end(t);
    odd_train_curves_free(&t->curves);
    odd_train_images_close(&t->images);
    odd_labels_free(&t->labels);
    odd_free(t->verified);
}

static odd_status train_networks(odd_training *t)
{
    odd_train_state state;
    odd_status st;
    ODD_TRY(odd_train_checkpoint_load(t, &state));
    if (state.epochs > 0)
        odd_log(ODD_LOG_INFO, "train: goes on after epoch %lld of fold %lld",
                (long long)state.epochs, (long long)state.fold + 1);
    while (state.fold < t->task->networks(t->options))
        ODD_TRY(odd_train_fold(t, &state));
done:
    odd_train_state_free(&state);
    return st;
}

/* Seconds of an epoch for 1000 images; nothing where all was in the checkpoint. @collective */
static odd_status write_pace(const odd_training *t, odd_file *file)
{
    double spent[2] = {t->curves.seconds, (double)t->curves.learnt};
    odd_max_f64(t->comm, spent, 2);
    if (spent[1] <= 0) return ODD_OK;
    odd_log(ODD_LOG_STAGE, "train     %.4f s for 1000 images", 1000 * spent[0] / spent[1]);
    return odd_file_set_f64(file, "/", "seconds_per_1000_images", 1000 * spent[0] / spent[1]);
}

static odd_status run_train(odd_run *run, const odd_provenance *from)
{
    const double started = odd_seconds();
    odd_training t = {.run = run, .comm = run->comm, .from = from};
    odd_file *ingest = NULL, *out = NULL;
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY(open_training(&t, ingest));
    ODD_TRY(train_networks(&t));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(t.task->write(&t, out));
    ODD_TRY(write_pace(&t, out));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
    if (odd_rank(run->comm) == 0) odd_train_checkpoint_remove(&t);
done:
    odd_file_discard(&out);
    close_training(&t);
    odd_file_close(&ingest);
    return st;
}

static odd_status plan_train(odd_run *run, odd_stage_plan *plan)
{
    const odd_training_options *o = options_of(run->job);
    const odd_prepare_options *prepare = odd_job_section(run->job, "image");
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY_ALL(run->comm, planned_network(run->job, &graph));
    const int64_t weights = odd_graph_parameters(graph) * (int64_t)sizeof(float);
    const int64_t networks = odd_train_task_of(run->job)->networks(o);
    plan->disk = networks * weights + plan->rows * 25;
    plan->memory = plan->rows * ((int64_t)odd_prepared_bytes(prepare) + 64) +
                   weights * (4 + 2 * o->shards / plan->ranks);
    odd_text_format(&plan->what, "%s: %lld networks of %lld weights, %lld epochs each", o->task,
                    (long long)networks, (long long)odd_graph_parameters(graph),
                    (long long)o->epochs);
done:
    odd_graph_free(&graph);
    return st;
}

/* What each epoch learns, and at the end a pass forward, a third of the work of one that learns.
 * Gradients of all weights go to a rank and from there back, in each step. */
static odd_status cost_train(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    const odd_training_options *o = options_of(run->job);
    const double networks = (double)odd_train_task_of(run->job)->networks(o);
    const double steps = ceil((double)plan->rows / (double)o->batch) * (double)o->epochs;
    odd_graph *graph = NULL;
    odd_status st;
    ODD_TRY(planned_network(run->job, &graph));
    cost->amount = networks * (double)plan->rows * ((double)o->epochs + 1.0 / 3);
    cost->batch = o->batch;
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_GRADIENT, networks * steps,
                            (double)odd_graph_parameters(graph) * sizeof(double));
done:
    odd_graph_free(&graph);
    return st;
}

static const char *const inputs[] = {"ingest", NULL};
static const odd_section *const sections[] = {&odd_train_section, &odd_train_augment_section, NULL};

const odd_stage odd_stage_train = {
    .name = "train",
    .file = "train.h5",
    .summary = "networks learn from the catalogue",
    .resumes = true,
    .version = 1,
    .seeded = true,
    .common = true,
    .inputs = inputs,
    .sections = sections,
    .product_of = train_product,
    .parts = odd_train_task_part,
    .part = train_part,
    .applies = odd_trains,
    .check = check_train,
    .outside = odd_train_start_digest,
    .plan = plan_train,
    .cost = cost_train,
    .rehearse = "train.epochs=4",
    .run = run_train,
};

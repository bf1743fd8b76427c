/* Features: one row of numbers for each readable image, by a feature source. */
#include "oddlot/nn/networks.h"
#include "oddlot/run/backbone.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"

#include "stage/features/feature_extraction_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/image/prepare.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

typedef struct {
    char *source;
    odd_feature_output_options output;
} features_options;

static odd_part source_part(int i)
{
    const odd_feature_source *s = odd_feature_sources[i];
    return s ? (odd_part){s->name, s->summary, s->options, s->options_size} : (odd_part){0};
}

static const odd_option features_table[] = {
    ODD_PART(features_options, source, "auto", "feature source", source_part,
             "what turns an image into numbers"),
    ODD_BASE(features_options, output, odd_feature_output_option_table),
    ODD_OPTIONS_END,
};

static const odd_section features_section =
    ODD_SECTION("features", "From images to numbers", features_table, features_options);

/* The one that does the work. */
static const odd_feature_source *source_of(const odd_job *job)
{
    const features_options *options = odd_job_section(job, "features");
    int i = 0;
    while (strcmp(odd_feature_sources[i]->name, options->source) != 0)
        i++;
    const odd_feature_source *named = odd_feature_sources[i];
    return named->stand_in ? named->stand_in(job) : named;
}

static const char *features_part(const odd_job *job)
{
    return source_of(job)->name;
}

/* The file that it takes from outside, a network or rows; NULL: none. */
static const char *outside_file(const odd_job *job)
{
    const odd_feature_source *source = source_of(job);
    return source->file ? source->file(odd_stage_options(&odd_stage_features, job)) : NULL;
}

/* Without its folders; a dataset in it, FILE:/DATASET, is of its name. */
static const char *base_name(const char *file)
{
    const char *name = file;
    for (const char *at = file; *at; at++)
        if (*at == '/' && at > file && at[-1] == ':')
            break;
        else if (*at == '/')
            name = at + 1;
    return name;
}

static bool is_left_open(const odd_job *job)
{
    const features_options *options = odd_job_section(job, "features");
    return strcmp(options->source, source_of(job)->name) != 0;
}

/* Which source it is, and where pixels are taken for want of better, what would bring it.
 * `folders`: with those of the file, which say nothing of what is seen. */
static void describe_source(const odd_job *job, bool folders, odd_text *out)
{
    const char *file = outside_file(job);
    odd_text_add(out, source_of(job)->name);
    if (file) odd_text_format(out, ", %s", folders ? file : base_name(file));
    if (!file && is_left_open(job))
        odd_text_format(out, ", for %s",
                        odd_networks_absent() ? odd_networks_absent()
                                              : "no backbone is found: " ODD_BACKBONE_HINT);
}

/* Of the images that the ingest will store. */
static odd_image_form planned_form(const odd_job *job)
{
    const odd_prepare_options *prepare = odd_job_section(job, "image");
    const int side = (int)prepare->size;
    return (odd_image_form){.width = side,
                            .height = side,
                            .channels = odd_prepared_channels(prepare),
                            .kernel = prepare->kernel,
                            .margin = prepare->margin};
}

/* Rows of ones are what they are. */
static odd_status check_output(const odd_job *job)
{
    const features_options *o = odd_job_section(job, "features");
    if (!source_of(job)->bits || strcmp(o->output.normalize, "l2") != 0) return ODD_OK;
    return odd_job_fail(job, "features.normalize",
                        "rows of '%s' say which units are active, not how much: none, or a "
                        "detector that compares sets (fit.knn.metric: jaccard)",
                        source_of(job)->name);
}

/* Also whether such images will do, which is better known before a million of them are stored. */
static odd_status check_features(const odd_job *job)
{
    const odd_status st = check_output(job);
    if (st != ODD_OK) return st;
    const odd_image_form form = planned_form(job);
    odd_feature_needs needs;
    return source_of(job)->plan(job, odd_stage_options(&odd_stage_features, job), &form, &needs);
}

/* @collective */
static odd_status open_extraction(const odd_run *run, const odd_file *ingest, odd_extraction *e)
{
    const features_options *options = odd_job_section(run->job, "features");
    e->run = run;
    e->source = source_of(run->job);
    e->options = odd_stage_options(&odd_stage_features, run->job);
    e->output = &options->output;
    e->ingest = ingest;
    e->form = planned_form(run->job);
    return odd_extraction_open(run->comm, e);
}

/* @collective */
static odd_status open_checkpoint(const odd_run *run, const odd_provenance *from, odd_extraction *e)
{
    const odd_checkpoint_work work = {.fingerprint = from->fingerprint,
                                      .records = e->in.n,
                                      .record_bytes = e->width * (int64_t)sizeof(float),
                                      .first = e->in.row0,
                                      .count = e->in.n_local};
    char *path = NULL;
    int64_t found;
    odd_status st;
    if (!e->source->slow) return ODD_OK;
    ODD_TRY_ALL(run->comm, odd_run_path(run, "checkpoints/features", &path));
    ODD_TRY(odd_checkpoint_open(run->comm, path, &work, &e->known, &found));
    odd_sum_i64(run->comm, &found, 1);
    if (found > 0)
        odd_log(ODD_LOG_INFO, "features: %lld of %lld images were done before", (long long)found,
                (long long)e->out_n);
done:
    odd_free(path);
    return st;
}

/* @collective */
static odd_status create_datasets(MPI_Comm comm, odd_file *file, const odd_extraction *e,
                                  odd_feature_sink *features, odd_dataset **row)
{
    const odd_shape column = {.type = ODD_I64, .rank = 1, .shape = {e->out_n}};
    odd_status st;
    ODD_TRY(odd_feature_sink_open(comm, file, e->out_n, e->out_row0, e->out_local, e->width,
                                  e->output, e->source->bits, features));
    ODD_TRY(odd_dataset_create(file, "row", &column, "row of the image in ingest.h5", "", row));
done:
    return st;
}

/* For the log, and for whoever reads the file. @collective */
static odd_status tell_source(const odd_run *run, odd_file *file)
{
    odd_text log = ODD_TEXT_EMPTY, name = ODD_TEXT_EMPTY;
    odd_status st;
    describe_source(run->job, true, &log);
    describe_source(run->job, false, &name);
    ODD_TRY_ALL(run->comm, odd_text_status(&log));
    ODD_TRY_ALL(run->comm, odd_text_status(&name));
    if (is_left_open(run->job) || outside_file(run->job))
        odd_log(ODD_LOG_INFO, "features: %s", odd_text_string(&log));
    ODD_TRY(odd_file_set_text(file, "/", "source", odd_text_string(&name)));
done:
    odd_text_free(&log);
    odd_text_free(&name);
    return st;
}

static odd_status run_features(odd_run *run, const odd_provenance *from)
{
    odd_file *in = NULL, *out = NULL;
    odd_feature_sink features = {0};
    odd_dataset *row = NULL;
    double started = odd_seconds();
    odd_extraction e = {0};
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &in));
    ODD_TRY(open_extraction(run, in, &e));
    ODD_TRY(open_checkpoint(run, from, &e));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(tell_source(run, out));
    ODD_TRY(create_datasets(run->comm, out, &e, &features, &row));
    ODD_TRY(odd_extraction_run(run->comm, &e, &features, row));
    odd_dataset_close(&row);
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_checkpoint_close(&e.known, st == ODD_OK);
    odd_feature_sink_close(&features);
    odd_dataset_close(&row);
    odd_file_discard(&out);
    odd_extraction_close(&e);
    odd_file_close(&in);
    return st;
}

/* In the file. Where rows are of ones, half of the places at most are thought to hold one. */
static int64_t row_bytes(const odd_feature_source *source, const odd_feature_output_options *output,
                         int64_t width)
{
    return source->bits ? width / 2 * (int64_t)sizeof(int32_t)
                        : width * (int64_t)odd_type_size(odd_feature_type(output));
}

static odd_status plan_features(odd_run *run, odd_stage_plan *plan)
{
    const features_options *options = odd_job_section(run->job, "features");
    const odd_feature_source *source = source_of(run->job);
    const odd_image_form form = planned_form(run->job);
    odd_feature_needs needs;
    odd_status st;
    ODD_TRY_ALL(run->comm, source->plan(run->job, odd_stage_options(&odd_stage_features, run->job),
                                        &form, &needs));
    plan->width = plan->features = needs.width;
    plan->disk =
        plan->rows * (row_bytes(source, &options->output, needs.width) + (int64_t)sizeof(int64_t));
    plan->memory = needs.bytes + 2 * (int64_t)ODD_FEATURE_BATCH_BYTES;
    if (source->bits)
        plan->memory += plan->rows / odd_size(run->comm) * odd_bits_bytes(needs.width);
    describe_source(run->job, true, &plan->what);
    odd_text_format(&plan->what, ": %s; %d values for each image, %s", source->summary, needs.width,
                    source->bits ? "0 or 1" : options->output.type);
done:
    return st;
}

/* Of each image as much. */
static odd_status cost_features(const odd_run *run, const odd_stage_plan *plan,
                                odd_stage_cost *cost)
{
    (void)run, (void)plan;
    cost->images = true;
    return ODD_OK;
}

static odd_status source_digest(odd_run *run, odd_hash *digest)
{
    const odd_feature_source *source = source_of(run->job);
    odd_status st;
    *digest = ODD_HASH_START;
    if (!source->outside) return ODD_OK;
    ODD_TRY_ALL(run->comm,
                odd_rank(run->comm) == 0
                    ? source->outside(odd_stage_options(&odd_stage_features, run->job), digest)
                    : ODD_OK);
    odd_broadcast(run->comm, 0, digest, sizeof *digest);
done:
    return st;
}

static bool features_read(const odd_job *job, const char *input)
{
    return source_of(job)->trained || strcmp(input, "train") != 0;
}

static const char *const inputs[] = {"ingest", "train", NULL};
static const odd_section *const sections[] = {&features_section, NULL};

const odd_stage odd_stage_features = {
    .name = "features",
    .file = "features.h5",
    .summary = "turn every image into a row of numbers",
    .resumes = true,
    .version = 2,
    .common = true,
    .inputs = inputs,
    .sections = sections,
    .reads = features_read,
    .parts = source_part,
    .part = features_part,
    .check = check_features,
    .outside = source_digest,
    .plan = plan_features,
    .cost = cost_features,
    .run = run_features,
};

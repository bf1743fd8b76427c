/* Features: one row of numbers for each readable image, by a feature source. */
#include "stage_internal.h"

#include "feature_source_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/image/prepare.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"
#include "oddlot/store/checkpoint.h"

#include <stddef.h>
#include <string.h>

#define BATCH_BYTES (64 << 20) /* of images and of features, in memory at a time */

typedef struct {
    char *source;
} features_options;

static const odd_option features_table[] = {
    {"source", ODD_OPTION_TEXT, offsetof(features_options, source), "pixels", 0, 0, NULL,
     "what turns an image into numbers: pixels"},
    ODD_OPTIONS_END,
};

const odd_section odd_features_section = {"features", "From images to numbers", features_table,
                                          sizeof(features_options)};

static const odd_feature_source *source_of(const odd_run *run)
{
    const features_options *options = odd_job_section(run->job, "features");
    return odd_feature_source_find(options->source);
}

static const char *features_part(const odd_run *run)
{
    return source_of(run)->name;
}

static const char *source_name(int i)
{
    return odd_feature_sources[i] ? odd_feature_sources[i]->name : NULL;
}

static odd_status check_features(const odd_run *run)
{
    const features_options *options = odd_job_section(run->job, "features");
    if (source_of(run)) return ODD_OK;
    return odd_no_such_part(run->job, "features.source", "feature source", options->source,
                            source_name);
}

/* One rank's work. Rows of the ingest are cut into parts; the readable ones of my part are mine
 * here too, so that each image is read by one rank only. */
typedef struct {
    const odd_feature_source *source;
    void *state;
    odd_image_form form;
    int width;
    odd_partition in;  /* rows of the ingest */
    int64_t out_row0;  /* my first row of features */
    int64_t out_local; /* my rows of features */
    int64_t out_n;     /* rows of features in all */
    int64_t batch;
    int64_t image_bytes;
    uint8_t *status;            /* (in.n_local) */
    uint8_t *images;            /* (batch, image_bytes) */
    float *x;                   /* (batch, width) */
    int64_t *row;               /* (batch) rows of the ingest */
    odd_checkpoint *checkpoint; /* NULL: the source is quick */
} extraction;

static void extraction_close(extraction *e)
{
    if (e->state) e->source->close(&e->state);
    odd_free(e->status);
    odd_free(e->images);
    odd_free(e->x);
    odd_free(e->row);
}

static odd_status read_form(const odd_dataset *images, odd_image_form *form)
{
    const int64_t *shape = odd_dataset_shape(images)->shape;
    if (shape[1] < 1 || shape[2] < 1 || shape[3] < 1 || shape[1] * shape[2] * shape[3] > INT32_MAX)
        return odd_fail(ODD_FORMAT, "images of the ingest have an impossible shape");
    *form = (odd_image_form){(int)shape[2], (int)shape[1], (int)shape[3]};
    return ODD_OK;
}

static odd_status read_status(const odd_file *file, extraction *e)
{
    const odd_shape column = {.type = ODD_U8, .rank = 1, .shape = {e->in.n}};
    odd_dataset *status = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(e->status, e->in.n_local));
    ODD_TRY(odd_dataset_expect(file, "status", &column, &status));
    ODD_TRY(odd_dataset_read(status, e->in.row0, e->in.n_local, ODD_U8, e->status));
    for (int64_t i = 0; i < e->in.n_local; i++)
        e->out_local += e->status[i] == ODD_IMAGE_OK;
done:
    odd_dataset_close(&status);
    return st;
}

static odd_status extraction_open(const odd_run *run, const odd_file *file,
                                  const odd_dataset *images, extraction *e)
{
    int64_t beside;
    odd_status st;
    e->source = source_of(run);
    const void *options = odd_part_options(run->job, "features", e->source->name);
    ODD_TRY(read_form(images, &e->form));
    ODD_TRY(e->source->plan(options, &e->form, &e->width, &beside));
    ODD_TRY(e->source->open(options, &e->form, &e->state));
    e->in = odd_partition_rows(run->comm, odd_dataset_shape(images)->shape[0]);
    e->image_bytes = (int64_t)e->form.width * e->form.height * e->form.channels;
    e->batch = BATCH_BYTES / (e->image_bytes + e->width * (int64_t)sizeof(float)) + 1;
    ODD_TRY(read_status(file, e));
    ODD_TRY(ODD_NEW(e->images, e->batch * e->image_bytes));
    ODD_TRY(ODD_NEW(e->x, e->batch * e->width));
    ODD_TRY(ODD_NEW(e->row, e->batch));
done:
    return st;
}

/* Rows of x from `first` on that are, or are not, in the checkpoint: how many. */
static int64_t run_of(const extraction *e, int64_t first, int64_t count, bool there)
{
    int64_t i = first;
    while (i < count && (e->checkpoint && odd_checkpoint_has(e->checkpoint, e->row[i])) == there)
        i++;
    return i - first;
}

static odd_status remember(extraction *e, int64_t first, int64_t count)
{
    odd_status st = ODD_OK;
    for (int64_t i = first; e->checkpoint && st == ODD_OK && i < first + count; i++)
        st = odd_checkpoint_write(e->checkpoint, e->row[i], e->x + i * e->width);
    return st;
}

static odd_status recall(extraction *e, int64_t first, int64_t count)
{
    odd_status st = ODD_OK;
    for (int64_t i = first; st == ODD_OK && i < first + count; i++)
        st = odd_checkpoint_read(e->checkpoint, e->row[i], e->x + i * e->width);
    return st;
}

/* Features of the `count` images of the batch: from the checkpoint, or new and then kept there. */
static odd_status extract_new(extraction *e, int64_t count)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count;) {
        int64_t fresh = run_of(e, i, count, false);
        ODD_TRY(e->source->extract(e->state, fresh, e->images + i * e->image_bytes,
                                   e->x + i * e->width));
        ODD_TRY(remember(e, i, fresh));
        i += fresh;
        int64_t known = run_of(e, i, count, true);
        ODD_TRY(recall(e, i, known));
        i += known;
    }
    if (e->checkpoint) ODD_TRY(odd_checkpoint_settle(e->checkpoint));
done:
    return st;
}

/* Read my images of the batch, leave out those without a picture, and extract. *count: rows of x.
 */
static odd_status extract_batch(extraction *e, const odd_dataset *images, odd_batch b,
                                int64_t *count)
{
    odd_status st;
    *count = 0;
    ODD_TRY(odd_fault("features.batch"));
    ODD_TRY(odd_dataset_read(images, e->in.row0 + b.first, b.count, ODD_U8, e->images));
    for (int64_t i = 0; i < b.count; i++) {
        if (e->status[b.first + i] != ODD_IMAGE_OK) continue;
        memmove(e->images + *count * e->image_bytes, e->images + i * e->image_bytes,
                (size_t)e->image_bytes);
        e->row[(*count)++] = e->in.row0 + b.first + i;
    }
    ODD_TRY(extract_new(e, *count));
done:
    return st;
}

static odd_status extract_rows(MPI_Comm comm, extraction *e, const odd_dataset *images,
                               odd_dataset *features, odd_dataset *row)
{
    int64_t batches = odd_batches(comm, e->in.n_local, e->batch), at = e->out_row0, count;
    odd_progress *progress = odd_progress_start(comm, "features", "images", e->in.n);
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < batches; i++) {
        odd_batch b = odd_batch_of(i, e->batch, e->in.n_local);
        ODD_TRY(odd_signals_check(comm));
        ODD_TRY_ALL(comm, extract_batch(e, images, b, &count));
        ODD_TRY(odd_dataset_write(features, at, count, e->x));
        ODD_TRY(odd_dataset_write(row, at, count, e->row));
        at += count;
        odd_progress_add(progress, b.count);
    }
done:
    odd_progress_stop(&progress);
    return st;
}

/* @collective */
static odd_status open_checkpoint(const odd_run *run, const odd_provenance *from, extraction *e)
{
    char *path = NULL;
    int64_t found;
    odd_status st;
    if (!e->source->slow) return ODD_OK;
    ODD_TRY_ALL(run->comm, odd_run_path(run, "checkpoints/features", &path));
    ODD_TRY(odd_checkpoint_open(run->comm, path, from->fingerprint, e->in.n,
                                e->width * (int64_t)sizeof(float), &e->checkpoint, &found));
    if (found > 0)
        odd_log(ODD_LOG_INFO, "features: %lld of %lld images were done before", (long long)found,
                (long long)e->out_n);
done:
    odd_free(path);
    return st;
}

static odd_status create_datasets(odd_file *file, const extraction *e, odd_dataset **features,
                                  odd_dataset **row)
{
    const odd_shape matrix = {ODD_F32, sizeof(float), 2, {e->out_n, e->width}};
    const odd_shape column = {ODD_I64, sizeof(int64_t), 1, {e->out_n}};
    odd_status st;
    ODD_TRY(odd_dataset_create(file, "features", &matrix,
                               "a row of features for each readable image", "", features));
    ODD_TRY(odd_dataset_create(file, "row", &column, "row of the image in ingest.h5", "", row));
done:
    return st;
}

static odd_status run_features(odd_run *run, const odd_provenance *from)
{
    const odd_shape stack = {.type = ODD_U8, .rank = 4, .shape = {-1, -1, -1, -1}};
    odd_file *in = NULL, *out = NULL;
    odd_dataset *images = NULL, *features = NULL, *row = NULL;
    double started = odd_seconds();
    extraction e = {0};
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &in));
    ODD_TRY_ALL(run->comm, odd_dataset_expect(in, "images", &stack, &images));
    ODD_TRY_ALL(run->comm, extraction_open(run, in, images, &e));
    e.out_row0 = odd_sum_before(run->comm, e.out_local);
    e.out_n = e.out_local;
    odd_sum_i64(run->comm, &e.out_n, 1);
    ODD_TRY(open_checkpoint(run, from, &e));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(create_datasets(out, &e, &features, &row));
    ODD_TRY(extract_rows(run->comm, &e, images, features, row));
    odd_dataset_close(&features);
    odd_dataset_close(&row);
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_checkpoint_close(&e.checkpoint, st == ODD_OK);
    odd_dataset_close(&images);
    odd_dataset_close(&features);
    odd_dataset_close(&row);
    odd_file_discard(&out);
    odd_file_close(&in);
    extraction_close(&e);
    return st;
}

static odd_status plan_features(odd_run *run, odd_plan *plan)
{
    const odd_prepare_options *prepare = odd_job_section(run->job, "image");
    const odd_feature_source *source = source_of(run);
    int side = (int)prepare->size, width;
    odd_image_form form = {side, side, (int)(odd_prepared_bytes(prepare) / ((size_t)side * side))};
    odd_status st;
    ODD_TRY(source->plan(odd_part_options(run->job, "features", source->name), &form, &width,
                         &plan->memory));
    plan->width = width;
    plan->disk = plan->rows * (width * (int64_t)sizeof(float) + 8);
    plan->memory += 2 * (int64_t)BATCH_BYTES;
    odd_text_format(&plan->what, "%s: %d values for each image", source->summary, width);
done:
    return st;
}

static odd_status source_digest(odd_run *run, odd_hash *digest)
{
    const odd_feature_source *source = source_of(run);
    odd_status st;
    *digest = ODD_HASH_START;
    if (!source->outside) return ODD_OK;
    const void *options = odd_part_options(run->job, "features", source->name);
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? source->outside(options, digest) : ODD_OK);
    odd_broadcast(run->comm, 0, digest, sizeof *digest);
done:
    return st;
}

static const char *const inputs[] = {"ingest", NULL};
static const char *const sections[] = {"features", NULL};

const odd_stage odd_stage_features = {
    .name = "features",
    .file = "features.h5",
    .summary = "turn every image into a row of numbers",
    .version = 1,
    .inputs = inputs,
    .sections = sections,
    .part = features_part,
    .check = check_features,
    .outside = source_digest,
    .plan = plan_features,
    .run = run_features,
};

/* Ingest: read every image once and keep it as uint8 pixels of one size, with what is known of it.
 *
 * Each rank prepares its rows in batches: the main thread reads the files, all threads decode. An
 * image that cannot be read keeps its row, zeroed, with a status; the reasons go to /errors and
 * errors.csv. What a run before had done is taken over first (ingest_checkpoint.c). */
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "oddlot/store/dataset.h"
#include "stage/ingest/ingest_checkpoint_internal.h"
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"

#include <stddef.h>
#include <string.h>

#define BATCH_BYTES (32 << 20) /* of prepared pixels, written at a time */
#define BATCH_MOST  4096 /* images of a batch: progress and signals are looked at in between */

static const odd_option ingest_table[] = {
    ODD_REAL(odd_ingest_options, max_unreadable, "0.05", 0, 1,
             "share of images that may be unreadable before the job fails"),
    ODD_BOOL(
        odd_ingest_options, measure, "true",
        "measure each image as it is decoded (ground, fill, sharpness, light, ...); without, large "
        "JPEGs are read faster, at a lower resolution"),
    ODD_OPTIONS_END,
};

static const odd_section ingest_section =
    ODD_SECTION("ingest", "Reading the images", ingest_table, odd_ingest_options);
static const odd_section image_section =
    ODD_SECTION("image", "How images are stored", odd_prepare_option_table, odd_prepare_options);

bool odd_ingest_is_measured(const odd_job *job)
{
    return ((const odd_ingest_options *)odd_job_section(job, "ingest"))->measure;
}

static void ingest_close(odd_ingest *g)
{
    if (g->selection) odd_selection_close(g->selection, &g->reader);
    odd_free(g->arrived);
    odd_free(g->pixels);
    odd_free(g->measured);
    odd_free(g->status);
    odd_free(g->error);
}

static odd_status ingest_open(const odd_run *run, const odd_selection *selection, odd_ingest *g)
{
    odd_status st;
    *g = (odd_ingest){
        .comm = run->comm, .selection = selection, .prepare = odd_job_section(run->job, "image")};
    g->part = odd_partition_images(run->comm, odd_selection_rows(selection));
    g->image_bytes = odd_prepared_bytes(g->prepare);
    g->batch = BATCH_BYTES / (int64_t)g->image_bytes;
    if (g->batch > BATCH_MOST) g->batch = BATCH_MOST;
    if (g->batch < 1) g->batch = 1;
    ODD_TRY(odd_image_start());
    ODD_TRY(ODD_NEW(g->arrived, g->batch));
    ODD_TRY(ODD_NEW(g->pixels, g->batch * (int64_t)g->image_bytes));
    if (odd_ingest_is_measured(run->job)) ODD_TRY(ODD_NEW(g->measured, g->batch));
    ODD_TRY(ODD_NEW(g->status, g->part.n_local));
    ODD_TRY(odd_selection_open(selection, run->job, &g->reader));
done:
    return st;
}

/* What a batch of all ranks goes through. */
typedef struct {
    odd_ingest *g;
    odd_ingest_checkpoint *checkpoint;
    odd_dataset *images;
    odd_ingest_measures measures;
    odd_progress *progress;
} ingest_work;

/* From what was done before, or else from the catalogue. @local */
static odd_status fill_batch(ingest_work *w, odd_batch b, bool done)
{
    bool whole = false;
    odd_status st = ODD_OK;
    if (done) ODD_TRY(odd_ingest_checkpoint_take(w->checkpoint, b, &whole));
    if (!whole) ODD_TRY(odd_ingest_batch(w->g, b));
done:
    return st;
}

/* @collective: ranks without rows take part */
static odd_status do_batch(ingest_work *w, odd_batch b, bool done)
{
    const MPI_Comm comm = w->g->comm;
    odd_status st;
    ODD_TRY(odd_signals_check(comm));
    ODD_TRY_ALL(comm, fill_batch(w, b, done));
    ODD_TRY(odd_dataset_write(w->images, w->g->part.row0 + b.first, b.count, w->g->pixels));
    ODD_TRY(odd_ingest_measures_write(w->g, b, &w->measures));
    odd_ingest_checkpoint_keep(w->checkpoint, b);
    odd_progress_add(w->progress, b.count);
done:
    return st;
}

static int64_t count_batches(const ingest_work *w, bool done)
{
    int64_t batches = 0, row = 0;
    for (odd_batch b; (b = odd_ingest_checkpoint_next(w->checkpoint, done, row)).count > 0;
         row = b.first + b.count)
        batches++;
    odd_max_i64(w->g->comm, &batches, 1);
    return batches;
}

/* My rows that were done before, or the others, batch by batch, every rank as many batches. */
static odd_status do_batches(ingest_work *w, bool done)
{
    const int64_t batches = count_batches(w, done);
    int64_t row = 0;
    odd_status st = ODD_OK;
    for (int64_t i = 0; st == ODD_OK && i < batches; i++) {
        const odd_batch b = odd_ingest_checkpoint_next(w->checkpoint, done, row);
        st = do_batch(w, b, done);
        row = b.first + b.count;
    }
    return st;
}

static odd_status ingest_rows(ingest_work *w)
{
    odd_status st;
    w->progress = odd_progress_start(w->g->comm, "ingest", "images", w->g->part.n);
    ODD_TRY(do_batches(w, true));
    ODD_TRY(odd_ingest_checkpoint_taken(w->checkpoint));
    ODD_TRY(do_batches(w, false));
done:
    odd_progress_stop(&w->progress);
    return st;
}

/* -- the stage -- */

static odd_status create_images(odd_file *file, const odd_ingest *g, odd_dataset **images)
{
    int64_t side = g->prepare->size;
    int64_t channels = (int64_t)g->image_bytes / (side * side);
    const odd_shape shape = {ODD_U8, 1, 4, {g->part.n, side, side, channels}};
    return odd_dataset_create(file, "images", &shape, "images (row, y, x, channel), sRGB",
                              "grey levels 0-255", images);
}

/* @collective */
static odd_status begin_file(const odd_run *run, const odd_provenance *from, odd_file **file,
                             ingest_work *w)
{
    odd_status st;
    ODD_TRY(odd_ingest_checkpoint_open(run, from, w->g, &w->checkpoint));
    ODD_TRY(odd_stage_create(run, run->comm, from, file));
    ODD_TRY(create_images(*file, w->g, &w->images));
    ODD_TRY(odd_ingest_checkpoint_begin(w->checkpoint, *file, w->images));
    ODD_TRY(odd_ingest_measures_create(run->comm, *file, w->g, &w->measures));
done:
    return st;
}

static void close_datasets(ingest_work *w)
{
    odd_dataset_close(&w->images);
    odd_ingest_measures_close(&w->measures);
}

static odd_status run_ingest(odd_run *run, const odd_provenance *from)
{
    const odd_selection *selection;
    odd_file *file = NULL;
    double started = odd_seconds();
    odd_ingest g = {0};
    ingest_work w = {.g = &g};
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY_ALL(run->comm, ingest_open(run, selection, &g));
    ODD_TRY(begin_file(run, from, &file, &w));
    ODD_TRY(ingest_rows(&w));
    ODD_TRY(odd_ingest_write_columns(run->comm, file, &g));
    ODD_TRY(odd_ingest_finish_errors(run, file, &g));
    close_datasets(&w);
    ODD_TRY(odd_stage_publish(run->comm, &file, started));
done:
    close_datasets(&w);
    odd_ingest_checkpoint_close(&w.checkpoint, st, &file);
    odd_file_discard(&file);
    ingest_close(&g);
    return st;
}

/* Of the list of all ranks where it were of so many images as rows. */
static int64_t list_bytes(const odd_selection *selection, int64_t rows)
{
    const int64_t bytes = odd_selection_list_bytes(selection);
    const int64_t now = odd_selection_rows(selection);
    const double share = (double)rows / (double)(now > 0 ? now : 1);
    return (int64_t)((double)bytes * share);
}

/* Of what a rank holds beside its part while it lists: the rows of a manifest, and then the part as
 * it was listed, and what it sends of it. Where units are images each lists its own at once. */
static int64_t listing_bytes(const odd_job *job, int64_t part, int ranks)
{
    return odd_catalogue_kind_of(job)->in_images ? 0 : ranks == 1 ? part : 2 * part;
}

static int64_t batch_bytes(int64_t mine, int64_t image)
{
    return odd_min(BATCH_BYTES, odd_min(BATCH_MOST, mine) * image);
}

static odd_status plan_ingest(odd_run *run, odd_stage_plan *plan)
{
    const odd_prepare_options *prepare = odd_job_section(run->job, "image");
    const odd_selection *selection;
    int64_t bytes = (int64_t)odd_prepared_bytes(prepare);
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    plan->rows = plan->images > 0 ? plan->images : odd_selection_rows(selection);
    plan->width = bytes;
    const int64_t list = list_bytes(selection, plan->rows);
    plan->held = list / plan->ranks;
    plan->disk = plan->rows * (bytes + 64 + (int64_t)sizeof(odd_measured));
    plan->memory = batch_bytes(plan->rows / plan->ranks + 1, bytes) + ODD_INGEST_WINDOW_BYTES +
                   odd_ingest_checkpoint_bytes(odd_min(BATCH_MOST, plan->rows / plan->ranks + 1));
    plan->memory = odd_max(plan->memory, listing_bytes(run->job, plan->held, (int)plan->ranks));
    odd_text_format(&plan->what, "%lld of %lld images, %lld x %lld %s", (long long)plan->rows,
                    (long long)odd_selection_listed(selection), (long long)prepare->size,
                    (long long)prepare->size, prepare->channels);
done:
    return st;
}

/* Of each image as much. */
static odd_status cost_ingest(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    (void)run, (void)plan;
    cost->images = true;
    return ODD_OK;
}

static odd_status list_digest(odd_run *run, odd_hash *digest)
{
    const odd_selection *selection;
    odd_status st = odd_run_selection(run, &selection);
    if (st == ODD_OK) *digest = odd_selection_digest(selection);
    return st;
}

static odd_status check_ingest(const odd_job *job)
{
    const odd_status st = odd_prepare_check(odd_job_section(job, "image"));
    return st == ODD_OK ? st : odd_fail_prefix(st, "image.");
}

static const char *const no_inputs[] = {NULL};
static const odd_section *const sections[] = {&odd_catalogue_section, &odd_contamination_section,
                                              &image_section, &ingest_section, NULL};

const odd_stage odd_stage_ingest = {
    .name = "ingest",
    .file = "ingest.h5",
    .summary = "read, measure, crop and resize every image of the catalogue",
    .resumes = true,
    .version = 4,
    .common = true,
    .inputs = no_inputs,
    .sections = sections,
    .product = "errors.csv",
    .check = check_ingest,
    .outside = list_digest,
    .plan = plan_ingest,
    .cost = cost_ingest,
    .run = run_ingest,
};

/* Ingest: read every image once and keep it as uint8 pixels of one size, with what is known of it.
 *
 * Each rank prepares its rows in batches: the main thread reads the files, all threads decode. An
 * image that cannot be read keeps its row, zeroed, with a status; the reasons go to /errors and
 * errors.csv. */
#include "stage_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/image/prepare.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"
#include "oddlot/report/csv.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define BATCH_BYTES  (32 << 20) /* of prepared pixels, written at a time */
#define WINDOW_BYTES (64 << 20) /* of encoded files and raw pixels, in memory at a time */
#define BATCH_MOST   4096 /* images of a batch: progress and signals are looked at in between */

typedef struct {
    double max_unreadable;
} ingest_options;

static const odd_option ingest_table[] = {
    {"max_unreadable", ODD_OPTION_REAL, offsetof(ingest_options, max_unreadable), "0.05", 0, 1,
     NULL, "share of images that may be unreadable before the job fails"},
    ODD_OPTIONS_END,
};

const odd_section odd_ingest_section = {"ingest", "Reading the images", ingest_table,
                                        sizeof(ingest_options)};
const odd_section odd_image_section = {"image", "How images are stored", odd_prepare_option_table,
                                       sizeof(odd_prepare_options)};

/* What is wrong with one image; travels between ranks as bytes. */
typedef struct {
    int64_t row;
    int32_t status;
    char reason[ODD_VERDICT_SIZE];
} image_error;

/* One file or raw image on its way from the reader to the threads. */
typedef struct {
    uint8_t *bytes;
    size_t size;
    odd_image raw;
    odd_verdict verdict;
} arrival;

/* One rank's work. */
typedef struct {
    const odd_audited *audited;
    const odd_prepare_options *prepare;
    odd_partition part;
    odd_reader *reader;
    size_t image_bytes;
    int64_t batch;      /* images of a batch */
    arrival *arrived;   /* (batch) */
    uint8_t *pixels;    /* (batch, image_bytes) */
    uint8_t *status;    /* (n_local) odd_image_status */
    image_error *error; /* (errors) */
    int64_t errors, error_room;
} ingest;

static void ingest_close(ingest *g)
{
    if (g->reader) g->audited->kind->close(&g->reader);
    odd_free(g->arrived);
    odd_free(g->pixels);
    odd_free(g->status);
    odd_free(g->error);
}

static odd_status ingest_open(const odd_run *run, const odd_audited *audited, ingest *g)
{
    odd_status st;
    *g = (ingest){.audited = audited, .prepare = odd_job_section(run->job, "image")};
    g->part = odd_partition_rows(run->comm, audited->rows);
    g->image_bytes = odd_prepared_bytes(g->prepare);
    g->batch = BATCH_BYTES / (int64_t)g->image_bytes;
    if (g->batch > BATCH_MOST) g->batch = BATCH_MOST;
    if (g->batch < 1) g->batch = 1;
    ODD_TRY(ODD_NEW(g->arrived, g->batch));
    ODD_TRY(ODD_NEW(g->pixels, g->batch * (int64_t)g->image_bytes));
    ODD_TRY(ODD_NEW(g->status, g->part.n_local));
    ODD_TRY(
        audited->kind->open(odd_job_section(run->job, "catalogue"), &audited->list, &g->reader));
done:
    return st;
}

/* Read images from my row `first` on until the window or the batch is full. */
static odd_status read_window(ingest *g, int64_t first, int64_t most, int64_t *count)
{
    int64_t limit = (int64_t)(g->prepare->max_megabytes * 1e6), held = 0;
    odd_status st = ODD_OK;
    *count = 0;
    while (st == ODD_OK && *count < most && held < WINDOW_BYTES) {
        arrival *a = &g->arrived[*count];
        int64_t item = g->audited->item[g->part.row0 + first + *count];
        *a = (arrival){0};
        st = g->audited->kind->read(g->reader, item, limit, &a->bytes, &a->size, &a->raw,
                                    &a->verdict);
        held += (int64_t)a->size + (int64_t)a->raw.width * a->raw.height * a->raw.channels;
        ++*count;
    }
    return st;
}

static void prepare_one(const ingest *g, arrival *a, uint8_t *pixels)
{
    if (a->verdict.status != ODD_IMAGE_OK)
        memset(pixels, 0, g->image_bytes);
    else if (a->raw.pixels)
        odd_prepare_raw(g->prepare, &a->raw, pixels, &a->verdict);
    else
        odd_prepare_encoded(g->prepare, a->bytes, a->size, pixels, &a->verdict);
}

static void prepare_window(const ingest *g, int64_t count, uint8_t *pixels)
{
#pragma omp parallel for schedule(dynamic, 1) default(none) shared(g, count, pixels)
    for (int64_t i = 0; i < count; i++)
        prepare_one(g, &g->arrived[i], pixels + (size_t)i * g->image_bytes);
}

static odd_status note_error(ingest *g, int64_t row, const odd_verdict *verdict)
{
    if (g->errors == g->error_room) {
        int64_t room = g->error_room ? 2 * g->error_room : 64;
        image_error *more = odd_alloc(room, sizeof *more);
        if (!more) return ODD_NOMEM;
        if (g->errors) memcpy(more, g->error, (size_t)g->errors * sizeof *more);
        odd_free(g->error);
        g->error = more;
        g->error_room = room;
    }
    image_error *e = &g->error[g->errors++];
    e->row = row;
    e->status = (int32_t)verdict->status;
    snprintf(e->reason, sizeof e->reason, "%s",
             *verdict->reason ? verdict->reason : odd_image_status_text(verdict->status));
    return ODD_OK;
}

static odd_status settle_window(ingest *g, int64_t first, int64_t count)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count; i++) {
        arrival *a = &g->arrived[i];
        g->status[first + i] = (uint8_t)a->verdict.status;
        if (a->verdict.status != ODD_IMAGE_OK && st == ODD_OK)
            st = note_error(g, g->part.row0 + first + i, &a->verdict);
        odd_free(a->bytes);
        odd_image_free(&a->raw);
    }
    return st;
}

/* Prepare one batch of my rows into g->pixels. @local */
static odd_status ingest_batch(ingest *g, odd_batch b)
{
    odd_status st = odd_fault("ingest.batch");
    for (int64_t done = 0, count; st == ODD_OK && done < b.count; done += count) {
        st = read_window(g, b.first + done, b.count - done, &count);
        if (st == ODD_OK) prepare_window(g, count, g->pixels + (size_t)done * g->image_bytes);
        odd_status settled = settle_window(g, b.first + done, count);
        if (st == ODD_OK) st = settled;
    }
    return st;
}

/* All my rows, batch by batch, every rank as many batches. */
static odd_status ingest_rows(MPI_Comm comm, ingest *g, odd_dataset *images)
{
    int64_t batches = odd_batches(comm, g->part.n_local, g->batch);
    odd_progress *progress = odd_progress_start(comm, "ingest", "images", g->part.n);
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < batches; i++) {
        odd_batch b = odd_batch_of(i, g->batch, g->part.n_local);
        ODD_TRY(odd_signals_check(comm));
        ODD_TRY_ALL(comm, ingest_batch(g, b));
        ODD_TRY(odd_dataset_write(images, g->part.row0 + b.first, b.count, g->pixels));
        odd_progress_add(progress, b.count);
    }
done:
    odd_progress_stop(&progress);
    return st;
}

/* -- what is known of each row -- */

static const char *row_name(const void *context, int64_t row)
{
    return odd_audited_name(context, row);
}

static const char *row_label(const void *context, int64_t row)
{
    const odd_audited *a = context;
    return odd_catalogue_text(&a->list, a->list.item[a->item[row]].label);
}

static const char *row_split(const void *context, int64_t row)
{
    const odd_audited *a = context;
    return odd_catalogue_text(&a->list, a->list.item[a->item[row]].split);
}

static const char *row_group(const void *context, int64_t row)
{
    const odd_audited *a = context;
    return odd_catalogue_text(&a->list, a->list.item[a->item[row]].group);
}

static odd_status write_texts(MPI_Comm comm, odd_file *file, const ingest *g)
{
    static const struct {
        const char *name, *about;
        const char *(*text)(const void *, int64_t);
    } column[] = {
        {"path", "name of the image in its catalogue, bytes as they are", row_name},
        {"label", "class, empty where unknown", row_label},
        {"split", "part of the data set, empty where unknown", row_split},
        {"group", "what belongs together, empty where unknown", row_group},
    };
    odd_status st = ODD_OK;
    for (size_t c = 0; c < sizeof column / sizeof *column; c++)
        ODD_TRY(odd_column_write_text(file, column[c].name, comm, g->part.n, g->part.row0,
                                      g->part.n_local, column[c].text, g->audited,
                                      column[c].about));
done:
    return st;
}

static odd_status write_numbers(MPI_Comm comm, odd_file *file, const ingest *g)
{
    int64_t n = g->part.n, row0 = g->part.row0, mine = g->part.n_local;
    int32_t *truth = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(truth, mine));
    for (int64_t i = 0; i < mine; i++)
        truth[i] = g->audited->truth[row0 + i];
    ODD_TRY(odd_column_write(file, "status", ODD_U8, n, row0, mine, g->status,
                             "0 readable, else why not: see /errors", ""));
    ODD_TRY(odd_column_write(file, "truth", ODD_I32, n, row0, mine, truth,
                             "1 odd, 0 theme, -1 not known; for evaluation only", ""));
    ODD_TRY(odd_column_write(file, "verified", ODD_U8, n, row0, mine, g->audited->verified + row0,
                             "0 no; by a person: 1 theme, 2 odd", ""));
    ODD_TRY(odd_column_write(file, "item", ODD_I64, n, row0, mine, g->audited->item + row0,
                             "number of the image in its catalogue", ""));
done:
    odd_free(truth);
    return st;
}

/* -- what could not be read -- */

static const char *error_reason(const void *context, int64_t row)
{
    return ((const image_error *)context)[row].reason;
}

static odd_status write_errors(MPI_Comm comm, odd_file *file, const image_error *all, int64_t n)
{
    int64_t mine = odd_rank(comm) == 0 ? n : 0, *row = NULL;
    uint8_t *status = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(row, mine));
    ODD_TRY_ALL(comm, ODD_NEW(status, mine));
    for (int64_t i = 0; i < mine; i++) {
        row[i] = all[i].row;
        status[i] = (uint8_t)all[i].status;
    }
    ODD_TRY(odd_column_write(file, "errors/row", ODD_I64, n, 0, mine, row, "row of the image", ""));
    ODD_TRY(odd_column_write(file, "errors/status", ODD_U8, n, 0, mine, status, "as /status", ""));
    ODD_TRY(odd_column_write_text(file, "errors/reason", comm, n, 0, mine, error_reason, all,
                                  "what is wrong with the image"));
done:
    odd_free(row);
    odd_free(status);
    return st;
}

/* errors.csv, also when the job is about to fail because of them. @local */
static odd_status write_errors_csv(const odd_run *run, const ingest *g, const image_error *all,
                                   int64_t n)
{
    odd_unreadable *rows = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(rows, n));
    for (int64_t i = 0; i < n; i++)
        rows[i] =
            (odd_unreadable){all[i].row, odd_audited_name(g->audited, all[i].row),
                             odd_image_status_text((odd_image_status)all[i].status), all[i].reason};
    ODD_TRY(odd_run_path(run, "errors.csv", &path));
    ODD_TRY(odd_csv_errors(path, rows, n));
done:
    odd_free(rows);
    odd_free(path);
    return st;
}

static odd_status judge(const odd_run *run, const ingest *g, const image_error *all, int64_t errors)
{
    const ingest_options *options = odd_job_section(run->job, "ingest");
    double share = (double)errors / (double)g->part.n;
    const char *example = all ? all[0].reason : "";
    if (errors == 0) return ODD_OK;
    if (errors == g->part.n)
        return odd_fail(ODD_FORMAT,
                        "none of the %lld images can be read (the first: %s); see %s/errors.csv",
                        (long long)errors, example, run->folder);
    if (share > options->max_unreadable)
        return odd_fail(
            ODD_FORMAT,
            "%lld of %lld images cannot be read (%.1f %%), more than ingest.max_unreadable = "
            "%g allows; see %s/errors.csv",
            (long long)errors, (long long)g->part.n, 100 * share, options->max_unreadable,
            run->folder);
    odd_log(ODD_LOG_INFO, "ingest: %lld of %lld images cannot be read; see %s/errors.csv",
            (long long)errors, (long long)g->part.n, run->folder);
    return ODD_OK;
}

static odd_status finish_errors(const odd_run *run, odd_file *file, const ingest *g)
{
    image_error *all = NULL;
    int64_t n = 0;
    odd_status st;
    ODD_TRY(odd_gather_rows(run->comm, 0, g->error, g->errors, sizeof *all, (void **)&all, &n));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? write_errors_csv(run, g, all, n) : ODD_OK);
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? judge(run, g, all, n) : ODD_OK);
    ODD_TRY(write_errors(run->comm, file, all, n));
    ODD_TRY(odd_file_set_i64(file, "/", "unreadable", n));
done:
    odd_free(all);
    return st;
}

/* -- the stage -- */

static odd_status create_images(odd_file *file, const ingest *g, odd_dataset **images)
{
    int64_t side = g->prepare->size;
    int64_t channels = (int64_t)g->image_bytes / (side * side);
    const odd_shape shape = {ODD_U8, 1, 4, {g->part.n, side, side, channels}};
    return odd_dataset_create(file, "images", &shape, "images (row, y, x, channel), sRGB",
                              "grey levels 0-255", images);
}

static odd_status run_ingest(odd_run *run, const odd_provenance *from)
{
    const odd_audited *audited;
    odd_file *file = NULL;
    odd_dataset *images = NULL;
    double started = odd_seconds();
    ingest g = {0};
    odd_status st;
    ODD_TRY(odd_run_audited(run, &audited));
    ODD_TRY_ALL(run->comm, ingest_open(run, audited, &g));
    ODD_TRY(odd_stage_create(run, run->comm, from, &file));
    ODD_TRY(create_images(file, &g, &images));
    ODD_TRY(ingest_rows(run->comm, &g, images));
    ODD_TRY(write_texts(run->comm, file, &g));
    ODD_TRY(write_numbers(run->comm, file, &g));
    ODD_TRY(finish_errors(run, file, &g));
    odd_dataset_close(&images);
    ODD_TRY(odd_stage_publish(run->comm, &file, started));
done:
    odd_dataset_close(&images);
    odd_file_discard(&file);
    ingest_close(&g);
    return st;
}

static odd_status plan_ingest(odd_run *run, odd_plan *plan)
{
    const odd_prepare_options *prepare = odd_job_section(run->job, "image");
    const odd_audited *audited;
    int64_t bytes = (int64_t)odd_prepared_bytes(prepare);
    odd_status st;
    ODD_TRY(odd_run_audited(run, &audited));
    plan->rows = audited->rows;
    plan->width = bytes;
    plan->disk = audited->rows * (bytes + 64);
    plan->memory = BATCH_BYTES + WINDOW_BYTES + audited->list.pool_size +
                   audited->list.count * (int64_t)sizeof *audited->list.item;
    odd_text_format(&plan->what, "%lld of %lld images, %lld x %lld %s", (long long)audited->rows,
                    (long long)audited->list.count, (long long)prepare->size,
                    (long long)prepare->size, prepare->channels);
done:
    return st;
}

static odd_status list_digest(odd_run *run, odd_hash *digest)
{
    const odd_audited *audited;
    odd_status st = odd_run_audited(run, &audited);
    if (st == ODD_OK) *digest = audited->list.digest;
    return st;
}

static odd_status check_ingest(const odd_run *run)
{
    return odd_prepare_check(odd_job_section(run->job, "image"));
}

static const char *const no_inputs[] = {NULL};
static const char *const sections[] = {"catalogue", "mixture", "image", "ingest", NULL};

const odd_stage odd_stage_ingest = {
    .name = "ingest",
    .file = "ingest.h5",
    .summary = "read, crop and resize every image of the catalogue",
    .version = 1,
    .inputs = no_inputs,
    .sections = sections,
    .product = "errors.csv",
    .check = check_ingest,
    .outside = list_digest,
    .plan = plan_ingest,
    .run = run_ingest,
};

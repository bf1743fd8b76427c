/* Ingest checkpoint: records of images that are done, and their pixels in the unfinished file. */
#include "stage/ingest/ingest_checkpoint_internal.h"

#include "oddlot/run/run.h"
#include "oddlot/store/checkpoint.h"
#include "oddlot/store/leftover.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <stdio.h>
#include <string.h>

enum { WORTH = 20 /* seconds of work for each of settling: 5 % */ };
static const double worth_keeping = 1; /* seconds of work, at the end */

/* What is known of an image that is done; in files: padding is zeroed. */
typedef struct {
    int64_t place;   /* of its pixels, in the unfinished file */
    odd_hash pixels; /* their digest */
    odd_measured measured;
    int32_t status; /* odd_image_status */
    char reason[ODD_READ_REASON_SIZE];
} record;

struct odd_ingest_checkpoint {
    MPI_Comm comm;
    odd_ingest *g;
    char *aside; /* name of the unfinished file of before */
    odd_checkpoint *records;
    odd_leftover *before; /* NULL: nothing is to be taken from it */
    odd_file *file;       /* the one that is written */
    int64_t place;        /* of the images in that */
    record *record;       /* (batch) */
    bool open;            /* records are written; false once that failed */
    int64_t written;      /* records, since the last settling */
    int64_t settled;      /* records that a run which goes on would find */
    double every;         /* least seconds between two settlings */
    double since, took;   /* the last one */
};

int64_t odd_ingest_checkpoint_bytes(int64_t batch)
{
    return batch * 2 * (int64_t)sizeof(record);
}

/* ---- opening ---- */

static odd_status checkpoint_new(const odd_run *run, odd_ingest *g, odd_ingest_checkpoint **out)
{
    odd_ingest_checkpoint *c = *out = odd_alloc(1, sizeof *c);
    odd_status st;
    if (!c) return ODD_NOMEM;
    c->comm = run->comm;
    c->g = g;
    c->open = true;
    c->every = run->options->checkpoint;
    c->since = odd_seconds();
    ODD_TRY(ODD_NEW(c->record, g->batch));
    ODD_TRY(odd_run_path(run, "checkpoints/ingest.unfinished", &c->aside));
done:
    return st;
}

/* @collective */
static odd_status open_records(const odd_run *run, const odd_provenance *from,
                               odd_ingest_checkpoint *c, int64_t *found)
{
    const odd_partition *part = &c->g->part;
    const odd_checkpoint_work work = {.fingerprint = from->fingerprint,
                                      .records = part->n,
                                      .record_bytes = sizeof(record),
                                      .first = part->row0,
                                      .count = part->n_local};
    char *path = NULL;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_run_path(run, "checkpoints/ingest", &path));
    ODD_TRY(odd_checkpoint_open(run->comm, path, &work, &c->records, found));
    c->settled = *found;
    odd_sum_i64(run->comm, found, 1);
done:
    odd_free(path);
    return st;
}

/* Records without the file that they tell of are worth nothing, nor is that without them.
 * @collective */
static odd_status open_before(const odd_run *run, odd_ingest_checkpoint *c, int64_t *found)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_run_path(run, "ingest.h5", &path));
    if (*found == 0 && odd_rank(run->comm) == 0) odd_leftover_remove(c->aside);
    if (*found > 0) ODD_TRY(odd_leftover_open(run->comm, path, c->aside, &c->before));
    if (*found > 0 && !c->before) {
        ODD_TRY_ALL(run->comm, odd_checkpoint_forget(c->records));
        c->settled = *found = 0;
    }
done:
    odd_free(path);
    return st;
}

odd_status odd_ingest_checkpoint_open(const odd_run *run, const odd_provenance *from, odd_ingest *g,
                                      odd_ingest_checkpoint **out)
{
    int64_t found = 0;
    odd_status st;
    *out = NULL;
    ODD_TRY_ALL(run->comm, checkpoint_new(run, g, out));
    ODD_TRY(open_records(run, from, *out, &found));
    ODD_TRY(open_before(run, *out, &found));
    if (found > 0)
        odd_log(ODD_LOG_INFO, "ingest: %lld of %lld images were done before", (long long)found,
                (long long)g->part.n);
done:
    return st;
}

odd_status odd_ingest_checkpoint_begin(odd_ingest_checkpoint *c, odd_file *file,
                                       const odd_dataset *images)
{
    c->file = file;
    return odd_agree(c->comm, odd_dataset_place(images, &c->place));
}

odd_batch odd_ingest_checkpoint_next(const odd_ingest_checkpoint *c, bool done, int64_t from)
{
    const odd_partition *part = &c->g->part;
    int64_t first = from, end;
    while (first < part->n_local && odd_checkpoint_has(c->records, part->row0 + first) != done)
        first++;
    for (end = first; end < part->n_local && end - first < c->g->batch; end++)
        if (odd_checkpoint_has(c->records, part->row0 + end) != done) break;
    return (odd_batch){first, end - first};
}

/* ---- taking ---- */

static odd_hash digest_of(const odd_ingest *g, int64_t i)
{
    return odd_hash_add(ODD_HASH_START, g->pixels + (size_t)i * g->image_bytes, g->image_bytes);
}

/* The i-th of the batch: its record and its pixels, if these are as the record says. */
static odd_status read_one(odd_ingest_checkpoint *c, int64_t i, int64_t row)
{
    odd_ingest *g = c->g;
    record *r = &c->record[i];
    odd_status st;
    ODD_TRY(odd_checkpoint_read(c->records, row, r));
    r->reason[sizeof r->reason - 1] = '\0';
    ODD_TRY(odd_leftover_read(c->before, r->place, (int64_t)g->image_bytes,
                              g->pixels + (size_t)i * g->image_bytes));
    if (odd_hash_compare(digest_of(g, i), r->pixels) != 0)
        st = odd_fail(ODD_FORMAT, "image %lld of '%s' is damaged", (long long)row, c->aside);
done:
    return st;
}

/* Into status, errors and measures; the pixels are there. */
static odd_status put_one(const odd_ingest_checkpoint *c, int64_t i, int64_t local)
{
    odd_ingest *g = c->g;
    const record *r = &c->record[i];
    odd_read_result result = {.status = (odd_image_status)r->status};
    g->status[local] = (uint8_t)r->status;
    if (g->measured) g->measured[i] = r->measured;
    if (result.status == ODD_IMAGE_OK) return ODD_OK;
    snprintf(result.reason, sizeof result.reason, "%s", r->reason);
    return odd_ingest_note_error(g, g->part.row0 + local, &result);
}

odd_status odd_ingest_checkpoint_take(odd_ingest_checkpoint *c, odd_batch b, bool *whole)
{
    odd_status st;
    ODD_TRY(odd_fault("ingest.take"));
    *whole = true;
    for (int64_t i = 0; *whole && i < b.count; i++)
        *whole = read_one(c, i, c->g->part.row0 + b.first + i) == ODD_OK;
    if (!*whole)
        odd_log(ODD_LOG_WARN, "ingest: %s: read again, as others near it", odd_fail_reason());
    for (int64_t i = 0; *whole && st == ODD_OK && i < b.count; i++)
        st = put_one(c, i, b.first + i);
done:
    return st;
}

odd_status odd_ingest_checkpoint_taken(odd_ingest_checkpoint *c)
{
    odd_status st = ODD_OK;
    if (!c->before) return ODD_OK;
    ODD_TRY(odd_file_settle(c->file));
    odd_leftover_close(&c->before, true);
done:
    return st;
}

/* ---- keeping ---- */

static void stop_keeping(odd_ingest_checkpoint *c)
{
    odd_log(ODD_LOG_WARN, "%s: images that are done are not kept any more", odd_fail_reason());
    c->open = false;
}

static void settle(odd_ingest_checkpoint *c)
{
    const double begun = odd_seconds();
    if (!c->open || c->written == 0) return;
    if (odd_checkpoint_settle(c->records) != ODD_OK) {
        stop_keeping(c);
        return;
    }
    c->settled += c->written;
    c->written = 0;
    c->since = odd_seconds();
    c->took = c->since - begun;
}

/* True if that is news: the record of before, of the same place, says something else. */
static bool describe_one(const odd_ingest_checkpoint *c, int64_t i, int64_t local,
                         const char *reason)
{
    const odd_ingest *g = c->g;
    const record old = c->record[i];
    record *r = &c->record[i];
    memset(r, 0, sizeof *r);
    r->place = c->place + (g->part.row0 + local) * (int64_t)g->image_bytes;
    r->pixels = digest_of(g, i);
    if (g->measured) memcpy(&r->measured, &g->measured[i], sizeof r->measured);
    r->status = g->status[local];
    snprintf(r->reason, sizeof r->reason, "%s", reason);
    return memcmp(r, &old, sizeof old) != 0;
}

/* The last errors that were noted are those of this batch, in its order. */
static bool describe_batch(const odd_ingest_checkpoint *c, odd_batch b)
{
    const odd_ingest *g = c->g;
    int64_t errors = 0;
    bool news = false;
    for (int64_t i = 0; i < b.count; i++)
        errors += g->status[b.first + i] != ODD_IMAGE_OK;
    const odd_image_error *error = g->error + (g->errors - errors);
    for (int64_t i = 0; i < b.count; i++) {
        const bool readable = g->status[b.first + i] == ODD_IMAGE_OK;
        news |= describe_one(c, i, b.first + i, readable ? "" : (error++)->reason);
    }
    return news;
}

void odd_ingest_checkpoint_keep(odd_ingest_checkpoint *c, odd_batch b)
{
    if (!c->open || b.count == 0 || !describe_batch(c, b)) return;
    if (odd_checkpoint_write(c->records, c->g->part.row0 + b.first, b.count, c->record) != ODD_OK) {
        stop_keeping(c);
        return;
    }
    c->written += b.count;
    const double passed = odd_seconds() - c->since;
    if (passed >= c->every && (c->every == 0 || passed >= WORTH * c->took)) settle(c);
}

/* Would a run that goes on find something, and need the file that is written now? @collective */
static bool leaves_something(odd_ingest_checkpoint *c)
{
    if (c->every == 0 || odd_seconds() - c->since > worth_keeping) settle(c);
    int64_t settled = c->settled;
    odd_sum_i64(c->comm, &settled, 1);
    return settled > 0;
}

void odd_ingest_checkpoint_close(odd_ingest_checkpoint **checkpoint, odd_status ended,
                                 odd_file **file)
{
    odd_ingest_checkpoint *c = *checkpoint;
    if (!c) return;
    const bool forget = ended == ODD_OK || ended == ODD_FORMAT || ended == ODD_PROBLEM;
    const bool leaves = !forget && c->records && leaves_something(c);
    if (leaves && !c->before) odd_file_set_aside(file, c->aside);
    odd_leftover_close(&c->before, !leaves);
    odd_checkpoint_close(&c->records, !leaves);
    odd_free(c->aside);
    odd_free(c->record);
    odd_free(c);
    *checkpoint = NULL;
}

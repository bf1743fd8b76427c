/* Checkpoints: a header, a byte of mark for each record, the records; plain system calls, since
 * each rank reads and writes its own records when it likes. */
#include "oddlot/store/checkpoint.h"

#include "store/flat_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    char magic[8];
    char fingerprint[40];
    int64_t records, record_bytes;
} header;

/* Records that were written one after the other and are not yet marked. */
typedef struct {
    int64_t first, count;
} span;

struct odd_checkpoint {
    MPI_Comm comm;
    odd_flat file;
    header head;
    int64_t first, count; /* my records */
    uint8_t *mark;        /* (count) as it was when opened */
    span *pending;
    int64_t pendings, room;
    char *block; /* (block_bytes) records as they lie in the file */
    int64_t block_bytes;
};

static const char magic[8] = "oddckp2";

/* In the file: each with its checksum behind it. */
static int64_t stored_bytes(const odd_checkpoint *c)
{
    return c->head.record_bytes + (int64_t)sizeof(uint64_t);
}

/* header, mark (records), then the records. */
static int64_t place_of(const odd_checkpoint *c, int64_t record)
{
    return (int64_t)sizeof(header) + c->head.records + record * stored_bytes(c);
}

static int64_t mark_place(int64_t record)
{
    return (int64_t)sizeof(header) + record;
}

/* A record that stands at another's place is none. */
static uint64_t check_of(const odd_checkpoint *c, int64_t record, const void *data)
{
    return odd_hash_add((odd_hash){(uint64_t)record, 0}, data, (size_t)c->head.record_bytes).low;
}

/* ---- opening ---- */

static odd_status checkpoint_new(MPI_Comm comm, const char *path, const odd_checkpoint_work *work,
                                 odd_checkpoint **out)
{
    odd_checkpoint *c = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(c, 1));
    *out = c;
    c->comm = comm;
    c->first = work->first;
    c->count = work->count;
    ODD_TRY(odd_flat_name(&c->file, path));
    memcpy(c->head.magic, magic, sizeof magic);
    strncpy(c->head.fingerprint, work->fingerprint, sizeof c->head.fingerprint - 1);
    c->head.records = work->records;
    c->head.record_bytes = work->record_bytes;
    ODD_TRY(ODD_NEW(c->mark, c->count));
done:
    return st;
}

/* The same work, and all its marks are there. */
static bool is_ours(const odd_checkpoint *c)
{
    header found;
    return odd_flat_size(&c->file) >= place_of(c, 0) &&
           odd_flat_read(&c->file, &found, sizeof found, 0) == ODD_OK &&
           memcmp(&found, &c->head, sizeof found) == 0;
}

/* The file as it was, or a new one without marks. Rank 0 does it before the others open it. */
static odd_status begin(odd_checkpoint *c)
{
    odd_status st;
    ODD_TRY(odd_flat_open(&c->file, true));
    if (is_ours(c)) goto done;
    ODD_TRY(odd_flat_cut(&c->file, 0));
    ODD_TRY(odd_flat_cut(&c->file, place_of(c, 0)));
    ODD_TRY(odd_flat_write(&c->file, &c->head, sizeof c->head, 0));
done:
    return st;
}

static odd_status join(odd_checkpoint *c)
{
    odd_status st = ODD_OK;
    if (c->file.fd < 0) ODD_TRY(odd_flat_open(&c->file, false));
    ODD_TRY(odd_flat_read(&c->file, c->mark, c->count, mark_place(c->first)));
done:
    return st;
}

odd_status odd_checkpoint_open(MPI_Comm comm, const char *path, const odd_checkpoint_work *work,
                               odd_checkpoint **out, int64_t *found)
{
    odd_checkpoint *c = NULL;
    odd_status st;
    *out = NULL;
    *found = 0;
    ODD_TRY_ALL(comm, checkpoint_new(comm, path, work, &c));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? begin(c) : ODD_OK);
    ODD_TRY_ALL(comm, join(c));
    for (int64_t i = 0; i < c->count; i++)
        *found += c->mark[i] != 0;
    *out = c;
    c = NULL;
done:
    odd_checkpoint_close(&c, false);
    return st;
}

/* ---- records ---- */

/* Room for so many records as they lie in the file. */
static odd_status reserve_block(odd_checkpoint *c, int64_t records)
{
    const int64_t bytes = records * stored_bytes(c);
    odd_status st = ODD_OK;
    if (bytes <= c->block_bytes) return ODD_OK;
    odd_free(c->block);
    c->block = NULL;
    c->block_bytes = 0;
    ODD_TRY(ODD_NEW(c->block, bytes));
    c->block_bytes = bytes;
done:
    return st;
}

bool odd_checkpoint_has(const odd_checkpoint *c, int64_t record)
{
    return c->mark[record - c->first] != 0;
}

odd_status odd_checkpoint_read(const odd_checkpoint *c, int64_t record, void *data)
{
    const int64_t bytes = c->head.record_bytes;
    uint64_t check;
    odd_status st;
    ODD_TRY(odd_flat_read(&c->file, data, bytes, place_of(c, record)));
    ODD_TRY(odd_flat_read(&c->file, &check, sizeof check, place_of(c, record) + bytes));
    if (check != check_of(c, record, data))
        st =
            odd_fail(ODD_FORMAT, "record %lld of '%s' is damaged", (long long)record, c->file.path);
done:
    return st;
}

odd_status odd_checkpoint_forget(odd_checkpoint *c)
{
    memset(c->mark, 0, (size_t)c->count);
    return odd_flat_write(&c->file, c->mark, c->count, mark_place(c->first));
}

static odd_status note_pending(odd_checkpoint *c, int64_t first, int64_t count)
{
    if (c->pendings == c->room) {
        int64_t room = c->room ? 2 * c->room : 256;
        span *more = realloc(c->pending, (size_t)room * sizeof *more);
        if (!more) return odd_fail(ODD_NOMEM, "cannot allocate a checkpoint's marks");
        c->pending = more;
        c->room = room;
    }
    c->pending[c->pendings++] = (span){first, count};
    return ODD_OK;
}

odd_status odd_checkpoint_write(odd_checkpoint *c, int64_t first, int64_t count, const void *data)
{
    const int64_t bytes = c->head.record_bytes, step = stored_bytes(c);
    odd_status st;
    ODD_TRY(odd_fault("checkpoint.write"));
    ODD_TRY(reserve_block(c, count));
    for (int64_t i = 0; i < count; i++) {
        const char *record = (const char *)data + i * bytes;
        const uint64_t check = check_of(c, first + i, record);
        memcpy(c->block + i * step, record, (size_t)bytes);
        memcpy(c->block + i * step + bytes, &check, sizeof check);
    }
    ODD_TRY(odd_flat_write(&c->file, c->block, count * step, place_of(c, first)));
    ODD_TRY(note_pending(c, first, count));
done:
    return st;
}

static odd_status mark_span(odd_checkpoint *c, const span *s)
{
    odd_status st;
    ODD_TRY(reserve_block(c, s->count));
    memset(c->block, 1, (size_t)s->count);
    ODD_TRY(odd_flat_write(&c->file, c->block, s->count, mark_place(s->first)));
done:
    return st;
}

/* Records reach the disk before their marks do: after a crash a mark is never a lie. */
odd_status odd_checkpoint_settle(odd_checkpoint *c)
{
    odd_status st = ODD_OK;
    if (c->pendings > 0) ODD_TRY(odd_flat_sync(&c->file));
    for (int64_t i = 0; i < c->pendings; i++)
        ODD_TRY(mark_span(c, &c->pending[i]));
    c->pendings = 0;
done:
    return st;
}

void odd_checkpoint_close(odd_checkpoint **c, bool done)
{
    if (!*c) return;
    if (done) {
        MPI_Barrier((*c)->comm);
        if (odd_rank((*c)->comm) == 0) odd_flat_remove(&(*c)->file);
    }
    odd_flat_close(&(*c)->file);
    free((*c)->pending);
    odd_free((*c)->block);
    odd_free((*c)->mark);
    odd_free(*c);
    *c = NULL;
}

/* Checkpoints: a header, a byte of mark for each record, the records; plain system calls, since
 * each rank reads and writes its own records when it likes. */
#include "oddlot/store/checkpoint.h"

#include "store/flat_internal.h"

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

struct odd_checkpoint {
    MPI_Comm comm;
    odd_flat file;
    header head;
    uint8_t *mark;    /* (records) as it was when opened */
    int64_t *pending; /* records written, not yet marked */
    int64_t pendings, room;
};

static const char magic[8] = "oddckpt";

/* header, mark (records), then the records. */
static int64_t place_of(const odd_checkpoint *c, int64_t record)
{
    return (int64_t)sizeof(header) + c->head.records + record * c->head.record_bytes;
}

/* ---- opening ---- */

static odd_status checkpoint_new(MPI_Comm comm, const char *path, const char *fingerprint,
                                 int64_t records, int64_t record_bytes, odd_checkpoint **out)
{
    odd_checkpoint *c = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(c, 1));
    *out = c;
    c->comm = comm;
    ODD_TRY(odd_flat_name(&c->file, path));
    memcpy(c->head.magic, magic, sizeof magic);
    strncpy(c->head.fingerprint, fingerprint, sizeof c->head.fingerprint - 1);
    c->head.records = records;
    c->head.record_bytes = record_bytes;
    ODD_TRY(ODD_NEW(c->mark, records));
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
    ODD_TRY(odd_flat_read(&c->file, c->mark, c->head.records, sizeof c->head));
done:
    return st;
}

odd_status odd_checkpoint_open(MPI_Comm comm, const char *path, const char *fingerprint,
                               int64_t records, int64_t record_bytes, odd_checkpoint **out,
                               int64_t *found)
{
    odd_checkpoint *c = NULL;
    odd_status st;
    *out = NULL;
    *found = 0;
    ODD_TRY_ALL(comm, checkpoint_new(comm, path, fingerprint, records, record_bytes, &c));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? begin(c) : ODD_OK);
    ODD_TRY_ALL(comm, join(c));
    odd_broadcast(comm, 0, c->mark, (size_t)records);
    for (int64_t i = 0; i < records; i++)
        *found += c->mark[i] != 0;
    *out = c;
    c = NULL;
done:
    odd_checkpoint_close(&c, false);
    return st;
}

/* ---- records ---- */

bool odd_checkpoint_has(const odd_checkpoint *c, int64_t record)
{
    return c->mark[record] != 0;
}

odd_status odd_checkpoint_read(const odd_checkpoint *c, int64_t record, void *data)
{
    return odd_flat_read(&c->file, data, c->head.record_bytes, place_of(c, record));
}

static odd_status note_pending(odd_checkpoint *c, int64_t record)
{
    if (c->pendings == c->room) {
        int64_t room = c->room ? 2 * c->room : 256;
        int64_t *more = realloc(c->pending, (size_t)room * sizeof *more);
        if (!more) return odd_fail(ODD_NOMEM, "cannot allocate a checkpoint's marks");
        c->pending = more;
        c->room = room;
    }
    c->pending[c->pendings++] = record;
    return ODD_OK;
}

odd_status odd_checkpoint_write(odd_checkpoint *c, int64_t record, const void *data)
{
    odd_status st;
    ODD_TRY(odd_fault("checkpoint.write"));
    ODD_TRY(odd_flat_write(&c->file, data, c->head.record_bytes, place_of(c, record)));
    ODD_TRY(note_pending(c, record));
done:
    return st;
}

/* Records reach the disk before their marks do: after a crash a mark is never a lie. */
odd_status odd_checkpoint_settle(odd_checkpoint *c)
{
    const uint8_t done_mark = 1;
    odd_status st = ODD_OK;
    if (c->pendings > 0) ODD_TRY(odd_flat_sync(&c->file));
    for (int64_t i = 0; i < c->pendings; i++)
        ODD_TRY(odd_flat_write(&c->file, &done_mark, 1, (int64_t)sizeof c->head + c->pending[i]));
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
    odd_free((*c)->mark);
    odd_free(*c);
    *c = NULL;
}

/* Journal: a header, then entries one after the other. What is new waits in memory, as it will lie
 * in the file, until a write is worth its time. */
#include "oddlot/store/journal.h"

#include "store/flat_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <stdlib.h>
#include <string.h>

enum { WORTH = 20 /* seconds of work for each of writing: 5 % */ };
static const int64_t most_waiting = 256 << 20; /* bytes */
static const double worth_keeping = 1;         /* seconds of work, at the end */
static const double first_rate = 1e-8;         /* seconds a byte, before it is known */

typedef struct {
    char magic[8];
    char fingerprint[40];
} header;

/* Before what a pass found. */
typedef struct {
    int64_t number, bytes;
    uint64_t check; /* of both */
    odd_hash hash;  /* of what follows */
} entry_head;

typedef struct {
    int64_t number, bytes, at; /* at: of its head in the file */
} entry;

struct odd_journal {
    odd_passes passes; /* first: what callers have is this */
    MPI_Comm comm;
    int64_t next; /* number of the next pass */
    int64_t last; /* of the last entry that may be known; -1: none is */
    double every;
    char fingerprint[40];

    /* rank 0 */
    odd_flat file;
    bool open;    /* for writing; false once that failed */
    entry *known; /* in the file when it was opened, by rising number */
    int64_t knowns, room, cursor;
    int64_t end;         /* of what is whole in the file; 0: it is yet to begin */
    char *waiting;       /* entries not yet written */
    int64_t bytes, held; /* of them; allocated */
    double since;        /* when it was last written */
    double rate;         /* seconds a byte */
    double begun, spent; /* when it was opened; seconds of writing */
};

static const char magic[8] = "oddpass";

static entry_head head_of(int64_t number, int64_t bytes)
{
    const int64_t both[] = {number, bytes};
    return (entry_head){number, bytes, odd_hash_add(ODD_HASH_START, both, sizeof both).low,
                        ODD_HASH_START};
}

/* ---- reading ---- */

static odd_status note_entry(odd_journal *j, const entry_head *head, int64_t at)
{
    if (j->knowns == j->room) {
        const int64_t room = j->room ? 2 * j->room : 64;
        entry *more = realloc(j->known, (size_t)room * sizeof *more);
        if (!more) return odd_fail(ODD_NOMEM, "cannot allocate a journal's entries");
        j->known = more;
        j->room = room;
    }
    j->known[j->knowns++] = (entry){head->number, head->bytes, at};
    return ODD_OK;
}

/* Entries that are there in full length; what is in them is looked at when it is asked for. */
static odd_status list_entries(odd_journal *j)
{
    odd_status st = ODD_OK;
    const int64_t size = odd_flat_size(&j->file);
    entry_head head;
    j->end = sizeof(header);
    while (size - j->end >= (int64_t)sizeof head) {
        ODD_TRY(odd_flat_read(&j->file, &head, sizeof head, j->end));
        const int64_t left = size - j->end - (int64_t)sizeof head;
        if (head.check != head_of(head.number, head.bytes).check) break;
        if (head.bytes < 0 || head.bytes > left) break;
        ODD_TRY(note_entry(j, &head, j->end));
        j->last = head.number;
        j->end += (int64_t)sizeof head + head.bytes;
    }
done:
    return st;
}

static header header_for(const odd_journal *j)
{
    header head = {{0}, {0}};
    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.fingerprint, j->fingerprint, sizeof head.fingerprint);
    return head;
}

static bool is_ours(const odd_journal *j)
{
    const header head = header_for(j);
    header found;
    return odd_flat_size(&j->file) >= (int64_t)sizeof found &&
           odd_flat_read(&j->file, &found, sizeof found, 0) == ODD_OK &&
           memcmp(&found, &head, sizeof head) == 0;
}

/* Where there is no such file none is made yet: most work is done before it is worth one. @local */
static odd_status look_for_file(odd_journal *j, const char *path)
{
    odd_status st;
    ODD_TRY(odd_flat_name(&j->file, path));
    j->open = true;
    if (odd_flat_open(&j->file, false) != ODD_OK) return ODD_OK;
    if (is_ours(j)) ODD_TRY(list_entries(j));
    ODD_TRY(odd_flat_cut(&j->file, j->end)); /* what is not whole goes */
done:
    return st;
}

/* From this entry on nothing is known: it is damaged, or of another course. */
static void forget_from(odd_journal *j, int64_t i)
{
    odd_log(ODD_LOG_WARN, "'%s' is damaged: it goes on from what is before that", j->file.path);
    j->end = j->known[i].at;
    j->knowns = i;
    j->open = j->open && odd_flat_cut(&j->file, j->end) == ODD_OK;
}

/* The next pass, on rank 0. */
static bool read_next(odd_journal *j, void *found, int64_t bytes)
{
    entry_head head;
    while (j->cursor < j->knowns && j->known[j->cursor].number < j->next)
        j->cursor++;
    if (j->cursor == j->knowns || j->known[j->cursor].number != j->next) return false;
    const entry *e = &j->known[j->cursor];
    const bool whole =
        e->bytes == bytes && odd_flat_read(&j->file, &head, sizeof head, e->at) == ODD_OK &&
        odd_flat_read(&j->file, found, bytes, e->at + (int64_t)sizeof head) == ODD_OK;
    const odd_hash hash =
        whole ? odd_hash_add(ODD_HASH_START, found, (size_t)bytes) : ODD_HASH_START;
    if (whole && memcmp(&hash, &head.hash, sizeof hash) == 0) return true;
    forget_from(j, j->cursor);
    return false;
}

/* Without a word to the others where nothing more can be known: *last is the same on all ranks. */
static bool recall(odd_passes *passes, void *found, int64_t bytes)
{
    odd_journal *j = (odd_journal *)passes;
    int64_t answer[2] = {0, j->last};
    if (j->next > j->last) return false;
    if (odd_rank(j->comm) == 0) {
        answer[0] = read_next(j, found, bytes);
        answer[1] = j->knowns > 0 ? j->known[j->knowns - 1].number : -1;
    }
    odd_broadcast(j->comm, 0, answer, sizeof answer);
    j->last = answer[1];
    if (answer[0]) odd_broadcast(j->comm, 0, found, (size_t)bytes);
    j->next += answer[0];
    return answer[0] != 0;
}

/* ---- writing ---- */

static void stop_keeping(odd_journal *j)
{
    odd_log(ODD_LOG_WARN, "%s: work that is done is not kept any more", odd_fail_reason());
    j->open = false;
    j->bytes = 0;
}

static odd_status begin_file(odd_journal *j)
{
    const header head = header_for(j);
    odd_status st = ODD_OK;
    if (j->file.fd < 0) ODD_TRY(odd_flat_open(&j->file, true));
    ODD_TRY(odd_flat_write(&j->file, &head, j->end = sizeof head, 0));
done:
    return st;
}

static odd_status write_waiting(odd_journal *j)
{
    odd_status st = ODD_OK;
    if (j->end == 0) ODD_TRY(begin_file(j));
    ODD_TRY(odd_fault("journal.write"));
    ODD_TRY(odd_flat_write(&j->file, j->waiting, j->bytes, j->end));
    ODD_TRY(odd_fault("journal.settle"));
    ODD_TRY(odd_flat_sync(&j->file));
done:
    return st;
}

static void flush(odd_journal *j)
{
    const double begun = odd_seconds();
    if (!j->open || j->bytes == 0) return;
    if (write_waiting(j) != ODD_OK) {
        stop_keeping(j);
        return;
    }
    j->end += j->bytes;
    j->since = odd_seconds();
    j->rate = (j->since - begun) / (double)j->bytes;
    j->spent += j->since - begun;
    j->bytes = 0;
    if (j->held > most_waiting) { /* one large entry is no reason to hold so much */
        free(j->waiting);
        j->waiting = NULL;
        j->held = 0;
    }
}

/* With so many bytes to write. */
static bool is_due(const odd_journal *j, int64_t bytes)
{
    const double passed = odd_seconds() - j->since;
    return passed >= j->every && (j->every == 0 || passed >= WORTH * j->rate * (double)bytes);
}

static bool reserve_waiting(odd_journal *j, int64_t bytes)
{
    if (bytes <= j->held) return true;
    const int64_t room = bytes + bytes / 2;
    char *more = realloc(j->waiting, (size_t)room);
    if (!more) return false;
    j->waiting = more;
    j->held = room;
    return true;
}

/* An entry for which there is no room is left out: that pass is made again, and again not kept
 * where later ones are. */
static void keep(odd_passes *passes, const void *found, int64_t bytes)
{
    odd_journal *j = (odd_journal *)passes;
    entry_head head = head_of(j->next, bytes);
    const int64_t after = j->bytes + (int64_t)sizeof head + bytes;
    if (j->next++ < j->last || !j->open) return;
    const bool due = is_due(j, after);
    if ((!due && after > most_waiting) || !reserve_waiting(j, after)) return;
    head.hash = odd_hash_add(ODD_HASH_START, found, (size_t)bytes);
    memcpy(j->waiting + j->bytes, &head, sizeof head);
    memcpy(j->waiting + j->bytes + sizeof head, found, (size_t)bytes);
    j->bytes = after;
    if (due) flush(j);
}

/* ---- the whole ---- */

/* Without a file. Whole, wherever others have no room for theirs: it will be closed. */
static odd_status journal_new(MPI_Comm comm, const char *fingerprint, double every,
                              odd_journal **out)
{
    odd_journal *j = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(j, 1));
    *j = (odd_journal){.passes = {recall, keep}, .comm = comm, .last = -1, .every = every};
    j->file.fd = -1;
    j->rate = first_rate;
    strncpy(j->fingerprint, fingerprint, sizeof j->fingerprint - 1);
    j->since = j->begun = odd_seconds();
done:
    *out = j;
    return st;
}

odd_status odd_journal_open(MPI_Comm comm, const char *path, const char *fingerprint, double every,
                            odd_journal **out, int64_t *found)
{
    odd_journal *j = NULL;
    odd_status st;
    *out = NULL;
    *found = 0;
    ODD_TRY_ALL(comm, journal_new(comm, fingerprint, every, &j));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? look_for_file(j, path) : ODD_OK);
    int64_t both[] = {j->knowns, j->last};
    odd_broadcast(comm, 0, both, sizeof both);
    *found = both[0];
    j->last = both[1];
    *out = j;
    j = NULL;
done:
    odd_journal_close(&j, false);
    return st;
}

odd_passes *odd_journal_passes(odd_journal *j)
{
    return &j->passes;
}

void odd_journal_close(odd_journal **journal, bool done)
{
    odd_journal *j = *journal;
    if (!j) return;
    if (!done && (j->every == 0 || odd_seconds() - j->since > worth_keeping)) flush(j);
    if (j->spent > 0)
        odd_log(ODD_LOG_DEBUG, "'%s': %lld bytes in %.3g s of %.3g s", j->file.path,
                (long long)j->end, j->spent, odd_seconds() - j->begun);
    if (done && j->file.fd >= 0) odd_flat_remove(&j->file);
    odd_flat_close(&j->file);
    free(j->waiting);
    free(j->known);
    odd_free(j);
    *journal = NULL;
}

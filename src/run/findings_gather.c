/* Findings of all ranks brought to rank 0: there they are the same, whichever ranks added them. */
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "run/findings_internal.h"

/* What all ranks hold, brought to rank 0 one array after the other. */
typedef struct {
    odd_findings_record *record;
    odd_findings_tally *tally;
    int64_t *row;
    char *text;
    int64_t (*size)[4]; /* of each rank: records, tallies, rows, bytes of text */
} odd_findings_parts;

static void free_parts(odd_findings_parts *p)
{
    odd_free(p->record);
    odd_free(p->tally);
    odd_free(p->row);
    odd_free(p->text);
    odd_free(p->size);
}

static odd_status gather_parts(MPI_Comm comm, const odd_findings *f, odd_findings_parts *p)
{
    const int64_t mine[4] = {f->records, f->tallies, f->rows, (int64_t)f->text.length};
    int64_t n;
    odd_status st;
    ODD_TRY(odd_gather_rows(comm, 0, mine, 1, sizeof mine, (void **)&p->size, &n));
    ODD_TRY(
        odd_gather_rows(comm, 0, f->record, mine[0], sizeof *f->record, (void **)&p->record, &n));
    ODD_TRY(odd_gather_rows(comm, 0, f->tally, mine[1], sizeof *f->tally, (void **)&p->tally, &n));
    ODD_TRY(odd_gather_rows(comm, 0, f->row, mine[2], sizeof *f->row, (void **)&p->row, &n));
    ODD_TRY(odd_gather_rows(comm, 0, f->text.s, mine[3], 1, (void **)&p->text, &n));
done:
    return st;
}

static odd_status add_tally(odd_findings *f, const odd_findings_tally *from, int32_t *tally)
{
    *tally = odd_findings_tally_of(f, from->kind, from->check);
    if (*tally < 0) return ODD_NOMEM;
    odd_findings_tally *to = &f->tally[*tally];
    to->found += from->found;
    to->ignored += from->ignored;
    to->unmeasured += from->unmeasured;
    if (from->worst > to->worst) to->worst = from->worst;
    return ODD_OK;
}

/* A rank's part: its tallies and findings join those of f. part: its own records, texts, rows. */
static odd_status join_part(odd_findings *f, const odd_findings *part)
{
    int32_t *tally = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(tally, part->tallies));
    for (int i = 0; i < part->tallies; i++)
        ODD_TRY(add_tally(f, &part->tally[i], &tally[i]));
    for (int64_t i = 0; i < part->records; i++) {
        const odd_finding finding = odd_findings_at(part, i);
        ODD_TRY(odd_findings_append(f, &finding, tally[part->record[i].tally]));
    }
done:
    odd_free(tally);
    return st;
}

/* On rank 0: f has none. */
static odd_status join_parts(odd_findings *f, const odd_findings_parts *p, int ranks)
{
    odd_findings part = {.record = p->record, .tally = p->tally, .row = p->row, .text.s = p->text};
    odd_status st = ODD_OK;
    for (int r = 0; r < ranks; r++) {
        part.records = p->size[r][0];
        part.tallies = (int)p->size[r][1];
        ODD_TRY(join_part(f, &part));
        part.record += p->size[r][0];
        part.tally += p->size[r][1];
        part.row += p->size[r][2];
        part.text.s += p->size[r][3];
    }
    ODD_TRY(odd_findings_settle(f));
    ODD_TRY(odd_findings_settle_tallies(f));
done:
    return st;
}

/* The tallies of rank 0 on every rank. @collective */
static odd_status share_tallies(MPI_Comm comm, odd_findings *f)
{
    const int64_t mine = odd_rank(comm) == 0 ? f->tallies : 0;
    odd_findings_tally *all = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY(odd_share_rows(comm, f->tally, mine, sizeof *all, (void **)&all, &n));
    odd_free(f->tally);
    f->tally = all;
    f->tallies = f->tally_room = (int)n;
done:
    return st;
}

odd_status odd_findings_gather(MPI_Comm comm, odd_findings *f)
{
    odd_findings_parts parts = {0};
    odd_status st;
    ODD_TRY_ALL(comm, odd_findings_settle(f));
    ODD_TRY(gather_parts(comm, f, &parts));
    odd_findings_empty(f);
    f->tallies = 0;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? join_parts(f, &parts, odd_size(comm)) : ODD_OK);
    ODD_TRY(share_tallies(comm, f));
done:
    free_parts(&parts);
    return st;
}

/* Findings as they lie in memory: records, texts and members, appended and looked at. */
#include "run/findings_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

#define KIND_WORD(name, word, about)  word,
#define KIND_ABOUT(name, word, about) about,
static const char *const kind_word[] = {ODD_FINDING_KINDS(KIND_WORD)};
static const char *const kind_about[] = {ODD_FINDING_KINDS(KIND_ABOUT)};

const char *odd_finding_kind_word(odd_finding_kind kind)
{
    return kind_word[kind];
}

const char *odd_finding_kind_about(odd_finding_kind kind)
{
    return kind_about[kind];
}

bool odd_finding_kind_find(const char *word, int *kind)
{
    for (int k = 0; k < ODD_FINDING_KIND_COUNT; k++)
        if (strcmp(word, kind_word[k]) == 0) {
            *kind = k;
            return true;
        }
    return false;
}

void odd_findings_empty(odd_findings *f)
{
    odd_free(f->record);
    odd_free(f->row);
    odd_text_free(&f->text);
    f->record = NULL;
    f->row = NULL;
    f->records = f->record_room = f->rows = f->row_room = 0;
}

/* Room for `more` elements behind the `count` that are there, at `data`, which may move. */
static odd_status grow_array(void *data, int64_t count, int64_t more, int64_t *room, size_t element)
{
    void *old, *grown;
    int64_t wanted = *room > 0 ? 2 * *room : 64;
    if (count + more <= *room) return ODD_OK;
    if (wanted < count + more) wanted = count + more;
    memcpy(&old, data, sizeof old);
    if (!(grown = odd_alloc(wanted, element))) return ODD_NOMEM;
    if (count > 0) memcpy(grown, old, (size_t)count * element);
    odd_free(old);
    memcpy(data, &grown, sizeof grown);
    *room = wanted;
    return ODD_OK;
}

int odd_findings_tally_of(odd_findings *f, odd_finding_kind kind, const char *check)
{
    int64_t room = f->tally_room;
    for (int i = 0; i < f->tallies; i++)
        if (f->tally[i].kind == kind && strcmp(f->tally[i].check, check) == 0) return i;
    if (grow_array(&f->tally, f->tallies, 1, &room, sizeof *f->tally) != ODD_OK) return -1;
    f->tally_room = (int)room;
    f->tally[f->tallies] = (odd_findings_tally){.kind = kind};
    memcpy(f->tally[f->tallies].check, check, strlen(check) + 1);
    return f->tallies++;
}

static int64_t add_text(odd_findings *f, const char *s)
{
    const int64_t at = (int64_t)f->text.length;
    odd_text_bytes(&f->text, s, strlen(s) + 1);
    return at;
}

odd_status odd_findings_append(odd_findings *f, const odd_finding *finding, int32_t tally)
{
    odd_status st;
    ODD_TRY(grow_array(&f->record, f->records, 1, &f->record_room, sizeof *f->record));
    ODD_TRY(grow_array(&f->row, f->rows, finding->rows, &f->row_room, sizeof *f->row));
    odd_findings_record *r = &f->record[f->records];
    *r = (odd_findings_record){
        .severity = finding->severity,
        .value = finding->value,
        .limit = finding->limit,
        .unit = add_text(f, finding->unit),
        .sentence = add_text(f, finding->sentence),
        .first = f->rows,
        .rows = finding->rows,
        .tally = tally,
    };
    ODD_TRY(odd_text_status(&f->text));
    memcpy(r->box, finding->box, sizeof r->box);
    memcpy(f->row + f->rows, finding->row, (size_t)finding->rows * sizeof *f->row);
    f->rows += finding->rows;
    f->records++;
done:
    return st;
}

int64_t odd_findings_count(const odd_findings *f)
{
    return f->records;
}

odd_finding odd_findings_at(const odd_findings *f, int64_t i)
{
    const odd_findings_record *r = &f->record[i];
    odd_finding out = {
        .kind = f->tally[r->tally].kind,
        .check = f->tally[r->tally].check,
        .severity = r->severity,
        .value = r->value,
        .limit = r->limit,
        .unit = f->text.s + r->unit,
        .sentence = f->text.s + r->sentence,
        .row = f->row + r->first,
        .rows = r->rows,
    };
    memcpy(out.box, r->box, sizeof out.box);
    return out;
}

int odd_findings_tallies(const odd_findings *f)
{
    return f->tallies;
}

const odd_findings_tally *odd_findings_tally_at(const odd_findings *f, int i)
{
    return &f->tally[i];
}

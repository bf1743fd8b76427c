/* Findings joined: two kinds of checks may judge one measure of an image, which is one thing to a
 * person. */
#include "run/findings_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A finding about one image. */
typedef struct {
    int64_t row, record;
    int measure;
    odd_finding_kind kind;
    double severity;
} judged;

/* By image and measure, the most severe first, of equals the later kind. */
static int compare(const void *a, const void *b)
{
    const judged *x = a, *y = b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    if (x->measure != y->measure) return x->measure < y->measure ? -1 : 1;
    if (x->severity != y->severity) return x->severity > y->severity ? -1 : 1;
    if (x->kind != y->kind) return x->kind > y->kind ? -1 : 1;
    return (x->record > y->record) - (x->record < y->record);
}

static int64_t list_judged(const odd_findings *f, odd_finding_measure of, judged list[])
{
    int64_t n = 0;
    for (int64_t i = 0; i < f->records; i++) {
        const odd_finding finding = odd_findings_at(f, i);
        const int measure = finding.rows == 1 ? of(finding.kind, finding.check) : 0;
        if (measure == 0) continue;
        list[n++] = (judged){finding.row[0], i, measure, finding.kind, finding.severity};
    }
    if (n > 0) qsort(list, (size_t)n, sizeof *list, compare);
    return n;
}

/* "...; as rule border finds, too" */
static odd_status say_both(odd_findings *f, int64_t stays, int64_t goes)
{
    const odd_finding is = odd_findings_at(f, stays), was = odd_findings_at(f, goes);
    char sentence[ODD_FINDING_SENTENCE];
    const int length = snprintf(sentence, sizeof sentence, "%.400s; as %s '%s' finds, too",
                                is.sentence, odd_finding_kind_word(was.kind), was.check);
    const int64_t at = (int64_t)f->text.length;
    odd_text_bytes(&f->text, sentence, (size_t)length + 1);
    if (odd_text_status(&f->text) != ODD_OK) return ODD_NOMEM;
    f->record[stays].sentence = at;
    return ODD_OK;
}

/* Of one image and measure: the most severe stays for itself and the first of the other kind. */
static odd_status join_some(odd_findings *f, const judged list[], int64_t count, bool gone[])
{
    int64_t other = 1;
    while (other < count && list[other].kind == list[0].kind)
        other++;
    if (other == count) return ODD_OK;
    gone[list[other].record] = true;
    return say_both(f, list[0].record, list[other].record);
}

static void drop_gone(odd_findings *f, const bool gone[])
{
    int64_t left = 0;
    for (int64_t i = 0; i < f->records; i++)
        if (gone[i]) {
            f->tally[f->record[i].tally].found--;
            f->tally[f->record[i].tally].listed--;
        } else
            f->record[left++] = f->record[i];
    f->records = left;
}

/* What is left of each check may be less severe: the worst are listed. */
static void find_worst(odd_findings *f)
{
    for (int i = 0; i < f->tallies; i++)
        f->tally[i].worst = 0;
    for (int64_t i = 0; i < f->records; i++) {
        odd_findings_tally *t = &f->tally[f->record[i].tally];
        t->worst = fmax(t->worst, f->record[i].severity);
    }
}

odd_status odd_findings_join(odd_findings *f, odd_finding_measure of)
{
    judged *list = NULL;
    bool *gone = NULL;
    odd_status st;
    if (f->records == 0) return ODD_OK; /* another rank than 0, whose tallies are as gathered */
    ODD_TRY(ODD_NEW(list, f->records));
    ODD_TRY(ODD_NEW(gone, f->records));
    const int64_t n = list_judged(f, of, list);
    for (int64_t first = 0, next; first < n; first = next) {
        for (next = first + 1; next < n && list[next].row == list[first].row &&
                               list[next].measure == list[first].measure;)
            next++;
        ODD_TRY(join_some(f, list + first, next - first, gone));
    }
    drop_gone(f, gone);
    find_worst(f);
done:
    odd_free(list);
    odd_free(gone);
    return st;
}

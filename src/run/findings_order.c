/* Findings in order: by kind, the most severe first, then by check, by rows and by what they say;
 * of each check the worst. */
#include "oddlot/base/memory.h"
#include "run/findings_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- order ---- */

static int compare_rows(const odd_findings *f, const odd_findings_record *a,
                        const odd_findings_record *b)
{
    for (int64_t i = 0; i < a->rows && i < b->rows; i++) {
        const int64_t p = f->row[a->first + i], q = f->row[b->first + i];
        if (p != q) return p < q ? -1 : 1;
    }
    return (a->rows > b->rows) - (a->rows < b->rows);
}

static int compare_tallies(const odd_findings_tally *a, const odd_findings_tally *b)
{
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return strcmp(a->check, b->check);
}

static int compare_findings(const odd_findings *f, const odd_findings_record *a,
                            const odd_findings_record *b)
{
    const odd_findings_tally *of_a = &f->tally[a->tally], *of_b = &f->tally[b->tally];
    int order;
    if (of_a->kind != of_b->kind) return of_a->kind < of_b->kind ? -1 : 1;
    if (a->severity != b->severity) return a->severity > b->severity ? -1 : 1;
    if ((order = strcmp(of_a->check, of_b->check)) != 0) return order;
    if ((order = compare_rows(f, a, b)) != 0) return order;
    return strcmp(f->text.s + a->sentence, f->text.s + b->sentence);
}

static int compare_at(const void *a, const void *b, void *findings)
{
    const odd_findings *f = findings;
    return compare_findings(f, &f->record[*(const int64_t *)a], &f->record[*(const int64_t *)b]);
}

/* ---- sort, and keep the worst ---- */

/* Copy those that stay, in this order, into an empty sink. kept: (tallies), zeroed. */
static odd_status copy_worst(const odd_findings *from, const int64_t order[], int64_t kept[],
                             odd_findings *to)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < from->records; i++) {
        const int32_t tally = from->record[order[i]].tally;
        const odd_finding finding = odd_findings_at(from, order[i]);
        if (kept[tally]++ < from->most) ODD_TRY(odd_findings_append(to, &finding, tally));
    }
done:
    return st;
}

/* The findings of `from` in place of those of `f`, whose tallies stay; from has none after it. */
static void take_findings(odd_findings *f, odd_findings *from)
{
    odd_findings_empty(f);
    f->record = from->record;
    f->records = from->records;
    f->record_room = from->record_room;
    f->row = from->row;
    f->rows = from->rows;
    f->row_room = from->row_room;
    f->text = from->text;
    *from = (odd_findings){0};
}

odd_status odd_findings_settle(odd_findings *f)
{
    odd_findings sorted = {0};
    int64_t *order = NULL, *kept = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(order, f->records));
    ODD_TRY(ODD_NEW(kept, f->tallies));
    for (int64_t i = 0; i < f->records; i++)
        order[i] = i;
    qsort_r(order, (size_t)f->records, sizeof *order, compare_at, f);
    ODD_TRY(copy_worst(f, order, kept, &sorted));
    take_findings(f, &sorted);
done:
    odd_findings_empty(&sorted);
    odd_free(order);
    odd_free(kept);
    return st;
}

static int compare_tallies_at(const void *a, const void *b, void *findings)
{
    const odd_findings *f = findings;
    return compare_tallies(&f->tally[*(const int *)a], &f->tally[*(const int *)b]);
}

odd_status odd_findings_settle_tallies(odd_findings *f)
{
    odd_findings_tally *sorted = NULL;
    int *order = NULL, *place = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(sorted, f->tallies));
    ODD_TRY(ODD_NEW(order, f->tallies));
    ODD_TRY(ODD_NEW(place, f->tallies));
    for (int i = 0; i < f->tallies; i++)
        order[i] = i;
    qsort_r(order, (size_t)f->tallies, sizeof *order, compare_tallies_at, f);
    for (int i = 0; i < f->tallies; i++) {
        sorted[i] = f->tally[order[i]];
        sorted[i].listed = 0;
        place[order[i]] = i;
    }
    for (int64_t i = 0; i < f->records; i++) {
        f->record[i].tally = place[f->record[i].tally];
        sorted[f->record[i].tally].listed++;
    }
    odd_free(f->tally);
    f->tally = sorted;
    f->tally_room = f->tallies;
    sorted = NULL;
done:
    odd_free(sorted);
    odd_free(order);
    odd_free(place);
    return st;
}

/* ---- checks ---- */

static int compare_by_worst(const void *a, const void *b)
{
    const odd_findings_tally *const *x = a, *const *y = b;
    if ((*x)->kind != (*y)->kind) return (*x)->kind < (*y)->kind ? -1 : 1;
    if ((*x)->worst != (*y)->worst) return (*x)->worst > (*y)->worst ? -1 : 1;
    return strcmp((*x)->check, (*y)->check);
}

odd_status odd_findings_tallies_sorted(const odd_findings *f, const odd_findings_tally ***out)
{
    const int count = odd_findings_tallies(f);
    odd_status st = ODD_NEW(*out, count);
    if (st != ODD_OK) return st;
    for (int i = 0; i < count; i++)
        (*out)[i] = odd_findings_tally_at(f, i);
    if (count > 1) qsort((void *)*out, (size_t)count, sizeof **out, compare_by_worst);
    return ODD_OK;
}

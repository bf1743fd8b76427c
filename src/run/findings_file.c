/* Findings in a file: columns of one value a finding, and the members of all, one after the other.
 */
#include "oddlot/run/columns.h"
#include "run/findings_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

/* ---- write ---- */

static const char *finding_kind(const void *context, int64_t i)
{
    return odd_finding_kind_word(odd_findings_at(context, i).kind);
}

static const char *finding_check(const void *context, int64_t i)
{
    return odd_findings_at(context, i).check;
}

static const char *finding_unit(const void *context, int64_t i)
{
    return odd_findings_at(context, i).unit;
}

static const char *finding_sentence(const void *context, int64_t i)
{
    return odd_findings_at(context, i).sentence;
}

static const char *tally_kind(const void *context, int64_t i)
{
    return odd_finding_kind_word(odd_findings_tally_at(context, (int)i)->kind);
}

static const char *tally_check(const void *context, int64_t i)
{
    return odd_findings_tally_at(context, (int)i)->check;
}

typedef struct {
    const char *name, *about;
    const char *(*text)(const void *, int64_t);
} text_column;

static const text_column finding_texts[] = {
    {"finding/kind", "what kind of finding; findings are sorted by kind, the most severe first",
     finding_kind},
    {"finding/check", "the check that found it", finding_check},
    {"finding/unit", "of value and limit; empty: a number, or none", finding_unit},
    {"finding/sentence", "what is wrong, for people", finding_sentence},
    {NULL, NULL, NULL},
};

static const text_column tally_texts[] = {
    {"tally/kind", "what kind of findings the check makes", tally_kind},
    {"tally/check", "name of the check", tally_check},
    {NULL, NULL, NULL},
};

static odd_status write_texts(MPI_Comm comm, odd_file *file, const odd_findings *f,
                              const text_column *column, int64_t n, int64_t mine)
{
    odd_status st = ODD_OK;
    for (; column->name; column++)
        ODD_TRY(odd_column_write_text(file, column->name, comm, n, 0, mine, column->text, f,
                                      column->about));
done:
    return st;
}

/* Numbers of my findings: n on rank 0, none elsewhere. */
typedef struct {
    double *severity, *value, *limit; /* (n) */
    float *box;                       /* (n, 4) */
    int64_t *first;                   /* (n + 1) */
} finding_numbers;

static void free_numbers(finding_numbers *x)
{
    odd_free(x->severity);
    odd_free(x->value);
    odd_free(x->limit);
    odd_free(x->box);
    odd_free(x->first);
}

static odd_status collect_numbers(const odd_findings *f, int64_t n, finding_numbers *x)
{
    odd_status st;
    ODD_TRY(ODD_NEW(x->severity, n));
    ODD_TRY(ODD_NEW(x->value, n));
    ODD_TRY(ODD_NEW(x->limit, n));
    ODD_TRY(ODD_NEW(x->box, n * ODD_BOX_SIDES));
    ODD_TRY(ODD_NEW(x->first, n + 1));
    for (int64_t i = 0; i < n; i++) {
        const odd_findings_record *r = &f->record[i];
        x->severity[i] = r->severity;
        x->value[i] = r->value;
        x->limit[i] = r->limit;
        memcpy(x->box + i * ODD_BOX_SIDES, r->box, sizeof r->box);
        x->first[i + 1] = x->first[i] + r->rows;
    }
done:
    return st;
}

static odd_status write_boxes(odd_file *file, int64_t n, int64_t mine, const float box[])
{
    const odd_shape shape = {ODD_F32, sizeof *box, 2, {n, ODD_BOX_SIDES}};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, "finding/box", &shape,
                               "where it is seen: left, top, right, bottom; NaN: nowhere in "
                               "particular",
                               "shares of width and height", &dataset));
    ODD_TRY(odd_dataset_write(dataset, 0, mine, box));
done:
    odd_dataset_close(&dataset);
    return st;
}

static odd_status write_findings(odd_file *file, const odd_findings *f, int64_t n, int64_t members,
                                 const finding_numbers *x)
{
    const int64_t mine = f->records, firsts = x->first ? n + 1 : 0;
    odd_status st;
    ODD_TRY(odd_column_write(file, "finding/severity", ODD_F64, n, 0, mine, x->severity,
                             "how much it matters, 0 to 1", ""));
    ODD_TRY(odd_column_write(file, "finding/value", ODD_F64, n, 0, mine, x->value,
                             "what was measured; NaN: nothing", "as /finding/unit"));
    ODD_TRY(odd_column_write(file, "finding/limit", ODD_F64, n, 0, mine, x->limit,
                             "what it should have kept to; NaN: there is none",
                             "as /finding/unit"));
    ODD_TRY(write_boxes(file, n, mine, x->box));
    ODD_TRY(odd_column_write(file, "finding/first", ODD_I64, n + 1, 0, firsts, x->first,
                             "where the members of a finding begin in /member/row; those of the "
                             "next follow",
                             ""));
    ODD_TRY(odd_column_write(file, "member/row", ODD_I64, members, 0, f->rows, f->row,
                             "row of an image in the catalogue; the first of a finding is the one "
                             "that it is about, or the best copy",
                             ""));
done:
    return st;
}

/* Numbers of the tallies; the same on every rank, written by rank 0. */
static odd_status write_tallies(MPI_Comm comm, odd_file *file, const odd_findings *f)
{
    const int n = f->tallies, mine = odd_rank(comm) == 0 ? n : 0;
    int64_t *count = NULL;
    double *worst = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(count, 4 * (int64_t)n));
    ODD_TRY_ALL(comm, ODD_NEW(worst, n));
    for (int i = 0; i < n; i++) {
        const odd_findings_tally *t = &f->tally[i];
        count[i] = t->found;
        count[n + i] = t->listed;
        count[2 * n + i] = t->ignored;
        count[3 * n + i] = t->unmeasured;
        worst[i] = t->worst;
    }
    ODD_TRY(write_texts(comm, file, f, tally_texts, n, mine));
    ODD_TRY(odd_column_write(file, "tally/found", ODD_I64, n, 0, mine, count,
                             "findings of the check", ""));
    ODD_TRY(odd_column_write(file, "tally/listed", ODD_I64, n, 0, mine, count + n,
                             "of them those that are in this file, the most severe", ""));
    ODD_TRY(odd_column_write(file, "tally/ignored", ODD_I64, n, 0, mine, count + 2 * n,
                             "findings left out as the user wished", ""));
    ODD_TRY(odd_column_write(file, "tally/unmeasured", ODD_I64, n, 0, mine, count + 3 * n,
                             "images of which the check cannot know", ""));
    ODD_TRY(odd_column_write(file, "tally/worst", ODD_F64, n, 0, mine, worst,
                             "severity of the most severe finding", ""));
done:
    odd_free(count);
    odd_free(worst);
    return st;
}

/* Those of all checks but what is to be ignored, by rank 0. @collective */
static int64_t count_told(MPI_Comm comm, const odd_findings *f)
{
    int64_t told = 0;
    for (int i = 0; odd_rank(comm) == 0 && i < odd_findings_tallies(f); i++)
        told += odd_findings_tally_at(f, i)->found;
    odd_broadcast(comm, 0, &told, sizeof told);
    return told;
}

odd_status odd_findings_write(MPI_Comm comm, odd_file *file, const odd_findings *f)
{
    int64_t size[2] = {f->records, f->rows};
    finding_numbers x = {0};
    odd_status st;
    odd_broadcast(comm, 0, size, sizeof size);
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? collect_numbers(f, f->records, &x) : ODD_OK);
    ODD_TRY(write_texts(comm, file, f, finding_texts, size[0], f->records));
    ODD_TRY(write_findings(file, f, size[0], size[1], &x));
    ODD_TRY(write_tallies(comm, file, f));
    ODD_TRY(odd_file_set_i64(file, "/", "findings", count_told(comm, f)));
done:
    free_numbers(&x);
    return st;
}

/* Findings read again from the file of an earlier stage, which is believed in nothing. */
#include "oddlot/run/columns.h"
#include "run/findings_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_TALLIES = 4096 }; /* many times the checks and rules that there are */

/* A column of strings; cell i begins at i * (width + 1). */
typedef struct {
    char *cell;
    size_t width;
} text_cells;

/* The columns of the file. */
typedef struct {
    int64_t n, members;
    text_cells kind, check, unit, sentence;
    double *severity, *value, *limit;
    float *box;
    int64_t *first, *row;
} finding_columns;

static void free_columns(finding_columns *c)
{
    odd_free(c->kind.cell);
    odd_free(c->check.cell);
    odd_free(c->unit.cell);
    odd_free(c->sentence.cell);
    odd_free(c->severity);
    odd_free(c->value);
    odd_free(c->limit);
    odd_free(c->box);
    odd_free(c->first);
    odd_free(c->row);
}

static odd_status malformed(void)
{
    return odd_fail(ODD_FORMAT, "the findings in findings.h5 do not fit together");
}

static const char *text_cell(const text_cells *c, int64_t i)
{
    return c->cell + (size_t)i * (c->width + 1);
}

static odd_status read_texts(const odd_file *file, const char *name, int64_t n, text_cells *out)
{
    int64_t rows = 0;
    odd_status st;
    ODD_TRY(odd_column_read_text(file, name, INT64_MAX, &out->cell, &out->width, &rows));
    if (rows != n) st = malformed();
done:
    return st;
}

static odd_status read_numbers(const odd_file *file, const char *name, odd_type type, int64_t n,
                               void **out)
{
    int64_t rows = 0;
    odd_status st;
    ODD_TRY(odd_column_read(file, name, type, out, &rows));
    if (rows != n) st = malformed();
done:
    return st;
}

static odd_status read_boxes(const odd_file *file, int64_t n, float **out)
{
    const odd_shape shape = {.type = ODD_F32, .rank = 2, .shape = {n, ODD_BOX_SIDES}};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(file, "finding/box", &shape, &dataset));
    ODD_TRY(ODD_NEW(*out, n * ODD_BOX_SIDES));
    ODD_TRY(odd_dataset_read(dataset, 0, n, ODD_F32, *out));
done:
    odd_dataset_close(&dataset);
    return st;
}

static odd_status read_columns(const odd_file *file, finding_columns *c)
{
    odd_status st;
    ODD_TRY(odd_column_read(file, "finding/severity", ODD_F64, (void **)&c->severity, &c->n));
    ODD_TRY(odd_column_read(file, "member/row", ODD_I64, (void **)&c->row, &c->members));
    ODD_TRY(read_texts(file, "finding/kind", c->n, &c->kind));
    ODD_TRY(read_texts(file, "finding/check", c->n, &c->check));
    ODD_TRY(read_texts(file, "finding/unit", c->n, &c->unit));
    ODD_TRY(read_texts(file, "finding/sentence", c->n, &c->sentence));
    ODD_TRY(read_numbers(file, "finding/value", ODD_F64, c->n, (void **)&c->value));
    ODD_TRY(read_numbers(file, "finding/limit", ODD_F64, c->n, (void **)&c->limit));
    ODD_TRY(read_numbers(file, "finding/first", ODD_I64, c->n + 1, (void **)&c->first));
    ODD_TRY(read_boxes(file, c->n, &c->box));
done:
    return st;
}

static bool take_kind(const text_cells *c, int64_t i, odd_finding_kind *kind)
{
    int found;
    if (!odd_finding_kind_find(text_cell(c, i), &found)) return false;
    *kind = (odd_finding_kind)found;
    return true;
}

/* Are its members there, and of the catalogue? */
static bool has_members(const finding_columns *c, int64_t i, int64_t images)
{
    if (c->first[i] < 0 || c->first[i] >= c->first[i + 1] || c->first[i + 1] > c->members)
        return false;
    for (int64_t m = c->first[i]; m < c->first[i + 1]; m++)
        if (c->row[m] < 0 || c->row[m] >= images) return false;
    return true;
}

static odd_status take_finding(const finding_columns *c, int64_t i, int64_t images, odd_findings *f)
{
    odd_finding finding = {
        .check = text_cell(&c->check, i),
        .severity = c->severity[i],
        .value = c->value[i],
        .limit = c->limit[i],
        .unit = text_cell(&c->unit, i),
        .sentence = text_cell(&c->sentence, i),
    };
    if (!take_kind(&c->kind, i, &finding.kind) || !has_members(c, i, images) ||
        !(finding.severity >= 0 && finding.severity <= 1) ||
        strlen(finding.check) >= ODD_FINDING_CHECK)
        return malformed();
    finding.row = c->row + c->first[i];
    finding.rows = c->first[i + 1] - c->first[i];
    memcpy(finding.box, c->box + i * ODD_BOX_SIDES, sizeof finding.box);
    const int tally = odd_findings_tally_of(f, finding.kind, finding.check);
    return tally < 0 ? ODD_NOMEM : odd_findings_append(f, &finding, tally);
}

static odd_status read_findings(const odd_file *file, int64_t images, odd_findings *f)
{
    finding_columns c = {0};
    odd_status st;
    ODD_TRY(read_columns(file, &c));
    for (int64_t i = 0; i < c.n; i++)
        ODD_TRY(take_finding(&c, i, images, f));
done:
    free_columns(&c);
    return st;
}

/* Of the file: (n) each. */
typedef struct {
    text_cells kind, check;
    int64_t *found, *ignored, *unmeasured;
    double *worst;
} tally_columns;

static void free_tally_columns(tally_columns *c)
{
    odd_free(c->kind.cell);
    odd_free(c->check.cell);
    odd_free(c->found);
    odd_free(c->ignored);
    odd_free(c->unmeasured);
    odd_free(c->worst);
}

static odd_status read_tally_columns(const odd_file *file, tally_columns *c, int64_t *n)
{
    odd_status st;
    ODD_TRY(odd_column_read(file, "tally/found", ODD_I64, (void **)&c->found, n));
    ODD_TRY(read_texts(file, "tally/kind", *n, &c->kind));
    ODD_TRY(read_texts(file, "tally/check", *n, &c->check));
    ODD_TRY(read_numbers(file, "tally/ignored", ODD_I64, *n, (void **)&c->ignored));
    ODD_TRY(read_numbers(file, "tally/unmeasured", ODD_I64, *n, (void **)&c->unmeasured));
    ODD_TRY(read_numbers(file, "tally/worst", ODD_F64, *n, (void **)&c->worst));
done:
    return st;
}

static bool is_sound(const tally_columns *c, int64_t i)
{
    return c->found[i] >= 0 && c->ignored[i] >= 0 && c->unmeasured[i] >= 0 && c->worst[i] >= 0 &&
           c->worst[i] <= 1; /* false for NaN */
}

/* They come first, so that findings find theirs. */
static odd_status take_tallies(const odd_file *file, odd_findings *f)
{
    tally_columns c = {0};
    int64_t n = 0;
    odd_status st;
    ODD_TRY(read_tally_columns(file, &c, &n));
    if (n > MOST_TALLIES) ODD_TRY(malformed());
    for (int64_t i = 0; i < n; i++) {
        odd_finding_kind kind = ODD_FINDING_UNREADABLE;
        const char *check = text_cell(&c.check, i);
        if (!take_kind(&c.kind, i, &kind) || strlen(check) >= ODD_FINDING_CHECK || !is_sound(&c, i))
            ODD_TRY(malformed());
        const int at = odd_findings_tally_of(f, kind, check);
        ODD_TRY(at < 0 ? ODD_NOMEM : ODD_OK);
        f->tally[at].found = c.found[i];
        f->tally[at].ignored = c.ignored[i];
        f->tally[at].unmeasured = c.unmeasured[i];
        f->tally[at].worst = c.worst[i];
    }
done:
    free_tally_columns(&c);
    return st;
}

odd_status odd_findings_read(const odd_file *file, int64_t images, odd_findings **out)
{
    odd_status st;
    ODD_TRY(odd_findings_new(INT64_MAX, out));
    ODD_TRY(take_tallies(file, *out));
    ODD_TRY(read_findings(file, images, *out));
    ODD_TRY(odd_findings_settle_tallies(*out));
done:
    if (st != ODD_OK) odd_findings_free(out);
    return st;
}

/* Findings read again from the file of an earlier stage, which is believed in nothing. */
#include "oddlot/run/columns.h"
#include "run/findings_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <string.h>

enum { MOST_TALLIES = 4096 }; /* many times the checks and rules that there are */

/* A column of strings; cell i begins at i * (width + 1). */
typedef struct {
    char *cell;
    size_t width;
} text_cells;

static odd_status malformed(void)
{
    return odd_fail(ODD_FORMAT, "the findings in findings.h5 do not fit together");
}

static const char *text_cell(const text_cells *c, int64_t i)
{
    return c->cell + (size_t)i * (c->width + 1);
}

static bool take_kind(const text_cells *c, int64_t i, odd_finding_kind *kind)
{
    int found;
    if (!odd_finding_kind_find(text_cell(c, i), &found)) return false;
    *kind = (odd_finding_kind)found;
    return true;
}

/* ---- findings, some at a time ---- */

enum { WINDOW = 4096 };

/* A column of strings in the file, and those of its cells that are looked at. */
typedef struct {
    odd_dataset *dataset;
    char *raw; /* (WINDOW, width) as they lie there */
    text_cells cells;
} text_column;

static void close_text(text_column *c)
{
    odd_dataset_close(&c->dataset);
    odd_free(c->raw);
    odd_free(c->cells.cell);
}

static odd_status open_text(const odd_file *file, const char *name, int64_t n, text_column *c)
{
    const int64_t room = odd_min(n, WINDOW);
    odd_status st;
    ODD_TRY(odd_dataset_open(file, name, &c->dataset));
    const odd_shape *shape = odd_dataset_shape(c->dataset);
    if (shape->rank != 1 || shape->type != ODD_STRING || shape->shape[0] != n) ODD_TRY(malformed());
    c->cells.width = shape->width;
    ODD_TRY((c->raw = odd_alloc(room, shape->width)) ? ODD_OK : ODD_NOMEM);
    ODD_TRY((c->cells.cell = odd_alloc(room, shape->width + 1)) ? ODD_OK : ODD_NOMEM);
done:
    return st;
}

/* In the file a cell may be full, with no 0 at its end. */
static odd_status read_text(text_column *c, int64_t first, int64_t count)
{
    const size_t width = c->cells.width;
    const odd_status st = odd_dataset_read(c->dataset, first, count, ODD_STRING, c->raw);
    for (int64_t i = 0; i < count && st == ODD_OK; i++)
        memcpy(c->cells.cell + (size_t)i * (width + 1), c->raw + (size_t)i * width, width);
    return st;
}

/* The columns of the file, and those of their rows that are looked at. */
typedef struct {
    int64_t n, members, images;
    text_column kind, check, unit, sentence;
    odd_dataset *severities, *values, *limits, *boxes, *firsts, *rows;
    double severity[WINDOW], value[WINDOW], limit[WINDOW];
    float box[WINDOW * ODD_BOX_SIDES];
    int64_t first[WINDOW + 1];
} finding_columns;

static void close_columns(finding_columns **columns)
{
    finding_columns *c = *columns;
    if (!c) return;
    close_text(&c->kind);
    close_text(&c->check);
    close_text(&c->unit);
    close_text(&c->sentence);
    odd_dataset_close(&c->severities);
    odd_dataset_close(&c->values);
    odd_dataset_close(&c->limits);
    odd_dataset_close(&c->boxes);
    odd_dataset_close(&c->firsts);
    odd_dataset_close(&c->rows);
    odd_free(c);
    *columns = NULL;
}

static odd_status open_numbers(const odd_file *file, const char *name, odd_type type, int64_t n,
                               odd_dataset **out)
{
    const odd_shape shape = {.type = type, .rank = 1, .shape = {n}};
    return odd_dataset_expect(file, name, &shape, out);
}

static odd_status open_columns(const odd_file *file, int64_t images, finding_columns **out)
{
    finding_columns *c;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, 1));
    c = *out;
    c->images = images;
    ODD_TRY(open_numbers(file, "finding/severity", ODD_F64, -1, &c->severities));
    c->n = odd_dataset_shape(c->severities)->shape[0];
    ODD_TRY(open_numbers(file, "member/row", ODD_I64, -1, &c->rows));
    c->members = odd_dataset_shape(c->rows)->shape[0];
    ODD_TRY(open_text(file, "finding/kind", c->n, &c->kind));
    ODD_TRY(open_text(file, "finding/check", c->n, &c->check));
    ODD_TRY(open_text(file, "finding/unit", c->n, &c->unit));
    ODD_TRY(open_text(file, "finding/sentence", c->n, &c->sentence));
    ODD_TRY(open_numbers(file, "finding/value", ODD_F64, c->n, &c->values));
    ODD_TRY(open_numbers(file, "finding/limit", ODD_F64, c->n, &c->limits));
    ODD_TRY(open_numbers(file, "finding/first", ODD_I64, c->n + 1, &c->firsts));
    const odd_shape box = {.type = ODD_F32, .rank = 2, .shape = {c->n, ODD_BOX_SIDES}};
    ODD_TRY(odd_dataset_expect(file, "finding/box", &box, &c->boxes));
done:
    return st;
}

static odd_status read_window(finding_columns *c, int64_t first, int64_t count)
{
    odd_status st;
    ODD_TRY(read_text(&c->kind, first, count));
    ODD_TRY(read_text(&c->check, first, count));
    ODD_TRY(read_text(&c->unit, first, count));
    ODD_TRY(read_text(&c->sentence, first, count));
    ODD_TRY(odd_dataset_read(c->severities, first, count, ODD_F64, c->severity));
    ODD_TRY(odd_dataset_read(c->values, first, count, ODD_F64, c->value));
    ODD_TRY(odd_dataset_read(c->limits, first, count, ODD_F64, c->limit));
    ODD_TRY(odd_dataset_read(c->boxes, first, count, ODD_F32, c->box));
    ODD_TRY(odd_dataset_read(c->firsts, first, count + 1, ODD_I64, c->first));
done:
    return st;
}

/* Members of finding i of the window: are they there, and of the catalogue? */
static odd_status read_members(const finding_columns *c, int64_t i, int64_t **row, int64_t *rows)
{
    const int64_t first = c->first[i], end = c->first[i + 1];
    odd_status st;
    if (first < 0 || first >= end || end > c->members) return malformed();
    *rows = end - first;
    ODD_TRY(ODD_NEW(*row, *rows));
    ODD_TRY(odd_dataset_read(c->rows, first, *rows, ODD_I64, *row));
    for (int64_t m = 0; m < *rows; m++)
        if ((*row)[m] < 0 || (*row)[m] >= c->images) ODD_TRY(malformed());
done:
    return st;
}

/* Finding i of the window, unless there are `most` of its check. */
static odd_status take_finding(const finding_columns *c, int64_t i, int64_t most, odd_findings *f)
{
    odd_finding finding = {
        .check = text_cell(&c->check.cells, i),
        .severity = c->severity[i],
        .value = c->value[i],
        .limit = c->limit[i],
        .unit = text_cell(&c->unit.cells, i),
        .sentence = text_cell(&c->sentence.cells, i),
    };
    int64_t *row = NULL;
    odd_status st = ODD_OK;
    if (!take_kind(&c->kind.cells, i, &finding.kind) ||
        !(finding.severity >= 0 && finding.severity <= 1) ||
        strlen(finding.check) >= ODD_FINDING_CHECK)
        return malformed();
    const int tally = odd_findings_tally_of(f, finding.kind, finding.check);
    if (tally < 0) return ODD_NOMEM;
    if (f->tally[tally].listed >= most) return ODD_OK;
    ODD_TRY(read_members(c, i, &row, &finding.rows));
    finding.row = row;
    memcpy(finding.box, c->box + i * ODD_BOX_SIDES, sizeof finding.box);
    ODD_TRY(odd_findings_append(f, &finding, tally));
    f->tally[tally].listed++;
done:
    odd_free(row);
    return st;
}

static odd_status read_findings(const odd_file *file, int64_t images, int64_t most, odd_findings *f)
{
    finding_columns *c = NULL;
    odd_status st;
    ODD_TRY(open_columns(file, images, &c));
    for (int64_t first = 0; first < c->n; first += WINDOW) {
        const int64_t count = odd_min(WINDOW, c->n - first);
        ODD_TRY(read_window(c, first, count));
        for (int64_t i = 0; i < count; i++)
            ODD_TRY(take_finding(c, i, most, f));
    }
done:
    close_columns(&c);
    return st;
}

/* ---- tallies ---- */

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

odd_status odd_findings_read(const odd_file *file, int64_t images, int64_t most, odd_findings **out)
{
    odd_status st;
    ODD_TRY(odd_findings_new(INT64_MAX, out));
    ODD_TRY(take_tallies(file, *out));
    if (most > 0) ODD_TRY(read_findings(file, images, most, *out));
    ODD_TRY(odd_findings_settle_tallies(*out));
done:
    if (st != ODD_OK) odd_findings_free(out);
    return st;
}

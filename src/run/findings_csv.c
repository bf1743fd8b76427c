/* Findings for a spreadsheet: one line each. */
#include "oddlot/run/findings.h"

#include "oddlot/base/text.h"

#include <inttypes.h>
#include <math.h>

static void add_field(odd_text *csv, const char *s)
{
    odd_text_add(csv, ",");
    odd_text_csv(csv, s);
}

/* Six digits are what a person wants of a measured value; findings.h5 has all. */
static void add_number(odd_text *csv, double x)
{
    odd_text_add(csv, ",");
    if (!isnan(x)) odd_text_format(csv, "%.6g", x);
}

static void add_box(odd_text *csv, const float box[ODD_BOX_SIDES])
{
    odd_text_add(csv, ",");
    for (int k = 0; k < ODD_BOX_SIDES && !isnan(box[0]); k++)
        odd_text_format(csv, k > 0 ? " %.4f" : "%.4f", (double)box[k]);
}

/* Whom to ask for the names of images. */
typedef struct {
    odd_image_namer name;
    void *context;
} namer;

/* The members after the first, as a list of JSON: any byte may stand in a name. */
static odd_status add_others(odd_text *csv, const odd_finding *f, const namer *n)
{
    odd_text list = ODD_TEXT_EMPTY;
    const char *name;
    odd_status st = ODD_OK;
    for (int64_t i = 1; i < f->rows; i++) {
        ODD_TRY(n->name(n->context, f->row[i], &name));
        odd_text_add(&list, i > 1 ? ", " : "[");
        odd_text_json(&list, name);
    }
    if (f->rows > 1) odd_text_add(&list, "]");
    ODD_TRY(odd_text_status(&list));
    add_field(csv, odd_text_string(&list));
done:
    odd_text_free(&list);
    return st;
}

static odd_status add_finding(odd_text *csv, const odd_finding *f, const namer *n)
{
    const char *name;
    odd_status st;
    ODD_TRY(n->name(n->context, f->row[0], &name));
    odd_text_csv(csv, odd_finding_kind_word(f->kind));
    add_field(csv, f->check);
    odd_text_format(csv, ",%.3f", f->severity);
    add_field(csv, name);
    add_number(csv, f->value);
    add_number(csv, f->limit);
    add_field(csv, f->unit);
    add_field(csv, f->sentence);
    add_box(csv, f->box);
    odd_text_format(csv, ",%" PRId64, f->rows);
    ODD_TRY(add_others(csv, f, n));
    odd_text_add(csv, "\n");
done:
    return st;
}

odd_status odd_findings_write_csv(const char *path, const odd_findings *findings,
                                  odd_image_namer name, void *context)
{
    const namer n = {name, context};
    odd_text csv = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_add(&csv, "kind,check,severity,path,value,limit,unit,sentence,box,members,others\n");
    for (int64_t i = 0; i < odd_findings_count(findings); i++) {
        const odd_finding finding = odd_findings_at(findings, i);
        ODD_TRY(add_finding(&csv, &finding, &n));
    }
    ODD_TRY(odd_text_status(&csv));
    ODD_TRY(odd_file_spill(path, odd_text_string(&csv), csv.length));
done:
    odd_text_free(&csv);
    return st;
}

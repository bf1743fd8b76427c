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

/* The members after the first, as a list of JSON: any byte may stand in a name. */
static void add_others(odd_text *csv, const odd_finding *f, const odd_selection *selection)
{
    odd_text list = ODD_TEXT_EMPTY;
    for (int64_t i = 1; i < f->rows; i++) {
        odd_text_add(&list, i > 1 ? ", " : "[");
        odd_text_json(&list, odd_selection_name(selection, f->row[i]));
    }
    if (f->rows > 1) odd_text_add(&list, "]");
    add_field(csv, odd_text_string(&list));
    csv->failed = csv->failed || list.failed;
    odd_text_free(&list);
}

static void add_finding(odd_text *csv, const odd_finding *f, const odd_selection *selection)
{
    odd_text_csv(csv, odd_finding_kind_word(f->kind));
    add_field(csv, f->check);
    odd_text_format(csv, ",%.3f", f->severity);
    add_field(csv, odd_selection_name(selection, f->row[0]));
    add_number(csv, f->value);
    add_number(csv, f->limit);
    add_field(csv, f->unit);
    add_field(csv, f->sentence);
    add_box(csv, f->box);
    odd_text_format(csv, ",%" PRId64, f->rows);
    add_others(csv, f, selection);
    odd_text_add(csv, "\n");
}

odd_status odd_findings_write_csv(const char *path, const odd_findings *findings,
                                  const odd_selection *selection)
{
    odd_text csv = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_add(&csv, "kind,check,severity,path,value,limit,unit,sentence,box,members,others\n");
    for (int64_t i = 0; i < odd_findings_count(findings); i++) {
        const odd_finding finding = odd_findings_at(findings, i);
        add_finding(&csv, &finding, selection);
    }
    ODD_TRY(odd_text_status(&csv));
    ODD_TRY(odd_file_spill(path, odd_text_string(&csv), csv.length));
done:
    odd_text_free(&csv);
    return st;
}

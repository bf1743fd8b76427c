/* CSV: the lists that people and scripts take away from a run, flagged.csv and errors.csv. */
#include "oddlot/report/csv.h"

#include "oddlot/base/text.h"

#include <inttypes.h>
#include <math.h>

static void add_field(odd_text *csv, const char *s)
{
    odd_text_add(csv, ",");
    odd_text_csv(csv, s ? s : "");
}

/* 17 digits give the same bits when they are read back; what is not a number stays empty. */
static void add_number(odd_text *csv, double x)
{
    odd_text_add(csv, ",");
    if (!isnan(x)) odd_text_format(csv, "%.17g", x);
}

static odd_status spill(const char *path, odd_text *csv)
{
    odd_status st;
    ODD_TRY(odd_text_status(csv));
    ODD_TRY(odd_file_spill(path, odd_text_string(csv), csv->length));
done:
    odd_text_free(csv);
    return st;
}

static const char *truth_word(int truth)
{
    return truth < 0 ? "" : truth > 0 ? "odd" : "theme";
}

void odd_csv_add_flagged(odd_text *csv, const odd_flagged *f, const char *detector)
{
    odd_text_format(csv, "%" PRId64 ",%" PRId64, f->rank, f->row);
    add_field(csv, f->name);
    add_number(csv, f->score);
    add_number(csv, f->probability);
    add_field(csv, detector);
    add_field(csv, f->reason);
    add_field(csv, f->label);
    add_field(csv, truth_word(f->truth));
    odd_text_add(csv, "\n");
}

odd_status odd_csv_errors(const char *path, const odd_unreadable rows[], int64_t count)
{
    odd_text csv = ODD_TEXT_EMPTY;
    odd_text_add(&csv, "row,path,status,reason\n");
    for (int64_t i = 0; i < count; i++) {
        odd_text_format(&csv, "%" PRId64, rows[i].row);
        add_field(&csv, rows[i].name);
        add_field(&csv, rows[i].status);
        add_field(&csv, rows[i].reason);
        odd_text_add(&csv, "\n");
    }
    return spill(path, &csv);
}

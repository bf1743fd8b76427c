/* Design of a study: its settings, which runs they make, and the job of each. */
#include "study/study_internal.h"

#include "oddlot/base/memory.h"

#include "oddlot/run/run.h"
#include "study/design_words_internal.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const odd_option options_table[] = {
    ODD_LIST(odd_study_options, rows, "[]",
             "what is compared, each \"NAME | key=value key=value ...\": whole runs of the job "
             "with these settings. Blanks inside brackets and quotes do not part settings: \"CNN | "
             "train.network=['conv 8 5x5', relu, 'dense 2']\". Stages that rows and columns leave "
             "alike, such as a training, are done once. Empty: the job is no study"),
    ODD_LIST(
        odd_study_options, columns, "[as the job]",
        "on what, in the same form, such as catalogues; what a column sets holds against the row"),
    ODD_INT(odd_study_options, seeds, "3", 1, 1e6,
            "runs of each row and column, with the job's seed, the next one, ...; images are drawn "
            "by them too (contamination.seed)"),
    ODD_LIST(odd_study_options, values, "[]",
             "figures of the table, each \"NAME | FILE.h5:PATH\", a dataset or attribute of a "
             "run's file, as `oddlot info` lists them; of an array the mean. \"| %\" shows it in "
             "per cent, \"| 3\" or \"| 1%\" with so many digits, \"| within LOW HIGH\" the number "
             "of runs in that range"),
    ODD_LIST(odd_study_options, paper, "[]",
             "published figures to stand beside, each \"ROW | COLUMN | VALUE | number\", in the "
             "unit of the table"),
    ODD_LIST(odd_study_options, without, "[]",
             "names of rows and columns that are left out this time"),
    ODD_BOOL(odd_study_options, average, "false",
             "one more line with the mean over the rows, such as over classes left out in turn"),
    ODD_OPTIONS_END,
};

const odd_section odd_study_section =
    ODD_SECTION("study", "Many whole runs that differ in their settings, as one table",
                options_table, odd_study_options);

static const odd_study_options *options_of(const odd_job *job)
{
    return odd_job_section(job, odd_study_section.name);
}

/* ---- rows and columns ---- */

static void variant_free(odd_variant *v)
{
    free(v->name);
    free(v->folder);
    odd_texts_free(&v->set);
}

static void variants_free(odd_variants *list)
{
    for (int64_t i = 0; i < list->count; i++)
        variant_free(&list->variant[i]);
    odd_free(list->variant);
}

/* Letters, digits and what is no ASCII stay, as do - _ and a dot that does not hide the folder;
 * anything else between them becomes one "-". */
static odd_status folder_name(const char *name, char **out)
{
    enum { LONGEST = 100 };
    odd_text folder = ODD_TEXT_EMPTY;
    for (; *name; name++) {
        const unsigned char c = (unsigned char)*name;
        const bool first = folder.length == 0,
                   dashed = !first && folder.s[folder.length - 1] == '-';
        if (isalnum(c) || c >= 0x80 || c == '_' || (c == '.' && !first))
            odd_text_bytes(&folder, name, 1);
        else if (!first && !dashed)
            odd_text_add(&folder, "-");
    }
    while (folder.length > 0 && strchr("-.", folder.s[folder.length - 1]))
        folder.s[--folder.length] = '\0';
    odd_status st = odd_text_status(&folder);
    if (st == ODD_OK && (folder.length == 0 || folder.length > LONGEST))
        st = odd_fail(ODD_USAGE, "the name makes no folder: it needs letters or digits, at most %d",
                      LONGEST);
    if (st == ODD_OK && !(*out = strdup(folder.s)))
        st = odd_fail(ODD_NOMEM, "cannot allocate a text");
    odd_text_free(&folder);
    return st;
}

static odd_status variant_of(const char *text, odd_variant *out)
{
    size_t length;
    odd_status st;
    const char *name = odd_piece(text, 0, &length), *bar = strchr(text, '|');
    *out = (odd_variant){0};
    if (!(out->name = strndup(name, length)))
        ODD_TRY(odd_fail(ODD_NOMEM, "cannot allocate a text"));
    ODD_TRY(folder_name(out->name, &out->folder));
    if (bar) ODD_TRY(odd_split_settings(bar + 1, strlen(bar + 1), &out->set));
done:
    return st;
}

/* What the study sets itself in each run. */
static odd_status check_settings(const odd_variant *v)
{
    static const char *const own[] = {"seed=", "name=", "study."};
    for (int64_t i = 0; i < v->set.count; i++)
        for (int o = 0; o < 3; o++)
            if (strncmp(v->set.item[i], own[o], strlen(own[o])) == 0)
                return odd_fail(ODD_USAGE, "'%s' is for the study as a whole", v->set.item[i]);
    return ODD_OK;
}

/* Faults are told here, where it is known which setting of the study they stand in. */
static odd_status check_keys(const odd_job *job, const odd_variant *v)
{
    odd_job *varied;
    odd_status st = odd_job_vary(job, (const char *const *)v->set.item, (int)v->set.count, &varied);
    odd_job_free(&varied);
    return st;
}

static const odd_variant *find_variant(const odd_variants *list, const char *name, size_t length)
{
    for (int64_t i = 0; i < list->count; i++)
        if (strlen(list->variant[i].name) == length &&
            memcmp(list->variant[i].name, name, length) == 0)
            return &list->variant[i];
    return NULL;
}

static odd_status check_folder(const odd_variants *list, const odd_variant *v)
{
    for (const odd_variant *other = list->variant; other < v; other++)
        if (strcmp(other->folder, v->folder) == 0)
            return odd_fail(ODD_USAGE, "shares its folder '%s' with '%s'; change its name",
                            v->folder, other->name);
    return ODD_OK;
}

static odd_status read_variants(const odd_job *job, const char *key, const odd_list *texts,
                                odd_variants *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->variant, texts->count));
    for (int64_t i = 0; i < texts->count; i++) {
        odd_variant *v = &out->variant[out->count++];
        if ((st = variant_of(texts->item[i], v)) == ODD_OK) st = check_settings(v);
        if (st == ODD_OK) st = check_folder(out, v);
        if (st == ODD_OK) st = check_keys(job, v);
        if (st == ODD_USAGE)
            st = odd_job_fail(job, key, "'%s': %s", texts->item[i], odd_fail_reason());
        if (st != ODD_OK) goto done;
    }
    if (out->count == 0) ODD_TRY(odd_job_fail(job, key, "at least one is needed"));
done:
    return st;
}

/* ---- what is left out ---- */

static void leave_out(odd_variants *list, const odd_variant *v)
{
    const int64_t i = v - list->variant;
    variant_free(&list->variant[i]);
    memmove(&list->variant[i], &list->variant[i + 1],
            (size_t)(list->count - i - 1) * sizeof *list->variant);
    list->count--;
}

/* A name that is both a row's and a column's leaves out both. */
static odd_status leave_out_named(odd_study *s)
{
    const odd_list *names = &s->options->without;
    for (int64_t i = 0; i < names->count; i++) {
        const char *name = names->item[i];
        const odd_variant *row = find_variant(&s->rows, name, strlen(name));
        const odd_variant *column = find_variant(&s->columns, name, strlen(name));
        if (row) leave_out(&s->rows, row);
        if (column) leave_out(&s->columns, column);
        if (!row && !column)
            return odd_job_fail(s->job, "study.without", "no row and no column is called '%s'",
                                name);
    }
    if (s->rows.count == 0 || s->columns.count == 0)
        return odd_job_fail(s->job, "study.without", "all is left out");
    return ODD_OK;
}

/* ---- published figures ---- */

static bool is_left_out(const odd_study *s, const char *name, size_t length)
{
    for (int64_t i = 0; i < s->options->without.count; i++) {
        const char *out = s->options->without.item[i];
        if (strlen(out) == length && memcmp(out, name, length) == 0) return true;
    }
    return false;
}

static odd_status find_or_fail(const odd_study *s, const odd_variants *list, const char *what,
                               const char *text, int part, int64_t *out)
{
    size_t length;
    const char *name = odd_piece(text, part, &length);
    const odd_variant *found = find_variant(list, name, length);
    *out = found ? found - list->variant : -1;
    if (found || is_left_out(s, name, length)) return ODD_OK;
    return odd_job_fail(s->job, "study.paper", "'%s': no %s is called '%.*s'", text, what,
                        (int)length, name);
}

static odd_status find_value(const odd_study *s, const char *text, int64_t *out)
{
    size_t length;
    const char *name = odd_piece(text, 2, &length);
    for (*out = 0; *out < s->values; ++*out)
        if (strlen(s->value[*out].name) == length && memcmp(s->value[*out].name, name, length) == 0)
            return ODD_OK;
    return odd_job_fail(s->job, "study.paper", "'%s': no value is called '%.*s'", text, (int)length,
                        name);
}

static odd_status read_published(odd_study *s, const char *text)
{
    int64_t row, column, value;
    size_t length;
    char *end;
    odd_status st;
    ODD_TRY(find_or_fail(s, &s->rows, "row", text, 0, &row));
    ODD_TRY(find_or_fail(s, &s->columns, "column", text, 1, &column));
    ODD_TRY(find_value(s, text, &value));
    const char *given = odd_piece(text, 3, &length);
    const double number = strtod(given, &end);
    if (length == 0 || end != given + length || !isfinite(number))
        ODD_TRY(odd_job_fail(s->job, "study.paper",
                             "expected 'ROW | COLUMN | VALUE | number', found '%s'", text));
    if (row >= 0 && column >= 0)
        s->published[(row * s->columns.count + column) * s->values + value] =
            number * s->value[value].unit;
done:
    return st;
}

static odd_status read_paper(odd_study *s)
{
    const int64_t cells = s->rows.count * s->columns.count * s->values;
    odd_status st;
    ODD_TRY(ODD_NEW(s->published, cells));
    for (int64_t i = 0; i < cells; i++)
        s->published[i] = NAN;
    for (int64_t i = 0; i < s->options->paper.count; i++)
        ODD_TRY(read_published(s, s->options->paper.item[i]));
done:
    return st;
}

/* ---- the study ---- */

odd_status odd_study_new(const odd_pipeline *const pipelines[], const odd_job *job, odd_study **out)
{
    odd_study *s = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(s, 1));
    s->pipelines = pipelines;
    s->job = job;
    s->options = options_of(job);
    s->seeds = s->options->seeds;
    ODD_TRY(read_variants(job, "study.rows", &s->options->rows, &s->rows));
    ODD_TRY(read_variants(job, "study.columns", &s->options->columns, &s->columns));
    ODD_TRY(leave_out_named(s));
    ODD_TRY(odd_study_values_new(pipelines, job, &s->options->values, &s->value));
    s->values = s->options->values.count;
    ODD_TRY(read_paper(s));
    *out = s;
    s = NULL;
done:
    odd_study_free(&s);
    return st;
}

void odd_study_free(odd_study **study)
{
    odd_study *s = *study;
    if (!s) return;
    variants_free(&s->rows);
    variants_free(&s->columns);
    odd_study_values_free(s->value, s->values);
    odd_free(s->published);
    odd_free(s);
    *study = NULL;
}

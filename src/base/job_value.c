/* Job values: one setting between its text and the field that holds it. */
#include "base/job_internal.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const true_words[] = {"true", "yes", "on", NULL};
static const char *const false_words[] = {"false", "no", "off", NULL};

/* ---- what is expected ---------------------------------------------------------------------- */

#define EXACT 9e15 /* about 2^53: a limit from there on stands for "none" */

static bool has_range(const odd_option *o)
{
    return (o->type == ODD_OPTION_INT || o->type == ODD_OPTION_REAL) &&
           (o->low != 0 || o->high != 0);
}

static void add_range(const odd_option *o, odd_text *out)
{
    if (!has_range(o)) return;
    if (o->low > -EXACT && o->high < EXACT)
        odd_text_format(out, " from %.15g to %.15g", o->low, o->high);
    else if (o->low > -EXACT)
        odd_text_format(out, " of at least %.15g", o->low);
    else if (o->high < EXACT)
        odd_text_format(out, " of at most %.15g", o->high);
}

static void add_choices(const odd_option *o, odd_text *out)
{
    for (int i = 0; o->choices[i]; i++)
        odd_text_format(out, "%s%s", i > 0 ? ", " : "", o->choices[i]);
}

void odd_value_expected(const odd_option *o, odd_text *out)
{
    static const char *const names[] = {
        [ODD_OPTION_INT] = "an integer",       [ODD_OPTION_REAL] = "a number",
        [ODD_OPTION_BOOL] = "true or false",   [ODD_OPTION_TEXT] = "a text",
        [ODD_OPTION_CHOICE] = "one of ",       [ODD_OPTION_PART] = "one of ",
        [ODD_OPTION_LIST] = "a list of texts", [ODD_OPTION_PART_LIST] = "a list of ",
        [ODD_OPTION_PATH] = "a path",          [ODD_OPTION_PATHS] = "a list of paths",
    };
    odd_text_add(out, names[o->type]);
    if (o->choices) add_choices(o, out);
    if (o->parts) odd_parts_add_names(o, out);
    add_range(o, out);
}

static odd_status fail_unexpected(const odd_option *o, const char *found)
{
    odd_text expected = ODD_TEXT_EMPTY;
    odd_value_expected(o, &expected);
    bool cut = strlen(found) > 60;
    odd_fail(ODD_USAGE, "expected %s, found '%.60s%s'", odd_text_string(&expected), found,
             cut ? "..." : "");
    odd_text_free(&expected);
    return ODD_USAGE;
}

/* ---- reading ------------------------------------------------------------------------------- */

static bool in_range(const odd_option *o, double value)
{
    return !has_range(o) ||
           ((value >= o->low || o->low <= -EXACT) && (value <= o->high || o->high >= EXACT));
}

/* Decimal or 0x..., all of the text; strtoll() alone would take blanks and stop at letters. */
static bool read_int(const char *text, int64_t *value)
{
    char *end;
    const char *digits = text + (*text == '-' || *text == '+');
    bool hex = digits[0] == '0' && digits[1] == 'x';
    if (!isxdigit((unsigned char)digits[hex ? 2 : 0])) return false;
    errno = 0;
    *value = strtoll(text, &end, hex ? 16 : 10);
    return *end == '\0' && errno == 0;
}

/* ".inf" as YAML writes it, "inf" as people do. */
static bool read_infinity(const char *text, double *value)
{
    const char *word = text + (*text == '-' || *text == '+');
    if (strcmp(word, ".inf") != 0 && strcmp(word, "inf") != 0) return false;
    *value = *text == '-' ? -INFINITY : INFINITY;
    return true;
}

static bool read_real(const char *text, double *value)
{
    char *end;
    if (read_infinity(text, value)) return true;
    if (text[strspn(text, "0123456789+-.eE")] != '\0') return false; /* no nan, no hex */
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

static bool is_one_of(const char *text, const char *const words[], bool any_case)
{
    for (int i = 0; words[i]; i++)
        if ((any_case ? strcasecmp : strcmp)(text, words[i]) == 0) return true;
    return false;
}

static bool read_bool(const char *text, bool *value)
{
    *value = is_one_of(text, true_words, true);
    return *value || is_one_of(text, false_words, true);
}

static odd_status read_text(const char *text, char **field)
{
    char *copy = strdup(text);
    if (!copy) return odd_fail(ODD_NOMEM, "cannot allocate a text");
    free(*field);
    *field = copy;
    return ODD_OK;
}

odd_status odd_value_read(const odd_option *o, const char *text, void *field)
{
    int64_t integer;
    double real;
    switch (o->type) {
    case ODD_OPTION_INT:
        if (!read_int(text, &integer) || !in_range(o, (double)integer))
            return fail_unexpected(o, text);
        *(int64_t *)field = integer;
        return ODD_OK;
    case ODD_OPTION_REAL:
        if (!read_real(text, &real) || !in_range(o, real)) return fail_unexpected(o, text);
        *(double *)field = real;
        return ODD_OK;
    case ODD_OPTION_BOOL:
        return read_bool(text, field) ? ODD_OK : fail_unexpected(o, text);
    case ODD_OPTION_CHOICE:
        return is_one_of(text, o->choices, false) ? read_text(text, field)
                                                  : fail_unexpected(o, text);
    case ODD_OPTION_TEXT:
    case ODD_OPTION_PART:
    case ODD_OPTION_PATH:
        return read_text(text, field);
    case ODD_OPTION_LIST:
    case ODD_OPTION_PART_LIST:
    case ODD_OPTION_PATHS:
        return odd_value_read_list(&text, 1, field);
    }
    return fail_unexpected(o, text);
}

odd_status odd_value_read_list(const char *const items[], int64_t count, void *field)
{
    odd_list list = {.item = calloc((size_t)count + 1, sizeof *list.item)};
    if (!list.item) return odd_fail(ODD_NOMEM, "cannot allocate a list");
    for (; list.count < count; list.count++) {
        odd_status st = read_text(items[list.count], &list.item[list.count]);
        if (st != ODD_OK) {
            odd_texts_free(&list);
            return st;
        }
    }
    odd_texts_free(field);
    *(odd_list *)field = list;
    return ODD_OK;
}

bool odd_option_is_text(const odd_option *o)
{
    return o->type == ODD_OPTION_TEXT || o->type == ODD_OPTION_CHOICE ||
           o->type == ODD_OPTION_PART || o->type == ODD_OPTION_PATH;
}

bool odd_option_is_list(const odd_option *o)
{
    return o->type == ODD_OPTION_LIST || o->type == ODD_OPTION_PART_LIST ||
           o->type == ODD_OPTION_PATHS;
}

bool odd_option_is_choice(const odd_option *o)
{
    return o->choices || o->parts;
}

static odd_status prefix_folder(const char *folder, char **path)
{
    char *whole;
    if (asprintf(&whole, "%s%s%s", folder, strcmp(folder, "/") == 0 ? "" : "/", *path) < 0)
        return odd_fail(ODD_NOMEM, "cannot allocate a path");
    free(*path);
    *path = whole;
    return ODD_OK;
}

/* An empty path stays empty. */
static odd_status make_absolute(const char *folder, char **path)
{
    return **path == '/' || **path == '\0' ? ODD_OK : prefix_folder(folder, path);
}

odd_status odd_value_make_absolute(const odd_option *o, const char *folder, void *field)
{
    odd_status st = ODD_OK;
    odd_list *list = field;
    if (o->type != ODD_OPTION_PATH && o->type != ODD_OPTION_PATHS) return ODD_OK;
    char *start = realpath(folder, NULL);
    if (!start) return odd_fail(ODD_IO, "cannot find folder '%s': %s", folder, strerror(errno));
    if (o->type == ODD_OPTION_PATH) st = make_absolute(start, field);
    for (int64_t i = 0; o->type == ODD_OPTION_PATHS && st == ODD_OK && i < list->count; i++)
        st = make_absolute(start, &list->item[i]);
    free(start);
    return st;
}

void odd_value_free(const odd_option *o, void *field)
{
    if (odd_option_is_text(o)) free(*(char **)field);
    if (odd_option_is_list(o)) odd_texts_free(field);
}

/* ---- writing ------------------------------------------------------------------------------- */

/* A word or a path that YAML cannot take for anything else; all the rest is quoted. */
static bool is_plain(const char *s)
{
    static const char *const taken[] = {"null", "y", "n", NULL};
    static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789_./+-";
    size_t dots = strspn(s, ".");
    bool starts_well = isalpha((unsigned char)s[0]) || s[0] == '_' || s[dots] == '/';
    return starts_well && s[strspn(s, kept)] == '\0' && !is_one_of(s, taken, true) &&
           !is_one_of(s, true_words, true) && !is_one_of(s, false_words, true);
}

static void write_text(const char *s, odd_text *out)
{
    if (is_plain(s))
        odd_text_add(out, s);
    else
        odd_text_json(out, s); /* a JSON string is a double-quoted scalar of YAML */
}

/* The shortest of the forms that give the same double back. */
static void write_real(double value, odd_text *out)
{
    char text[40];
    if (isinf(value)) {
        odd_text_add(out, value < 0 ? "-.inf" : ".inf");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    odd_text_add(out, text);
}

static void write_list(const odd_list *list, odd_text *out)
{
    odd_text_add(out, "[");
    for (int64_t i = 0; i < list->count; i++) {
        if (i > 0) odd_text_add(out, ", ");
        write_text(list->item[i], out);
    }
    odd_text_add(out, "]");
}

void odd_value_write(const odd_option *o, const void *field, odd_text *out)
{
    switch (o->type) {
    case ODD_OPTION_INT:
        odd_text_format(out, "%" PRId64, *(const int64_t *)field);
        break;
    case ODD_OPTION_REAL:
        write_real(*(const double *)field, out);
        break;
    case ODD_OPTION_BOOL:
        odd_text_add(out, *(const bool *)field ? "true" : "false");
        break;
    case ODD_OPTION_TEXT:
    case ODD_OPTION_CHOICE:
    case ODD_OPTION_PART:
    case ODD_OPTION_PATH:
        write_text(*(char *const *)field, out);
        break;
    case ODD_OPTION_LIST:
    case ODD_OPTION_PART_LIST:
    case ODD_OPTION_PATHS:
        write_list(field, out);
        break;
    }
}

/* Hints at syntax: what was most likely meant, where the YAML parser only reports what it met. Keys
 * that are misspelt are answered in job_fill.c. */
#include "base/job_internal.h"

#include <string.h>
#include <unistd.h>

/* ---- characters that look like a blank, or like nothing ------------------------------------- */

static const struct {
    const char *bytes, *name;
} unseen[] = {
    {"\xC2\xA0", "a no-break space"},         {"\xE2\x80\xAF", "a narrow no-break space"},
    {"\xE3\x80\x80", "an ideographic space"}, {"\xE2\x80\x8B", "a zero-width space"},
    {"\xEF\xBB\xBF", "a byte order mark"},
};

/* Its name if such a character stands in these bytes, else NULL. */
static const char *unseen_in(const char *s, size_t n)
{
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (memmem(s, n, unseen[i].bytes, strlen(unseen[i].bytes))) return unseen[i].name;
    return NULL;
}

static bool colon_without_blank(const char *text)
{
    const char *colon = strchr(text, ':');
    return colon && colon[1] != '\0' && strcspn(text, " \t\n") > (size_t)(colon - text);
}

void odd_hint_words(const char *text, odd_text *out)
{
    const char *name = unseen_in(text, strlen(text));
    if (name)
        odd_text_format(out, "; there is %s in it: write a plain blank or nothing", name);
    else if (colon_without_blank(text))
        odd_text_add(out, "; a blank is wanted after the colon: 'key: value'");
    else if (strchr(text, '='))
        odd_text_add(out, "; a setting is written 'key: value'");
}

/* ---- what libyaml finds --------------------------------------------------------------------- */

#define BACKSLASH                                                                                  \
    "in double quotes a backslash begins an escape; put a text with backslashes in single quotes"
#define COLUMN   "the keys of one mapping begin in the same column"
#define ENCODING "job files are text in UTF-8; save this one so"

static const struct {
    const char *problem, *hint;
} hints[] = {
    {"found a tab character", "indent with blanks instead of tabs"},
    {"found unknown escape character", BACKSLASH},
    {"did not find expected hexdecimal number", BACKSLASH},
    {"found invalid Unicode character escape code", BACKSLASH},
    {"mapping values are not allowed", COLUMN ", and a text with ': ' in it is put in quotes"},
    {"did not find expected key", COLUMN ", and nothing follows a closing quote"},
    {"did not find expected alphabetic", "a text that begins with * or & is put in quotes"},
    {"could not find expected ':'", "a setting is written 'key: value'"},
    {"invalid leading UTF-8 octet", ENCODING},
    {"invalid trailing UTF-8 octet", ENCODING},
    {"incomplete UTF-8 octet sequence", ENCODING},
    {"control characters are not allowed", "save the job file as plain text in UTF-8"},
};

/* The byte at a mark, which counts characters. */
static const char *byte_at(const odd_job_source *source, yaml_mark_t mark)
{
    const char *s = source->bytes, *end = s + source->size;
    for (size_t characters = 0; s < end; s++) {
        bool begins = (*s & 0xC0) != 0x80;
        if (begins && characters++ == mark.index) break;
    }
    return s;
}

/* The line around a byte, without its end. */
static const char *line_around(const odd_job_source *source, const char *byte, size_t *length)
{
    const char *line = byte, *end = byte;
    while (line > source->bytes && line[-1] != '\n')
        line--;
    while (end < source->bytes + source->size && *end != '\n')
        end++;
    *length = (size_t)(end - line);
    return line;
}

/* A character that begins nothing in YAML: a tab, '@', '`' or '%'. */
static void add_starter(char c, odd_text *out)
{
    if (c == '\t')
        odd_text_add(out, ": it is a tab; indent with blanks instead of tabs");
    else
        odd_text_format(out, "; a text that begins with '%c' is put in quotes", c);
}

static void add_opened(const odd_job_source *source, const yaml_parser_t *p, odd_text *out)
{
    bool opens = p->context && (strstr(p->context, "flow") || strstr(p->context, "quoted"));
    if (opens && source->is_file)
        odd_text_format(out, " (%s that begins at line %zu, column %zu)", p->context,
                        p->context_mark.line + 1, p->context_mark.column + 1);
}

static void add_hint(const char *problem, odd_text *out)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strncmp(problem, hints[i].problem, strlen(hints[i].problem)) == 0)
            odd_text_format(out, "; %s", hints[i].hint);
}

void odd_hint_syntax(const odd_job_source *source, const yaml_parser_t *p, yaml_mark_t at,
                     odd_text *out)
{
    size_t length;
    const char *byte = byte_at(source, at), *line = line_around(source, byte, &length);
    const char *name = unseen_in(line, length);
    bool starts = strstr(p->problem, "cannot start any token");
    add_opened(source, p, out);
    if (name)
        odd_text_format(out, "; there is %s in this line: write a plain blank or nothing", name);
    else if (starts && byte < source->bytes + source->size)
        add_starter(*byte, out);
    else
        add_hint(p->problem, out);
}

/* ---- paths ---------------------------------------------------------------------------------- */

/* "C:\new" in double quotes has a line end in it. Such files may exist, but then they are there. */
static odd_status check_path(const char *path)
{
    if (path[strcspn(path, "\a\b\t\n\v\f\r\x1B")] == '\0' || access(path, F_OK) == 0) return ODD_OK;
    odd_text shown = ODD_TEXT_EMPTY;
    odd_text_json(&shown, path);
    odd_fail(ODD_USAGE, "there is no file %s; " BACKSLASH, odd_text_string(&shown));
    odd_text_free(&shown);
    return ODD_USAGE;
}

odd_status odd_hint_paths(const odd_option *option, const void *field)
{
    const odd_list *list = field;
    odd_status st = ODD_OK;
    if (option->type == ODD_OPTION_PATH) st = check_path(*(char *const *)field);
    for (int64_t i = 0; option->type == ODD_OPTION_PATHS && st == ODD_OK && i < list->count; i++)
        st = check_path(list->item[i]);
    return st;
}

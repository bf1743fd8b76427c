/* Text: a growing string, and the escapes for what we write into CSV, HTML, JSON and URLs. */
#include "oddlot/base/text.h"

#include "base/memory_internal.h"
#include "base/utf8_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

void odd_text_free(odd_text *t)
{
    free(t->s);
    *t = (odd_text)ODD_TEXT_EMPTY;
}

odd_status odd_text_status(const odd_text *t)
{
    return t->failed ? odd_fail(ODD_NOMEM, "cannot allocate a text") : ODD_OK;
}

const char *odd_text_string(const odd_text *t)
{
    return t->s ? t->s : "";
}

/* Grow by doubling, for n more bytes and the final 0. */
static bool reserve_bytes(odd_text *t, size_t n)
{
    if (t->failed) return false;
    if (t->s && n < t->room - t->length) return true;
    size_t room = t->room > 0 ? t->room : 64;
    while (room - t->length <= n && room <= SIZE_MAX / 4)
        room *= 2;
    char *s = room - t->length > n && odd_memory_allowed() ? realloc(t->s, room) : NULL;
    if (!s) {
        t->failed = true;
        return false;
    }
    t->s = s;
    t->room = room;
    return true;
}

void odd_text_bytes(odd_text *t, const void *bytes, size_t n)
{
    if (!reserve_bytes(t, n)) return;
    if (n > 0) memcpy(t->s + t->length, bytes, n);
    t->length += n;
    t->s[t->length] = '\0';
}

void odd_text_add(odd_text *t, const char *s)
{
    odd_text_bytes(t, s, strlen(s));
}

void odd_text_format(odd_text *t, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    /* Once for the length, once for the text. */
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (n < 0)
        t->failed = true;
    else if (reserve_bytes(t, (size_t)n)) {
        vsnprintf(t->s + t->length, (size_t)n + 1, format, again);
        t->length += (size_t)n;
    }
    va_end(again);
}

static bool is_number(const char *s)
{
    char *end;
    if (s[strspn(s, "0123456789+-.eE")] != '\0') return false; /* strtod() knows nan, inf, hex */
    strtod(s, &end);
    return end != s && *end == '\0';
}

/* What a spreadsheet would calculate when it opens the file. */
static bool is_formula(const char *s)
{
    return *s != '\0' && strchr("=+-@\t\r", *s) && !is_number(s);
}

void odd_text_csv(odd_text *t, const char *s)
{
    size_t length = strlen(s);
    bool formula = is_formula(s);
    bool spaced = length > 0 && (s[0] == ' ' || s[length - 1] == ' ');
    bool quoted = spaced || s[strcspn(s, ",\"\r\n")] != '\0';
    if (quoted) odd_text_add(t, "\"");
    if (formula) odd_text_add(t, "'");
    for (size_t part; *s; s += part) {
        part = strcspn(s, "\"");
        odd_text_bytes(t, s, part);
        if (s[part] == '"') {
            odd_text_add(t, "\"\"");
            part++;
        }
    }
    if (quoted) odd_text_add(t, "\"");
}

/* The escape of the character at s, or NULL if it stands for itself. */
typedef const char *escape(const char *s, char buffer[static 8]);

static void add_escaped(odd_text *t, const char *s, escape *escape_of)
{
    char buffer[8];
    while (*s) {
        size_t length = odd_utf8_length(s);
        const char *escaped = length == 0 ? REPLACEMENT : escape_of(s, buffer);
        if (length == 0) length = 1;
        if (escaped)
            odd_text_add(t, escaped);
        else
            odd_text_bytes(t, s, length);
        s += length;
    }
}

static const char *html_escape(const char *s, char buffer[static 8])
{
    (void)buffer;
    switch (*s) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return NULL;
    default:
        return ((unsigned char)*s < 0x20 || *s == 0x7F) ? REPLACEMENT : NULL;
    }
}

void odd_text_html(odd_text *t, const char *s)
{
    add_escaped(t, s, html_escape);
}

/* Besides what JSON asks for: '<', so that the string may stand in a script element, and what YAML
 * takes for a line break or refuses, so that it is a double-quoted scalar of YAML too. */
static const char *json_escape(const char *s, char buffer[static 8])
{
    unsigned code = odd_utf8_decode(s);
    if (code == '"') return "\\\"";
    if (code == '\\') return "\\\\";
    if (code == '\n') return "\\n";
    bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    bool breaks = code == 0x2028 || code == 0x2029 || code == 0xFEFF;
    bool no_character = code == 0xFFFE || code == 0xFFFF;
    if (!control && !breaks && !no_character && code != '<') return NULL;
    snprintf(buffer, 8, "\\u%04x", code & 0xFFFF);
    return buffer;
}

void odd_text_json(odd_text *t, const char *s)
{
    odd_text_add(t, "\"");
    add_escaped(t, s, json_escape);
    odd_text_add(t, "\"");
}

void odd_text_url(odd_text *t, const char *s)
{
    static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789-_.~/";
    for (size_t part; *s; s += part) {
        part = strspn(s, kept);
        odd_text_bytes(t, s, part);
        if (s[part]) odd_text_format(t, "%%%02X", (unsigned)(unsigned char)s[part++]);
    }
}

int odd_text_width(const char *s)
{
    int width = 0;
    for (; *s; s++)
        width += ((unsigned char)*s & 0xC0) != 0x80;
    return width;
}

void odd_text_printable(odd_text *t, const char *s)
{
    size_t before = t->length;
    odd_text_add(t, s);
    if (!t->failed) odd_utf8_make_printable(t->s + before);
}

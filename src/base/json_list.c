/* JSON list: strings in brackets. */
#include "oddlot/base/json_list.h"

#include "oddlot/base/memory.h"

#include <string.h>

#define UNKNOWN 0xFFFDu /* what stands for what is no character */

/* The list at hand. */
typedef struct {
    const char *at, *begin;
    odd_text text; /* the string at hand */
} json_reader;

static odd_status fail_here(const json_reader *r, const char *expected)
{
    return odd_fail(ODD_FORMAT, "no list of strings in JSON: %s is expected at byte %lld", expected,
                    (long long)(r->at - r->begin + 1));
}

static void skip_blanks(json_reader *r)
{
    r->at += strspn(r->at, " \t\r\n");
}

static void add_utf8(odd_text *t, unsigned code)
{
    char bytes[4];
    size_t n = 0;
    if (code < 0x80) {
        bytes[n++] = (char)code;
    } else if (code < 0x800) {
        bytes[n++] = (char)(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        bytes[n++] = (char)(0xE0 | code >> 12);
        bytes[n++] = (char)(0x80 | (code >> 6 & 0x3F));
    } else {
        bytes[n++] = (char)(0xF0 | code >> 18);
        bytes[n++] = (char)(0x80 | (code >> 12 & 0x3F));
        bytes[n++] = (char)(0x80 | (code >> 6 & 0x3F));
    }
    if (code >= 0x80) bytes[n++] = (char)(0x80 | (code & 0x3F));
    odd_text_bytes(t, bytes, n);
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

/* Four digits at s; -1: there are none. */
static int hex_code(const char *s)
{
    int code = 0;
    for (int i = 0; i < 4; i++) {
        if (hex_digit(s[i]) < 0) return -1;
        code = 16 * code + hex_digit(s[i]);
    }
    return code;
}

static bool is_high(int code)
{
    return code >= 0xD800 && code < 0xDC00;
}

static bool is_low(int code)
{
    return code >= 0xDC00 && code < 0xE000;
}

/* What follows "\u"; a pair of surrogates is one character. */
static odd_status read_code(json_reader *r)
{
    const int code = hex_code(r->at);
    if (code < 0) return fail_here(r, "a code of four digits");
    r->at += 4;
    const int low = is_high(code) && r->at[0] == '\\' && r->at[1] == 'u' ? hex_code(r->at + 2) : -1;
    if (is_low(low)) {
        r->at += 6;
        add_utf8(&r->text, 0x10000u + ((unsigned)(code - 0xD800) << 10) + (unsigned)(low - 0xDC00));
    } else {
        add_utf8(&r->text, code == 0 || is_high(code) || is_low(code) ? UNKNOWN : (unsigned)code);
    }
    return ODD_OK;
}

/* What follows a backslash. */
static odd_status read_escape(json_reader *r)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char c = *r->at, *letter = c ? strchr(letters, c) : NULL;
    if (c == 'u') {
        r->at++;
        return read_code(r);
    }
    if (!letter) return fail_here(r, "an escape");
    odd_text_bytes(&r->text, &meant[letter - letters], 1);
    r->at++;
    return ODD_OK;
}

static odd_status read_string(json_reader *r)
{
    odd_status st = ODD_OK;
    if (*r->at != '"') return fail_here(r, "a string in quotes");
    r->at++;
    for (;;) {
        const size_t plain = strcspn(r->at, "\"\\");
        odd_text_bytes(&r->text, r->at, plain);
        r->at += plain;
        if (*r->at == '\0') ODD_TRY(fail_here(r, "a quote that ends the string"));
        if (*r->at++ == '"') break;
        ODD_TRY(read_escape(r));
    }
    ODD_TRY(odd_text_status(&r->text));
done:
    return st;
}

/* Move the list into twice the room when it is full. */
static odd_status add_string(odd_list *list, int64_t *room, const odd_text *text)
{
    char **more = NULL;
    odd_status st;
    if (list->count == *room) {
        const int64_t wanted = *room > 0 ? 2 * *room : 8;
        ODD_TRY(ODD_NEW(more, wanted));
        if (list->count > 0) memcpy(more, list->item, (size_t)list->count * sizeof *more);
        odd_free(list->item);
        list->item = more;
        *room = wanted;
    }
    ODD_TRY(odd_texts_add(list, odd_text_string(text), text->length));
done:
    return st;
}

static odd_status read_list(json_reader *r, odd_list *out)
{
    int64_t room = 0;
    odd_status st = ODD_OK;
    skip_blanks(r);
    if (*r->at == '\0') goto done;
    if (*r->at++ != '[') ODD_TRY(fail_here(r, "a list"));
    for (skip_blanks(r); *r->at != ']'; skip_blanks(r)) {
        if (out->count > 0 && *r->at++ != ',') ODD_TRY(fail_here(r, "a comma"));
        skip_blanks(r);
        r->text.length = 0;
        ODD_TRY(read_string(r));
        ODD_TRY(add_string(out, &room, &r->text));
    }
    r->at++;
    skip_blanks(r);
    if (*r->at != '\0') ODD_TRY(fail_here(r, "the end"));
done:
    return st;
}

odd_status odd_json_list(const char *json, odd_list *out)
{
    json_reader r = {.at = json, .begin = json, .text = ODD_TEXT_EMPTY};
    *out = (odd_list){0};
    const odd_status st = read_list(&r, out);
    if (st != ODD_OK) odd_texts_free(out);
    odd_text_free(&r.text);
    return st;
}

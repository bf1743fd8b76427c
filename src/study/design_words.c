/* Design words: pieces between '|', words between separators, settings between blanks. */
#include "study/design_words_internal.h"

#include "oddlot/base/memory.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const char *const blanks = " \t\r\n";

const char *odd_piece(const char *text, int part, size_t *length)
{
    for (; part > 0 && text; part--) {
        text = strchr(text, '|');
        if (text) text++;
    }
    if (!text) text = "";
    while (isspace((unsigned char)*text))
        text++;
    *length = strcspn(text, "|");
    while (*length > 0 && isspace((unsigned char)text[*length - 1]))
        (*length)--;
    return text;
}

/* Room for as many words as there can be: one more than separators. */
static odd_status room_for_words(const char *text, size_t length, const char *separators,
                                 odd_list *out)
{
    int64_t count = 1;
    for (size_t i = 0; i < length; i++)
        count += strchr(separators, text[i]) != NULL;
    *out = (odd_list){0};
    return ODD_NEW(out->item, count);
}

static odd_status add_trimmed(odd_list *list, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    return length > 0 ? odd_texts_add(list, text, length) : ODD_OK;
}

odd_status odd_split(const char *text, size_t length, const char *separators, odd_list *out)
{
    const char *end = text + length;
    odd_status st;
    ODD_TRY(room_for_words(text, length, separators, out));
    while (text < end) {
        size_t word = 0;
        while (text + word < end && !strchr(separators, text[word]))
            word++;
        ODD_TRY(add_trimmed(out, text, word));
        text += word + 1;
    }
done:
    if (st != ODD_OK) odd_texts_free(out);
    return st;
}

/* ---- settings ---- */

/* A quote opens where a value may begin: that of don't does not. */
static bool opens_quote(const char *text, const char *at)
{
    return (*at == '\'' || *at == '"') && (at == text || strchr("=[{,: \t\r\n", at[-1]));
}

/* One past the closing quote; NULL where there is none. 'it''s' and "a \" b" are whole. */
static const char *after_quote(const char *at, const char *end)
{
    const char quote = *at++;
    for (; at < end; at++) {
        if (quote == '"' && *at == '\\' && at + 1 < end)
            at++;
        else if (*at == quote && quote == '\'' && at + 1 < end && at[1] == quote)
            at++;
        else if (*at == quote)
            return at + 1;
    }
    return NULL;
}

/* One past the end of the word at `text`; NULL where a bracket or quote is left open. */
static const char *after_setting(const char *text, const char *end)
{
    int depth = 0;
    const char *at = text;
    while (at && at < end && (depth > 0 || !strchr(blanks, *at))) {
        if (opens_quote(text, at)) {
            at = after_quote(at, end);
            continue;
        }
        depth += *at == '[' || *at == '{';
        depth -= (*at == ']' || *at == '}') && depth > 0;
        at++;
    }
    return depth > 0 ? NULL : at;
}

odd_status odd_split_settings(const char *text, size_t length, odd_list *out)
{
    const char *const end = text + length;
    odd_status st;
    ODD_TRY(room_for_words(text, length, blanks, out));
    while (text < end) {
        if (strchr(blanks, *text)) {
            text++;
            continue;
        }
        const char *after = after_setting(text, end);
        if (!after)
            ODD_TRY(odd_fail(ODD_USAGE, "a bracket or quote is not closed in '%.*s'",
                             (int)(end - text), text));
        ODD_TRY(odd_texts_add(out, text, (size_t)(after - text)));
        text = after;
    }
done:
    if (st != ODD_OK) odd_texts_free(out);
    return st;
}

/* UTF-8: where one character ends, and which ones may be shown on a terminal. */
#include "base/utf8_internal.h"

#include <stdbool.h>

/* The sequences of the Unicode standard's table 3-7: the first byte's range, the second's (which
 * shuts out overlong forms, surrogates and all past U+10FFFF), and the length. */
static const struct {
    unsigned char first_low, first_high, second_low, second_high, length;
} sequences[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static bool is_within(unsigned char c, unsigned char low, unsigned char high)
{
    return c >= low && c <= high;
}

size_t odd_utf8_length(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x80) return 1;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        if (!is_within(u[0], sequences[i].first_low, sequences[i].first_high)) continue;
        if (!is_within(u[1], sequences[i].second_low, sequences[i].second_high)) return 0;
        for (size_t k = 2; k < sequences[i].length; k++)
            if (!is_within(u[k], 0x80, 0xBF)) return 0;
        return sequences[i].length;
    }
    return 0;
}

unsigned odd_utf8_decode(const char *s)
{
    static const unsigned char lead[] = {0, 0x7F, 0x1F, 0x0F, 0x07}; /* bits by length */
    size_t length = odd_utf8_length(s);
    unsigned code = (unsigned char)s[0] & lead[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3F);
    return code;
}

/* C0, DEL, C1, and the marks that turn the direction of the text around them. */
static bool is_control(unsigned code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

void odd_utf8_make_printable(char *s)
{
    while (*s) {
        size_t length = odd_utf8_length(s), bad = length == 0 ? 1 : length;
        if (length == 0 || is_control(odd_utf8_decode(s))) {
            for (size_t i = 0; i < bad; i++)
                s[i] = '?';
        }
        s += bad;
    }
}

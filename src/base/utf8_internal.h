/* UTF-8: where one character ends, and which ones may be shown on a terminal. */
#ifndef ODDLOT_BASE_UTF8_INTERNAL_H
#define ODDLOT_BASE_UTF8_INTERNAL_H

#include <stddef.h>

/** Bytes of the character at s (1 to 4), 0 if the bytes there are not UTF-8. The final 0 of a
 *  string stops every look ahead, so a cut sequence is never read past its end. */
size_t odd_utf8_length(const char *s);

/** The code point of the character at s, which is UTF-8. */
unsigned odd_utf8_decode(const char *s);

/** Replace, in place, each byte of s that is not UTF-8 or belongs to a control character. */
void odd_utf8_make_printable(char *s);

#endif

/* HTML: templates whose texts are always escaped, names and numbers made for reading. */
#include "report/html_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TAIL 14 /* bytes of a name that always stay in sight: a number and ".jpeg" */

void odd_html(odd_text *html, const char *format, ...)
{
    va_list texts;
    va_start(texts, format);
    for (const char *hole; (hole = strstr(format, "%s")); format = hole + 2) {
        odd_text_bytes(html, format, (size_t)(hole - format));
        const char *text = va_arg(texts, const char *);
        if (text) odd_text_html(html, text);
    }
    va_end(texts);
    odd_text_add(html, format);
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t odd_html_name_head(const char *name)
{
    size_t length = strlen(name);
    if (length <= TAIL) return length;
    size_t head = length - TAIL;
    for (int back = 0; back < 3 && continues_character(name[head]); back++)
        head--;
    return head;
}

const char *odd_html_number(double x, char buffer[static 32])
{
    if (isfinite(x))
        snprintf(buffer, 32, "%.4g", x);
    else
        snprintf(buffer, 32, "–");
    return buffer;
}

/* Verdict: fill in what is wrong with one image, in words that are safe to print. */
#include "image/verdict_internal.h"

#include "oddlot/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void odd_verdict_set(odd_verdict *verdict, odd_image_status status, const char *format, ...)
{
    odd_text printable = ODD_TEXT_EMPTY;
    char raw[ODD_VERDICT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    odd_text_printable(&printable, raw); /* after the cut, which may fall inside a character */
    verdict->status = status;
    snprintf(verdict->reason, sizeof verdict->reason, "%s", odd_text_string(&printable));
    odd_text_free(&printable);
}

void odd_verdict_good(odd_verdict *verdict)
{
    verdict->status = ODD_IMAGE_OK;
    verdict->reason[0] = '\0';
}

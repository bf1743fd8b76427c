/* Read result: why one image cannot be read, in words that are safe to print. */
#include "image/read_result_internal.h"

#include "oddlot/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void odd_read_result_set(odd_read_result *result, odd_image_status status, const char *format, ...)
{
    odd_text printable = ODD_TEXT_EMPTY;
    char raw[ODD_READ_REASON_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    odd_text_printable(&printable, raw); /* after the cut, which may fall inside a character */
    result->status = status;
    snprintf(result->reason, sizeof result->reason, "%s", odd_text_string(&printable));
    odd_text_free(&printable);
}

void odd_read_result_ok(odd_read_result *result)
{
    result->status = ODD_IMAGE_OK;
    result->reason[0] = '\0';
}

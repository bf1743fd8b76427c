/* Status: the texts of the statuses, and the reason that this thread recorded last. */
#include "oddlot/base/status.h"

#include "base/log_internal.h"
#include "base/utf8_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char reason[ODD_REASON_SIZE];
static void (*end_job_of_all)(void);

#define STATUS_ENTRY(name, exit_code, text) {exit_code, text},
static const struct {
    int exit_code;
    const char *text;
} statuses[] = {ODD_STATUS_LIST(STATUS_ENTRY)};

const char *odd_status_text(odd_status status)
{
    return (unsigned)status < ODD_STATUS_COUNT ? statuses[status].text : "unknown status";
}

int odd_status_exit(odd_status status)
{
    return (unsigned)status < ODD_STATUS_COUNT ? statuses[status].exit_code : EXIT_FAILURE;
}

odd_status odd_fail_list(odd_status status, const char *format, va_list arguments)
{
    char text[ODD_REASON_SIZE]; /* an argument may be the old reason itself */
    vsnprintf(text, sizeof text, format, arguments);
    odd_utf8_make_printable(text);
    memcpy(reason, text, sizeof reason);
    return status;
}

odd_status odd_fail(odd_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    odd_fail_list(status, format, arguments);
    va_end(arguments);
    return status;
}

odd_status odd_fail_prefix(odd_status status, const char *format, ...)
{
    char text[ODD_REASON_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* What is too long is cut at its end: the place in front matters more. */
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, "%s", reason);
    odd_utf8_make_printable(text);
    memcpy(reason, text, sizeof reason);
    return status;
}

const char *odd_fail_reason(void)
{
    return reason;
}

void odd_check_failed(const char *what, const char *file, int line)
{
    const char *slash = strrchr(file, '/');
    fprintf(stderr, "oddlot: bug: %s:%d: rank %d: broken promise: %s\n", slash ? slash + 1 : file,
            line, odd_log_rank(), what);
    if (end_job_of_all) end_job_of_all();
    abort();
}

void odd_check_on_failure(void (*end_job)(void))
{
    end_job_of_all = end_job;
}

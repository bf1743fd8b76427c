/* What a call logs: log_capture_begin(), the call, log_capture_end(). */
#ifndef ODDLOT_TEST_LOG_CAPTURE_H
#define ODDLOT_TEST_LOG_CAPTURE_H

#include "oddlot/base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char captured_text[8192];
static FILE *captured_log;
static int captured_kept;

static inline void log_capture_begin(void)
{
    odd_log_setup(0, ODD_LOG_INFO);
    fflush(stderr);
    captured_log = tmpfile();
    captured_kept = dup(STDERR_FILENO);
    if (captured_log) dup2(fileno(captured_log), STDERR_FILENO);
}

static inline void log_capture_end(void)
{
    fflush(stderr);
    dup2(captured_kept, STDERR_FILENO);
    close(captured_kept);
    if (!captured_log) return;
    rewind(captured_log);
    captured_text[fread(captured_text, 1, sizeof captured_text - 1, captured_log)] = '\0';
    fclose(captured_log);
    odd_log_setup(0, ODD_LOG_WARN);
}

/* True if that was logged; "": nothing was. */
static inline bool logged(const char *words)
{
    bool good = *words ? strstr(captured_text, words) != NULL : *captured_text == '\0';
    if (!good) fprintf(stderr, "not logged: '%s', but: %s\n", words, captured_text);
    return good;
}

#endif

/* Progress as words and as a bar of one line. */
#include "oddlot/base/text.h"
#include "par/progress_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MIN_COLUMNS = 60, MAX_BAR = 40 };
enum { NUMBERS = 320 }; /* bytes of the numbers, with the final 0 */

static double share_done(const odd_progress_state *s)
{
    if (s->total <= 0) return 0;
    return fmin((double)s->done / (double)s->total, 1);
}

static int percent(const odd_progress_state *s)
{
    return (int)(100 * share_done(s)); /* 100 only when all is done */
}

static void rate_text(const odd_progress_state *s, char text[static 48])
{
    char count[32];
    double rate = s->seconds > 0 ? (double)s->done / s->seconds : 0;
    if (rate < 10)
        snprintf(text, 48, "%.1f/s", rate);
    else
        snprintf(text, 48, "%s/s", odd_human_count((int64_t)rate, count));
}

static void left_text(const odd_progress_state *s, char text[static 48])
{
    char seconds[32];
    if (s->done <= 0 || s->total <= 0) {
        strcpy(text, "");
        return;
    }
    double left = s->seconds * (double)(s->total - s->done) / (double)s->done;
    snprintf(text, 48, ", %s left", odd_human_seconds(fmax(left, 0), seconds));
}

/* "59,302 of 131,784 images, 1,234/s, 58 s left, 48 s so far" */
static void numbers_text(const odd_progress_state *s, char text[static NUMBERS])
{
    char done[32], total[32], rate[48], left[48], seconds[32];
    rate_text(s, rate);
    left_text(s, left);
    odd_human_count(s->done, done);
    odd_human_count(s->total, total);
    snprintf(text, NUMBERS, "%s%s%s %.60s, %s%s, %s so far", done, s->total > 0 ? " of " : "",
             s->total > 0 ? total : "", s->unit, rate, left,
             odd_human_seconds(s->seconds, seconds));
}

const char *odd_progress_text(const odd_progress_state *s, char text[static ODD_PROGRESS_TEXT])
{
    char numbers[NUMBERS];
    numbers_text(s, numbers);
    if (s->total > 0)
        snprintf(text, ODD_PROGRESS_TEXT, "%d %%, %s", percent(s), numbers);
    else
        snprintf(text, ODD_PROGRESS_TEXT, "%s", numbers);
    return text;
}

/* `width` columns, filled to the share that is done. */
static void fill(double share, int width, bool utf8, char *bar)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int steps = (int)(share * width * 8), column = 0;
    *bar = '\0';
    for (; column < steps / 8; column++)
        bar = stpcpy(bar, utf8 ? "█" : "#");
    if (utf8 && steps % 8 != 0) {
        bar = stpcpy(bar, eighths[steps % 8]);
        column++;
    }
    for (; column < width; column++)
        bar = stpcpy(bar, " ");
}

/* A quarter of the line, so that it keeps its place while the numbers grow; none in a short one. */
static int bar_width(const odd_progress_state *s, int columns)
{
    if (s->total <= 0 || columns < MIN_COLUMNS) return 0;
    return columns / 4 < MAX_BAR ? columns / 4 : MAX_BAR;
}

/* Leave out what does not fit, from the end: whole numbers if one stays, else characters. */
static void shorten(char *numbers, int room)
{
    char *end = numbers + (room > 0 ? room : 0);
    if ((int)strlen(numbers) <= room) return;
    for (char *comma = numbers; (comma = strstr(comma, ", ")) && comma - numbers <= room; comma++)
        end = comma;
    *end = '\0';
}

const char *odd_progress_bar(const odd_progress_state *s, int columns, bool utf8,
                             char line[static ODD_PROGRESS_TEXT])
{
    char numbers[NUMBERS], bar[MAX_BAR * 3 + 1], share[8] = "";
    int width = bar_width(s, columns);
    if (s->total > 0) snprintf(share, sizeof share, "%3d %% ", percent(s));
    int used = snprintf(line, ODD_PROGRESS_TEXT, "%.20s %s", s->task, share);
    numbers_text(s, numbers);
    shorten(numbers, columns - 1 - used - (width > 0 ? width + (int)strlen("|| ") : 0));
    fill(share_done(s), width, utf8, bar);
    snprintf(line + used, (size_t)(ODD_PROGRESS_TEXT - used), width > 0 ? "|%s| %s" : "%s%s", bar,
             numbers);
    return line;
}

/* Human: sizes, times and counts as people read them. */
#include "oddlot/base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SIZE 32

const char *odd_human_bytes(int64_t bytes, char buffer[static SIZE])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes / 1024;
    size_t unit = 0;
    for (; fabs(value) >= 1023.95; unit++) /* would be printed as 1024.0 */
        value /= 1024;
    if (bytes > -1024 && bytes < 1024)
        snprintf(buffer, SIZE, "%" PRId64 " B", bytes);
    else
        snprintf(buffer, SIZE, "%.1f %s", value, units[unit]);
    return buffer;
}

const char *odd_human_seconds(double seconds, char buffer[static SIZE])
{
    if (!(seconds >= 0 && seconds < 1e12)) return strcpy(buffer, "?");
    long long s = llround(seconds);
    /* Limits lie where rounding would reach the next form: 0.0995 s would be "100 ms". */
    if (seconds < 0.0995)
        snprintf(buffer, SIZE, "%.0f ms", 1e3 * seconds);
    else if (seconds < 9.95)
        snprintf(buffer, SIZE, "%.1f s", seconds);
    else if (s < 60)
        snprintf(buffer, SIZE, "%lld s", s);
    else if (s < 3600)
        snprintf(buffer, SIZE, "%lld min %02lld s", s / 60, s % 60);
    else if (s < 86400)
        snprintf(buffer, SIZE, "%lld h %02lld min", s / 3600, s % 3600 / 60);
    else
        snprintf(buffer, SIZE, "%lld d %02lld h", s / 86400, s % 86400 / 3600);
    return buffer;
}

const char *odd_human_count(int64_t n, char buffer[static SIZE])
{
    char digits[SIZE], *out = buffer;
    int length = snprintf(digits, sizeof digits, "%" PRId64, n);
    for (int i = 0; i < length; i++) {
        *out++ = digits[i];
        int after = length - 1 - i;
        if (digits[i] != '-' && after > 0 && after % 3 == 0) *out++ = ',';
    }
    *out = '\0';
    return buffer;
}

/* Ticks: the round numbers along an axis and how they are written. */
#include "report/ticks_internal.h"

#include "oddlot/base/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The smallest of 1, 2, 5, 10 times a power of ten that is not less. */
static double round_up(double x)
{
    static const double rounds[] = {1, 2, 5};
    double power = pow(10, floor(log10(x)));
    for (int i = 0; i < 3; i++)
        if (x <= rounds[i] * power * (1 + 1e-9)) return rounds[i] * power;
    return 10 * power;
}

odd_ticks odd_ticks_choose(double low, double high, int most, double smallest)
{
    /* n steps of a range of n - 1 of them may still hold n ticks */
    double step = fmax(round_up((high - low) / (most - 1)), smallest);
    double slack = 1e-9 * step, first = ceil((low - slack) / step) * step;
    int count = (int)floor((high - first) / step + 1e-9) + 1;
    return (odd_ticks){first, step, count > most ? most : count};
}

static int decimals_for(double step)
{
    double digits = ceil(-log10(step) - 1e-9);
    return digits > 0 ? (int)digits : 0;
}

/* Thousands as "1,500", larger ones with a letter while that keeps them short. */
static void write_size(double size, double step, char buffer[static 32])
{
    static const struct {
        double unit;
        char letter;
    } units[] = {{1e12, 'T'}, {1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}};
    if (size < 99999.5 && step >= 1) {
        odd_human_count(llround(size), buffer);
        return;
    }
    for (int i = 0; size >= 99999.5 && i < 4; i++) {
        int decimals = decimals_for(step / units[i].unit);
        if (size < units[i].unit * (1 - 1e-9) || decimals > 3) continue;
        snprintf(buffer, 32, "%.*f%c", decimals, size / units[i].unit, units[i].letter);
        return;
    }
    snprintf(buffer, 32, "%.*f", decimals_for(step), size);
}

const char *odd_tick_text(double value, double step, char buffer[static 32])
{
    static const char minus[] = "−";
    char size[32];
    bool negative = value < -step / 1e6, zero = !negative && value < step / 1e6;
    double magnitude = fabs(value);
    if (zero)
        strcpy(size, "0");
    else if (magnitude >= 1e15 || step < 1e-6)
        snprintf(size, sizeof size, "%.4g", magnitude);
    else
        write_size(magnitude, step, size);
    snprintf(buffer, 32, "%s%.28s", negative ? minus : "", size);
    return buffer;
}

/* Rules judged: which channels do not take an image, and the sentence that says so. */
#include "stage/check/rules_internal.h"

#include "oddlot/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT_LIMIT  0.5 /* severity of what is hardly beyond a limit: it is refused nonetheless */
#define YES_OR_NO 0.6 /* of what has no degrees */

/* What a channel asks of the number; false: nothing. */
static bool limits_of(const odd_rule *rule, const odd_rule_limits *limits, double *least,
                      double *most)
{
    const char *fields = (const char *)limits;
    bool asked;
    double limit;
    *least = -INFINITY;
    *most = INFINITY;
    if (rule->asked != ODD_NO_LIMIT) {
        memcpy(&asked, fields + rule->asked, sizeof asked);
        *least = rule->lowest;
        *most = rule->highest;
        return asked;
    }
    if (rule->least != ODD_NO_LIMIT) {
        memcpy(&limit, fields + rule->least, sizeof limit);
        if (limit > 0) *least = limit;
    }
    if (rule->most != ODD_NO_LIMIT) {
        memcpy(&limit, fields + rule->most, sizeof limit);
        if (limit > 0) *most = limit;
    }
    return isfinite(*least) || isfinite(*most);
}

/* By how much of the limit it is missed. */
static double severity_of(const odd_rule *rule, double value, double limit)
{
    if (rule->asked != ODD_NO_LIMIT) return YES_OR_NO;
    return AT_LIMIT + (1 - AT_LIMIT) * fmin(1, fabs(value - limit) / limit);
}

/* "google wants 75 to 90 %" */
static void say_wanted(const odd_rule *rule, const char *channel, double least, double most,
                       odd_text *out)
{
    char low[48], high[48];
    odd_text_format(out, "%s%s", out->length > 0 ? ", " : "", channel);
    if (rule->style.digits < 0) return;
    odd_number_text(&rule->style, least, low);
    odd_number_text(&rule->style, most, high);
    if (least == most)
        odd_text_format(out, " wants %s", low);
    else if (isinf(most))
        odd_text_format(out, " wants at least %s", low);
    else if (isinf(least))
        odd_text_format(out, " takes at most %s", high);
    else
        odd_text_format(out, " wants %.*f to %s", rule->style.digits,
                        odd_number_shown(&rule->style, least), high);
}

/* "the product fills 41 %; google wants 75 to 90 %" */
static void write_ruling(const odd_rule *rule, double value, const odd_text *wanted,
                         odd_ruling *out)
{
    char is[48];
    if (rule->style.digits < 0)
        snprintf(out->sentence, sizeof out->sentence, "%s; not taken by %.300s", rule->says,
                 odd_text_string(wanted));
    else
        snprintf(out->sentence, sizeof out->sentence, "%s %s; %.400s", rule->says,
                 odd_number_text(&rule->style, value, is), odd_text_string(wanted));
}

void odd_rule_judge(const odd_rule *rule, const odd_rule_book *book, double value, odd_ruling *out)
{
    odd_text wanted = ODD_TEXT_EMPTY;
    *out = (odd_ruling){0};
    for (int i = 0; i < book->count; i++) {
        double least, most;
        if (!limits_of(rule, &book->channel[i].limits, &least, &most)) continue;
        out->asked = true;
        if (value >= least && value <= most) continue;
        const double limit = value < least ? least : most;
        const double severity = severity_of(rule, value, limit);
        out->broken = true;
        if (severity > out->severity) {
            out->severity = severity;
            out->limit = limit;
        }
        say_wanted(rule, book->channel[i].name, least, most, &wanted);
    }
    if (out->broken) write_ruling(rule, value, &wanted, out);
    odd_text_free(&wanted);
}

/* Is it one of the words? */
static bool has_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (const char *s = words; *s;) {
        const size_t n = strcspn(s, " ");
        if (n == length && strncmp(s, word, n) == 0) return true;
        s += n + strspn(s + n, " ");
    }
    return false;
}

void odd_format_judge(const odd_rule_book *book, int format, odd_ruling *out)
{
    const char *name = odd_image_format_name(format);
    odd_text wanted = ODD_TEXT_EMPTY;
    *out = (odd_ruling){.limit = NAN, .severity = YES_OR_NO};
    for (int i = 0; i < book->count; i++) {
        const odd_channel *c = &book->channel[i];
        if (!*c->formats) continue;
        out->asked = true;
        if (has_word(c->formats, name)) continue;
        out->broken = true;
        odd_text_format(&wanted, "; %s takes %s", c->name, c->formats);
    }
    snprintf(out->sentence, sizeof out->sentence, "the file is %s%.400s", name,
             odd_text_string(&wanted));
    odd_text_free(&wanted);
}

/* Job parts: what is chosen by name, and the tables of settings that a table takes in. */
#include "base/job_internal.h"

#include <string.h>

/* ---- tables ---------------------------------------------------------------------------------- */

/* The row that is `*i` rows from here, with its offset; *i is lowered by the rows passed. */
static const odd_option *find_row(const odd_option *table, int *i, size_t *offset)
{
    for (const odd_option *row = table; row->key; row++) {
        const odd_option *found = row;
        if (row->base)
            found = find_row(row->base, i, offset);
        else if ((*i)-- > 0)
            found = NULL;
        if (!found) continue;
        *offset += row->offset;
        return found;
    }
    return NULL;
}

bool odd_option_at(const odd_option *table, int i, odd_option *out)
{
    size_t offset = 0;
    const odd_option *row = table ? find_row(table, &i, &offset) : NULL;
    if (!row) return false;
    *out = *row;
    out->offset = offset;
    return true;
}

/* ---- parts ----------------------------------------------------------------------------------- */

void odd_parts_add_names(const odd_option *option, odd_text *out)
{
    const char *name;
    for (int i = 0; (name = option->parts(i).name); i++)
        odd_text_format(out, "%s%s", i > 0 ? ", " : "", name);
}

/* The part that was meant; NULL: none is near. */
static const char *guess_part(const odd_option *option, const char *given)
{
    const char *name, *guess = NULL;
    int nearest = 1 + (1 + (int)strlen(given)) / 3; /* too far */
    for (int i = 0; (name = option->parts(i).name); i++) {
        const int apart = odd_text_distance(given, name);
        if (apart >= nearest) continue;
        nearest = apart;
        guess = name;
    }
    return guess;
}

static odd_status no_such_part(const odd_option *option, const char *given)
{
    const char *guess = guess_part(option, given);
    odd_text names = ODD_TEXT_EMPTY;
    odd_parts_add_names(option, &names);
    if (guess) odd_text_format(&names, "; did you mean '%s'?", guess);
    odd_fail(ODD_USAGE, "no %s '%.60s%s'; there are: %s", option->noun, given,
             strlen(given) > 60 ? "..." : "", odd_text_string(&names));
    odd_text_free(&names);
    return ODD_USAGE;
}

static bool is_part(const odd_option *option, const char *given)
{
    const char *name;
    for (int i = 0; (name = option->parts(i).name); i++)
        if (strcmp(name, given) == 0) return true;
    return false;
}

odd_status odd_parts_check(const odd_option *option, const char *given)
{
    return !option->parts || is_part(option, given) ? ODD_OK : no_such_part(option, given);
}

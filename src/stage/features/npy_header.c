/* Npy header: a dictionary as Python writes it, {'descr': '<f4', 'fortran_order': False, 'shape':
 * (3, 4), }: each of these keys once, in any order, and nothing else. */
#include "stage/features/npy_header_internal.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

enum { DESCR = 1, ORDER = 2, SHAPE = 4, ALL_KEYS = 7 };

#define HOW_TO_SAVE "; np.save(FILE, np.ascontiguousarray(x, 'float32')) writes one that will do"

typedef struct {
    const char *at; /* what is left of the text */
    odd_npy *out;
    int seen; /* keys */
} header;

static bool take(header *h, const char *word)
{
    const size_t length = strlen(word);
    while (isspace((unsigned char)*h->at))
        h->at++;
    if (strncmp(h->at, word, length) != 0) return false;
    h->at += length;
    return true;
}

static odd_status fail_syntax(void)
{
    return odd_fail(ODD_FORMAT, "its header is damaged");
}

/* '<f4': byte order, kind, bytes. */
static odd_status parse_descr(header *h)
{
    if (!take(h, "'")) return odd_fail(ODD_FORMAT, "it has fields, not numbers" HOW_TO_SAVE);
    const char *end = strchr(h->at, '\''), *at = h->at;
    if (!end) return fail_syntax();
    h->at = end + 1;
    const bool is_float = end - at == 3 && strchr("<>=", at[0]) && at[1] == 'f' &&
                          (at[2] == '2' || at[2] == '4' || at[2] == '8');
    if (!is_float)
        return odd_fail(ODD_FORMAT, "it is of dtype '%.*s', not float16, float32 or float64%s",
                        (int)(end - at < 16 ? end - at : 16), at, HOW_TO_SAVE);
    h->out->swap = at[0] == '>';
    h->out->size = at[2] - '0';
    return ODD_OK;
}

static odd_status parse_order(header *h)
{
    if (take(h, "False")) return ODD_OK;
    if (!take(h, "True")) return fail_syntax();
    return odd_fail(ODD_FORMAT, "it is in Fortran's order" HOW_TO_SAVE);
}

static bool parse_count(header *h, int64_t *value)
{
    *value = 0;
    if (!isdigit((unsigned char)*h->at)) return false;
    for (; isdigit((unsigned char)*h->at); h->at++)
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, *h->at - '0', value))
            return false;
    return true;
}

/* (n, width), or more dimensions, which make the width together. */
static odd_status parse_shape(header *h)
{
    int rank = 0;
    h->out->width = 1;
    if (!take(h, "(")) return fail_syntax();
    while (!take(h, ")")) {
        int64_t value;
        if (!parse_count(h, &value)) return fail_syntax();
        if (rank == 0)
            h->out->n = value;
        else if (__builtin_mul_overflow(h->out->width, value, &h->out->width))
            return odd_fail(ODD_FORMAT, "its shape is larger than any file");
        rank++;
        if (!take(h, ",") && !(take(h, ")") && h->at--)) return fail_syntax();
    }
    if (rank >= 2) return ODD_OK;
    return odd_fail(ODD_FORMAT, "it has %d dimension%s; rows of numbers, (n, width), are wanted",
                    rank, rank == 1 ? "" : "s");
}

static odd_status parse_entry(header *h)
{
    static const struct {
        const char *name;
        int bit;
        odd_status (*parse)(header *h);
    } key[] = {{"'descr'", DESCR, parse_descr},
               {"'fortran_order'", ORDER, parse_order},
               {"'shape'", SHAPE, parse_shape}};
    for (size_t i = 0; i < sizeof key / sizeof *key; i++) {
        if (!take(h, key[i].name)) continue;
        if (!take(h, ":") || h->seen & key[i].bit) return fail_syntax();
        h->seen |= key[i].bit;
        take(h, ""); /* spaces */
        return key[i].parse(h);
    }
    return fail_syntax();
}

odd_status odd_npy_header(const char *text, odd_npy *out)
{
    header h = {.at = text, .out = out};
    odd_status st = ODD_OK;
    if (!take(&h, "{")) return fail_syntax();
    while (!take(&h, "}")) {
        ODD_TRY(parse_entry(&h));
        if (!take(&h, ",") && !(take(&h, "}") && h.at--)) return fail_syntax();
    }
    if (h.seen != ALL_KEYS) return fail_syntax();
    if (out->width < 1 || out->width > INT_MAX)
        return odd_fail(ODD_FORMAT, "it has rows of %lld values", (long long)out->width);
done:
    return st;
}

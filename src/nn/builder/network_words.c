/* Words of an item: cut apart, and read as numbers, pairs and shapes. */
#include "nn/builder/network_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST ((int64_t)1 << 30)

odd_status odd_words_fail(const odd_network *n, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    odd_fail_list(ODD_ARG, format, arguments);
    va_end(arguments);
    if (!n->form) return ODD_ARG;
    return odd_fail(ODD_ARG, "%s; it is written '%s'", odd_fail_reason(), n->form);
}

odd_status odd_words_split(odd_network *n, const char *item)
{
    char *rest;
    n->words = n->next = 0;
    n->form = NULL;
    if (strlen(item) >= sizeof n->text)
        return odd_words_fail(n, "more than %zu letters", sizeof n->text - 1);
    strcpy(n->text, item);
    for (char *w = strtok_r(n->text, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest)) {
        if (n->words == ODD_NETWORK_WORDS)
            return odd_words_fail(n, "more than %d words", ODD_NETWORK_WORDS);
        n->word[n->words++] = w;
    }
    return n->words > 0 ? ODD_OK : odd_words_fail(n, "there is no layer");
}

bool odd_words_take(odd_network *n, const char *word)
{
    if (n->next == n->words || strcmp(n->word[n->next], word) != 0) return false;
    n->next++;
    return true;
}

odd_status odd_words_name(odd_network *n, const char **name)
{
    if (n->next == n->words) return odd_words_fail(n, "a name is missing");
    *name = n->word[n->next++];
    return ODD_OK;
}

/* A whole number at *s, which moves behind it. */
static bool read_count(const char **s, int64_t low, int64_t *value)
{
    char *end;
    if (**s < '0' || **s > '9') return false; /* no blanks and signs */
    *value = strtoll(*s, &end, 10);
    *s = end;
    return *value >= low && *value <= LARGEST;
}

odd_status odd_words_count(odd_network *n, const char *what, int64_t low, int64_t *value)
{
    if (n->next == n->words) return odd_words_fail(n, "%s is missing", what);
    const char *word = n->word[n->next++], *s = word;
    if (read_count(&s, low, value) && *s == '\0') return ODD_OK;
    return odd_words_fail(n, "%s '%s' is no whole number from %" PRId64, what, word, low);
}

/* One number stands for both. */
odd_status odd_words_pair(odd_network *n, const char *what, int64_t low, int64_t pair[2])
{
    if (n->next == n->words) return odd_words_fail(n, "%s is missing", what);
    const char *word = n->word[n->next++], *s = word;
    bool good = read_count(&s, low, &pair[0]);
    pair[1] = pair[0];
    if (good && *s == 'x') {
        s++;
        good = read_count(&s, low, &pair[1]);
    }
    if (good && *s == '\0') return ODD_OK;
    return odd_words_fail(n, "%s '%s' is not like 5 or 5x3", what, word);
}

/* One number stands for all four sides. */
odd_status odd_words_sides(odd_network *n, const char *what, int64_t side[4])
{
    if (n->next == n->words) return odd_words_fail(n, "%s is missing", what);
    const char *word = n->word[n->next++], *s = word;
    bool good = read_count(&s, 0, &side[0]), all = *s == '\0';
    for (int i = 1; good && i < 4; i++) {
        side[i] = side[0];
        good = all || (*s++ == ',' && read_count(&s, 0, &side[i]));
    }
    if (good && *s == '\0') return ODD_OK;
    return odd_words_fail(n, "%s '%s' is not like 2 or 1,1,2,2 (top, left, bottom, right)", what,
                          word);
}

odd_status odd_words_real(odd_network *n, const char *what, double *value)
{
    char *end;
    if (n->next == n->words) return odd_words_fail(n, "%s is missing", what);
    const char *word = n->word[n->next++];
    *value = strtod(word, &end);
    if (end != word && *end == '\0' && isfinite(*value)) return ODD_OK;
    return odd_words_fail(n, "%s '%s' is no number", what, word);
}

odd_status odd_words_shape(odd_network *n, int most, int *rank, int64_t shape[])
{
    if (n->next == n->words) return odd_words_fail(n, "a shape is missing");
    const char *word = n->word[n->next++], *s = word;
    for (*rank = 0; *rank < most; s++) {
        if (!read_count(&s, 1, &shape[(*rank)++])) break;
        if (*s == '\0') return ODD_OK;
        if (*s != 'x') break;
    }
    return odd_words_fail(n, "shape '%s' is not like 128x3x3, of at most %d numbers", word, most);
}

odd_status odd_words_end(odd_network *n)
{
    if (n->next == n->words) return ODD_OK;
    return odd_words_fail(n, "'%s' is not understood", n->word[n->next]);
}

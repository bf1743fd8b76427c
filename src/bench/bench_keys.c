/* Keys of a bench case: which it has, their values from words key=value, and as members of JSON. */
#include "bench/bench_internal.h"

#include "oddlot/learn/network_precision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keys that are numbers; a switch is 0 or 1. */
static const struct {
    const char *key;
    size_t offset;
    int64_t least, most;
} numbers[] = {
    {"n", offsetof(odd_bench_settings, n), 1, 1000000000000},
    {"d", offsetof(odd_bench_settings, d), 1, 1000000},
    {"k", offsetof(odd_bench_settings, k), 1, 1000000},
    {"queries", offsetof(odd_bench_settings, queries), 1, 1000000000000},
    {"iterations", offsetof(odd_bench_settings, iterations), 1, 1000000},
    {"wider", offsetof(odd_bench_settings, wider), 1, 1000000},
    {"size", offsetof(odd_bench_settings, size), 1, 4096},
    {"channels", offsetof(odd_bench_settings, channels), 1, 3},
    {"batch", offsetof(odd_bench_settings, batch), 1, 1000000},
    {"shards", offsetof(odd_bench_settings, shards), 1, 1024},
    {"trees", offsetof(odd_bench_settings, trees), 1, 10000},
    {"sample", offsetof(odd_bench_settings, sample), 1, 65536},
    {"dimensions", offsetof(odd_bench_settings, dimensions), 1, 1024},
    {"active", offsetof(odd_bench_settings, active), 0, 100},
    {"repeat", offsetof(odd_bench_settings, repeat), 1, 1000000},
    {"half", offsetof(odd_bench_settings, half), 0, 1},
    {"profile", offsetof(odd_bench_settings, profile), 0, 1},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* True if a case has the key that begins `word` ("n=5"), its "=" included. */
static int has_key(const odd_bench_case *c, const char *word)
{
    size_t length = strcspn(word, "=") + 1;
    for (const char *key = c->keys; *key; key += strspn(key, " ")) {
        if (strncmp(key, word, length) == 0) return 1;
        key += strcspn(key, " ");
    }
    return 0;
}

/* Set the number that `word` ("n=131784", up to a blank) names; false: it names none. */
static int take_number(const char *word, odd_bench_settings *s, odd_status *st)
{
    size_t length = strcspn(word, "=");
    for (int i = 0; i < NUMBERS; i++) {
        char *end;
        if (strlen(numbers[i].key) != length || strncmp(numbers[i].key, word, length) != 0)
            continue;
        int64_t value = strtoll(word + length + 1, &end, 10);
        *(int64_t *)(void *)((char *)s + numbers[i].offset) = value;
        if (end == word + length + 1 || (*end && *end != ' ') || value < numbers[i].least ||
            value > numbers[i].most)
            *st = odd_fail(ODD_USAGE, "'%s' wants a number from %lld to %lld", word,
                           (long long)numbers[i].least, (long long)numbers[i].most);
        return 1;
    }
    return 0;
}

void odd_bench_usual(const odd_bench_case *c, odd_bench_settings *s)
{
    odd_status st = ODD_OK;
    *s = (odd_bench_settings){0};
    for (const char *key = c->keys; *key; key += strspn(key, " ")) {
        const bool empty = strcspn(key, "=") + 1 == strcspn(key, " "); /* none is usual */
        if (!empty) take_number(key, s, &st);
        key += strcspn(key, " ");
    }
    ODD_CHECK(st == ODD_OK);
}

odd_status odd_bench_word(const odd_bench_case *c, const char *word, odd_bench_settings *s)
{
    odd_status st = ODD_OK;
    if (!strchr(word, '=') || !has_key(c, word))
        return odd_fail(ODD_USAGE, "bench %s does not know '%s'; it knows %s", c->name, word,
                        c->keys);
    if (take_number(word, s, &st)) return st;
    *(strncmp(word, "precision=", 10) == 0 ? &s->precision
      : strncmp(word, "network=", 8) == 0  ? &s->network
                                           : &s->file) = strchr(word, '=') + 1;
    return st;
}

odd_status odd_bench_precision(const odd_bench_settings *s, odd_precision usual,
                               odd_precision *precision)
{
    *precision = usual;
    if (!s->precision || odd_precision_find(s->precision, precision)) return ODD_OK;
    return odd_fail(ODD_USAGE, "'precision=%s' is not one of f32, bf16, auto", s->precision);
}

void odd_bench_settings_write(const odd_bench_case *c, const odd_bench_settings *s, odd_text *line)
{
    for (int i = 0; i < NUMBERS; i++) {
        char word[32];
        snprintf(word, sizeof word, "%s=", numbers[i].key);
        bool of_result = numbers[i].offset != offsetof(odd_bench_settings, repeat) &&
                         numbers[i].offset != offsetof(odd_bench_settings, profile);
        if (!of_result || !has_key(c, word)) continue;
        const int64_t *value = (const void *)((const char *)s + numbers[i].offset);
        if (*value > 0) odd_text_format(line, ", \"%s\": %lld", numbers[i].key, (long long)*value);
    }
    if (!s->file) return;
    odd_text_add(line, ", \"file\": ");
    odd_text_json(line, s->file);
}

/* Bench: the table of cases of `oddlot bench`, their key=value words and their lines of result. */
#include "oddlot/bench/bench.h"

#include "bench/bench_internal.h"
#include "oddlot/learn/network_precision.h"

#include "oddlot/base/log.h"
#include "oddlot/base/machine.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const odd_bench_case *const cases[] = {
    &odd_bench_gemm,    &odd_bench_pca,     &odd_bench_rpca,   &odd_bench_srp,
    &odd_bench_stream,  &odd_bench_em,      &odd_bench_kmeans, &odd_bench_starts,
    &odd_bench_prepare, &odd_bench_forward, &odd_bench_train,  NULL,
};

/* Keys that are numbers, from 1 on. */
static const struct {
    const char *key;
    size_t offset;
    int64_t most;
} numbers[] = {
    {"n", offsetof(odd_bench_settings, n), 1000000000000},
    {"d", offsetof(odd_bench_settings, d), 1000000},
    {"k", offsetof(odd_bench_settings, k), 1000000},
    {"iterations", offsetof(odd_bench_settings, iterations), 1000000},
    {"wider", offsetof(odd_bench_settings, wider), 1000000},
    {"size", offsetof(odd_bench_settings, size), 4096},
    {"channels", offsetof(odd_bench_settings, channels), 3},
    {"batch", offsetof(odd_bench_settings, batch), 1000000},
    {"shards", offsetof(odd_bench_settings, shards), 1024},
    {"repeat", offsetof(odd_bench_settings, repeat), 1000000},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static const odd_bench_case *find(const char *name)
{
    for (int i = 0; cases[i]; i++)
        if (strcmp(cases[i]->name, name) == 0) return cases[i];
    return NULL;
}

void odd_bench_help(odd_text *out)
{
    for (int i = 0; cases[i]; i++)
        odd_text_format(out, "  %-8s  %s\n            %s\n", cases[i]->name, cases[i]->summary,
                        cases[i]->keys);
}

/* -- words -- */

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
        if ((*end && *end != ' ') || value < 1 || value > numbers[i].most)
            *st = odd_fail(ODD_USAGE, "'%s' wants a number from 1 to %lld", word,
                           (long long)numbers[i].most);
        return 1;
    }
    return 0;
}

static void take_usual(const odd_bench_case *c, odd_bench_settings *s)
{
    odd_status st = ODD_OK;
    *s = (odd_bench_settings){0};
    for (const char *key = c->keys; *key; key += strspn(key, " ")) {
        take_number(key, s, &st);
        key += strcspn(key, " ");
    }
    ODD_CHECK(st == ODD_OK);
}

static odd_status take_word(const odd_bench_case *c, const char *word, odd_bench_settings *s)
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

static odd_status parse(const char *name, int words, char *const word[], const odd_bench_case **c,
                        odd_bench_settings *s)
{
    odd_status st = ODD_OK;
    *c = find(name);
    if (!*c) return odd_fail(ODD_USAGE, "no bench '%s'; `oddlot bench --help` lists them", name);
    take_usual(*c, s);
    for (int i = 0; i < words && st == ODD_OK; i++)
        st = take_word(*c, word[i], s);
    return st;
}

odd_status odd_bench_precision(const odd_bench_settings *s, odd_precision usual,
                               odd_precision *precision)
{
    *precision = usual;
    if (!s->precision || odd_precision_find(s->precision, precision)) return ODD_OK;
    return odd_fail(ODD_USAGE, "'precision=%s' is not one of f32, bf16, auto", s->precision);
}

/* -- results -- */

double odd_bench_start(MPI_Comm comm)
{
    MPI_Barrier(comm);
    return odd_seconds();
}

double odd_bench_stop(MPI_Comm comm, double started)
{
    double seconds = odd_seconds() - started;
    odd_max_f64(comm, &seconds, 1);
    return seconds;
}

static void add_settings(const odd_bench_case *c, const odd_bench_settings *s, odd_text *line)
{
    for (int i = 0; i < NUMBERS; i++) {
        char word[32];
        snprintf(word, sizeof word, "%s=", numbers[i].key);
        if (numbers[i].offset == offsetof(odd_bench_settings, repeat) || !has_key(c, word))
            continue;
        const int64_t *value = (const void *)((const char *)s + numbers[i].offset);
        odd_text_format(line, ", \"%s\": %lld", numbers[i].key, (long long)*value);
    }
    if (!s->file) return;
    odd_text_add(line, ", \"file\": ");
    odd_text_json(line, s->file);
}

static odd_status print_line(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                             double seconds, const char *more)
{
    char cpu[128];
    odd_text line = ODD_TEXT_EMPTY;
    odd_text_format(&line, "{\"case\": \"%s\", \"program\": \"oddlot %s\", \"seconds\": %.6f%s",
                    c->name, ODD_VERSION, seconds, more);
    add_settings(c, s, &line);
    odd_text_format(&line, ", \"ranks\": %d, \"threads\": %d, \"blas\": ", odd_size(comm),
                    odd_threads());
    odd_text_json(&line, odd_blas_text());
    odd_text_add(&line, ", \"cpu\": ");
    odd_text_json(&line, odd_cpu_name(cpu, sizeof cpu));
    odd_text_add(&line, "}\n");
    odd_status st = odd_text_status(&line);
    if (st == ODD_OK && (fputs(odd_text_string(&line), stdout) < 0 || fflush(stdout) != 0))
        st = odd_fail(ODD_IO, "cannot write to standard output");
    odd_text_free(&line);
    return st;
}

odd_status odd_bench_print(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                           double seconds, const char *more)
{
    return odd_agree(comm, odd_rank(comm) == 0 ? print_line(comm, c, s, seconds, more) : ODD_OK);
}

odd_status odd_bench(MPI_Comm comm, const char *name, int words, char *const word[])
{
    const odd_bench_case *c;
    odd_bench_settings s;
    odd_status st;
    ODD_TRY_ALL(comm, parse(name, words, word, &c, &s));
    ODD_TRY(c->run(comm, c, &s));
done:
    return st;
}

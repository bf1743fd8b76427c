/* Bench: the cases of `oddlot bench`, on arrays of the shapes that tests/bench/ compares with
 * peers. */
#include "oddlot/stage/bench.h"

#include "bench_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const odd_bench_case *const cases[] = {
    &odd_bench_gemm, &odd_bench_pca, &odd_bench_em, &odd_bench_kmeans, &odd_bench_prepare, NULL,
};

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

/* "n=131784": a number of the case's settings, or its file. */
static odd_status take_word(const odd_bench_case *c, const char *word, odd_bench_settings *s)
{
    const struct {
        const char *key;
        int64_t *value;
    } number[] = {{"n", &s->n},
                  {"d", &s->d},
                  {"k", &s->k},
                  {"iterations", &s->iterations},
                  {"repeat", &s->repeat}};
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : 0;
    if (equals && length == 4 && strncmp(word, "file", 4) == 0) {
        s->file = equals + 1;
        return ODD_OK;
    }
    for (size_t i = 0; equals && i < sizeof number / sizeof *number; i++) {
        char *end;
        if (strlen(number[i].key) != length || strncmp(word, number[i].key, length) != 0) continue;
        *number[i].value = strtoll(equals + 1, &end, 10);
        if (*end || *number[i].value < 1)
            return odd_fail(ODD_USAGE, "'%s' wants a number from 1 on", word);
        return ODD_OK;
    }
    return odd_fail(ODD_USAGE, "bench %s does not know '%s'; it knows %s", c->name, word, c->keys);
}

static odd_status parse(const char *name, int words, char *const word[], const odd_bench_case **c,
                        odd_bench_settings *s)
{
    *c = find(name);
    if (!*c) return odd_fail(ODD_USAGE, "no bench '%s'; `oddlot bench --help` lists them", name);
    *s = (*c)->usual;
    for (int i = 0; i < words; i++) {
        odd_status st = take_word(*c, word[i], s);
        if (st != ODD_OK) return st;
    }
    if (s->d > 1000000 || s->k > 1000000)
        return odd_fail(ODD_USAGE, "bench %s: d and k are at most 1,000,000", name);
    return ODD_OK;
}

void odd_bench_print(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                     double seconds, const char *more)
{
    char cpu[128];
    odd_max_f64(comm, &seconds, 1);
    if (odd_rank(comm) != 0) return;
    odd_text line = ODD_TEXT_EMPTY;
    odd_text_format(
        &line, "{\"case\": \"%s\", \"program\": \"oddlot %s\", \"ranks\": %d, \"threads\": %d, ",
        c->name, ODD_VERSION, odd_size(comm), odd_threads());
    odd_text_format(&line, "\"seconds\": %.6f, \"n\": %lld, \"d\": %lld, \"k\": %lld%s, \"blas\": ",
                    seconds, (long long)s->n, (long long)s->d, (long long)s->k, more);
    odd_text_json(&line, odd_blas_text());
    odd_text_add(&line, ", \"cpu\": ");
    odd_text_json(&line, odd_cpu_name(cpu, sizeof cpu));
    printf("%s}\n", odd_text_string(&line));
    fflush(stdout);
    odd_text_free(&line);
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

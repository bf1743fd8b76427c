/* Bench: the table of cases of `oddlot bench`, and one of them done with its words. */
#include "oddlot/bench/bench.h"

#include "bench/bench_internal.h"
#include "oddlot/par/agree.h"

#include <string.h>

static const odd_bench_case *const cases[] = {
    &odd_bench_gemm,
    &odd_bench_pca,
    &odd_bench_rpca,
    &odd_bench_srp,
    &odd_bench_stream,
    &odd_bench_em,
    &odd_bench_kmeans,
    &odd_bench_starts,
    &odd_bench_prepare,
    &odd_bench_forward,
    &odd_bench_train,
    &odd_bench_neighbours,
    &odd_bench_forest,
    &odd_bench_rbm,
    &odd_bench_write,
    &odd_bench_roofline,
    NULL,
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

static odd_status parse(const char *name, int words, char *const word[], const odd_bench_case **c,
                        odd_bench_settings *s)
{
    odd_status st = ODD_OK;
    *c = find(name);
    if (!*c) return odd_fail(ODD_USAGE, "no bench '%s'; `oddlot bench --help` lists them", name);
    odd_bench_usual(*c, s);
    for (int i = 0; i < words && st == ODD_OK; i++)
        st = odd_bench_word(*c, word[i], s);
    return st;
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

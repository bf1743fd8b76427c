/* oddlot plan: what a job will take, before it is done. */
#include "cli/cli_internal.h"
#include "cli/plan_words_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/bench/forecast.h"
#include "oddlot/par/agree.h"
#include "oddlot/pipeline/pipelines.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = ODD_LETTERS, PER_NODE, MEMORY, NETWORK, LATENCY, DISK, SECONDS };

/* Of plan alone; those of all jobs are in words.c. */
const odd_word_option odd_plan_word_options[] = {
    {'n', NULL, "RANKS", "ranks of the run; default 1"},
    {IMAGES, "images", "N", "as if the catalogue had so many images"},
    {PER_NODE, "per-node", "N", "ranks on a node; default: as many as this machine has CPUs for"},
    {MEMORY, "memory", "GIB", "memory of a node; default: what this machine has left"},
    {NETWORK, "network", "GBS", "GB/s into a node from others; default 1.25"},
    {LATENCY, "latency", "US", "microseconds of a message between nodes; default 20"},
    {DISK, "disk", "GBS", "GB/s that all nodes together write; default: as measured here"},
    {SECONDS, "seconds", "S", "for the rehearsal, about; default 8"},
    {0, NULL, NULL, NULL},
};

/* The numbers that they take, in the same order. */
static const struct {
    double least, most;
    enum { INT, INT64, REAL } type;
    size_t offset;
} number[] = {
    {1, 1 << 24, INT, offsetof(odd_forecast_options, ranks)},
    {1, 1e12, INT64, offsetof(odd_forecast_options, images)},
    {1, 1 << 16, INT, offsetof(odd_forecast_options, per_node)},
    {1e-3, 1e9, REAL, offsetof(odd_forecast_options, memory)},
    {1e-6, 1e6, REAL, offsetof(odd_forecast_options, network)},
    {0, 1e9, REAL, offsetof(odd_forecast_options, latency)},
    {1e-6, 1e6, REAL, offsetof(odd_forecast_options, disk)},
    {0.1, 1e6, REAL, offsetof(odd_forecast_options, seconds)},
};
enum { NUMBERS = sizeof number / sizeof *number };

/* "-n", "--images". */
static void name_of(int i, char name[static 32])
{
    const odd_word_option *o = &odd_plan_word_options[i];
    if (o->name)
        snprintf(name, 32, "--%s", o->name);
    else
        snprintf(name, 32, "-%c", o->id);
}

static odd_status set_number(int i, const char *word, odd_forecast_options *o)
{
    char *end, name[32];
    const double value = word ? strtod(word, &end) : NAN;
    const bool whole = number[i].type == REAL || value == floor(value);
    name_of(i, name);
    if (!word || end == word || *end || !whole || !(value >= number[i].least) ||
        value > number[i].most)
        return odd_fail(ODD_USAGE, "%s wants a number from %g to %g, not '%s'", name,
                        number[i].least, number[i].most, word ? word : "");
    void *field = (char *)o + number[i].offset;
    if (number[i].type == INT)
        *(int *)field = (int)value;
    else if (number[i].type == INT64)
        *(int64_t *)field = (int64_t)value;
    else
        *(double *)field = value;
    return ODD_OK;
}

/* Is word `at` the i-th option? Its value is what follows its name, "=", or the next word. */
static bool is_own(int i, char *const word[], int at, const char **value, int *taken)
{
    char name[32];
    name_of(i, name);
    const size_t length = strlen(name);
    if (strncmp(word[at], name, length) != 0) return false;
    const char *rest = word[at] + length;
    const bool is_long = name[1] == '-';
    if (is_long && *rest && *rest != '=') return false;
    *taken = *rest ? 1 : 2;
    *value = !*rest ? word[at + 1] : *rest == '=' ? rest + 1 : rest;
    return true;
}

odd_status odd_take_plan_words(int argc, char **argv, odd_forecast_options *o, char *left[],
                               int *count)
{
    odd_status st = ODD_OK;
    *count = 0;
    for (int at = 0, taken; at < argc; at += taken) {
        const char *value = NULL;
        int i = 0;
        taken = 1;
        while (i < NUMBERS && (at == 0 || !is_own(i, argv, at, &value, &taken)))
            i++;
        if (i < NUMBERS)
            ODD_TRY(set_number(i, value, o));
        else
            left[(*count)++] = argv[at];
    }
done:
    return st;
}

/* Job files end in .yaml; all else is a catalogue, as for `oddlot audit`. */
static odd_status load_either(const odd_words *words, odd_job **job)
{
    const char *dot = words->words > 0 ? strrchr(words->word[0], '.') : NULL;
    const bool is_job = dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
    if (words->words == 0)
        return odd_fail(ODD_USAGE, "which job? `oddlot plan JOB.yaml`, or a catalogue as for "
                                   "`oddlot audit`");
    return is_job ? odd_load_job(words, job) : odd_load_audit(words, job);
}

static odd_status plan_job(const odd_words *words, const odd_forecast_options *options)
{
    odd_forecast_options o = *options;
    odd_job *job = NULL;
    odd_run *run = NULL;
    odd_status st;
    o.threads = words->threads;
    o.json = words->json;
    ODD_TRY(load_either(words, &job));
    ODD_TRY(
        odd_run_open(MPI_COMM_WORLD, odd_pipelines, job, words->folder, "oddlot plan", true, &run));
    ODD_TRY(odd_forecast(run, &o));
done:
    odd_run_close(&run);
    odd_job_free(&job);
    return st;
}

odd_status odd_cmd_plan(int argc, char **argv)
{
    odd_forecast_options o = odd_forecast_usual;
    odd_words words = {0};
    char **left = NULL;
    int count = 0;
    odd_status st;
    ODD_TRY_ALL(MPI_COMM_WORLD, ODD_NEW(left, argc + 1));
    ODD_TRY_ALL(MPI_COMM_WORLD, odd_take_plan_words(argc, argv, &o, left, &count));
    ODD_TRY(odd_words_parse(count, left, &words));
    ODD_TRY(plan_job(&words, &o));
done:
    odd_words_free(&words);
    odd_free(left);
    return st;
}

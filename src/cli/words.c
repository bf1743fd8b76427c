/* Words: the options that `run` and the stages share. */
#include "cli/cli_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SET = ODD_LETTERS, DRY_RUN, PRINT_JOB, JSON };

const odd_word_option odd_job_word_options[] = {
    {'o', "output", "RUN", "folder of the run; default runs/<name of the job>"},
    {SET, "set", "KEY=VALUE", "change a setting of the job, e.g. --set reduce.pca.components=60"},
    {DRY_RUN, "dry-run", NULL, "print what would be done: rows, bytes, memory per rank"},
    {PRINT_JOB, "print-job", NULL, "print all settings in force, as a job file, and do nothing"},
    {JSON, "json", NULL, "end with one line of JSON, for programs"},
    {'t', "threads", "N", "threads of each rank; default: its CPUs"},
    {'q', "quiet", NULL, "warnings and errors only"},
    {'v', "verbose", NULL, "tell more"},
    {'h', "help", NULL, "this text"},
    {0, NULL, NULL, NULL},
};
enum { OPTIONS = sizeof odd_job_word_options / sizeof *odd_job_word_options };

/* The table as getopt wants it. */
static void make_getopt(struct option options[OPTIONS], char letters[2 * OPTIONS + 2])
{
    char *end = letters;
    *end++ = ':'; /* a missing value is told from an unknown option */
    for (int i = 0; i < OPTIONS; i++) {
        const odd_word_option *o = &odd_job_word_options[i];
        options[i] =
            (struct option){o->name, o->value ? required_argument : no_argument, NULL, o->id};
        if (!o->help || o->id >= ODD_LETTERS) continue;
        *end++ = (char)o->id;
        if (o->value) *end++ = ':';
    }
    *end = '\0';
}

static odd_status parse_threads(const char *word, int *threads)
{
    char *end;
    long n = strtol(word, &end, 10);
    if (*end || end == word || n < 1 || n > 4096)
        return odd_fail(ODD_USAGE, "--threads wants a number from 1 to 4096, not '%s'", word);
    *threads = (int)n;
    return ODD_OK;
}

/* getopt gives the letter of an unknown short option, or of a long one that got a value. */
static odd_status wrong_letter(const char *command)
{
    for (const odd_word_option *o = odd_job_word_options; o->help; o++)
        if (o->id == optopt) return odd_fail(ODD_USAGE, "option --%s takes no value", o->name);
    return odd_fail(ODD_USAGE, "no option '-%c'; see `oddlot %s --help`", optopt, command);
}

/* "--ouput=x" is near "--output". */
static odd_status no_such_option(const char *command, const char *word)
{
    if (optopt) return wrong_letter(command);
    const char *meant = NULL;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    int nearest = 4;
    for (const odd_word_option *o = odd_job_word_options; o->help; o++) {
        char known[64];
        snprintf(known, sizeof known, "--%s", o->name);
        int apart = odd_text_distance(name, known);
        if (apart >= nearest) continue;
        nearest = apart;
        meant = o->name;
    }
    if (meant) return odd_fail(ODD_USAGE, "no option '%s'; did you mean --%s?", word, meant);
    return odd_fail(ODD_USAGE, "no option '%s'; see `oddlot %s --help`", word, command);
}

static odd_status take_option(int option, char **argv, odd_words *out, odd_level *level)
{
    switch (option) {
    case 'o':
        out->folder = optarg;
        return ODD_OK;
    case SET:
        out->set[out->sets++] = optarg;
        return ODD_OK;
    case DRY_RUN:
        out->dry_run = true;
        return ODD_OK;
    case PRINT_JOB:
        out->print_job = true;
        return ODD_OK;
    case JSON:
        out->json = true;
        return ODD_OK;
    case 't':
        return parse_threads(optarg, &out->threads);
    case 'q':
        *level = ODD_LOG_WARN;
        return ODD_OK;
    case 'v':
        *level = ODD_LOG_DEBUG;
        return ODD_OK;
    case ':':
        return odd_fail(ODD_USAGE, "option '%s' wants a value", argv[optind - 1]);
    default:
        return no_such_option(argv[0], argv[optind - 1]);
    }
}

static odd_status take_words(int argc, char **argv, odd_words *out, odd_level *level)
{
    struct option options[OPTIONS];
    char letters[2 * OPTIONS + 2];
    int option;
    odd_status st;
    ODD_TRY(ODD_NEW(out->set, argc));
    make_getopt(options, letters);
    opterr = 0; /* getopt is silent and starts anew */
    optind = 1;
    while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1)
        ODD_TRY(take_option(option, argv, out, level));
    out->word = argv + optind;
    out->words = argc - optind;
done:
    return st;
}

odd_status odd_words_parse(int argc, char **argv, odd_words *out)
{
    odd_level level = ODD_LOG_INFO;
    odd_status st;
    *out = (odd_words){0};
    ODD_TRY_ALL(MPI_COMM_WORLD, take_words(argc, argv, out, &level));
    odd_log_setup(odd_rank(MPI_COMM_WORLD), level);
    odd_threads_setup(out->threads, odd_threads_ranks_sharing(MPI_COMM_WORLD));
done:
    if (st != ODD_OK) odd_words_free(out);
    return st;
}

void odd_words_free(odd_words *words)
{
    odd_free(words->set);
    words->set = NULL;
}

void odd_words_command(int argc, char **argv, odd_text *out)
{
    odd_text_add(out, "oddlot");
    for (int i = 0; i < argc; i++)
        odd_text_format(out, " %s", argv[i]);
}

/**
 * Commands: what main() and the cmd_*.c files share.
 */
#ifndef ODDLOT_CLI_CLI_INTERNAL_H
#define ODDLOT_CLI_CLI_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

#include <stdbool.h>

/* An option of a command: what help, the manual page and the completion of shells say of it. */
typedef struct {
    int id;            /* its letter, or a number above all letters where it has none */
    const char *name;  /* after "--"; NULL: it has a letter alone */
    const char *value; /* what follows it, "RUN"; NULL: nothing */
    const char *help;  /* NULL: there are no more options */
} odd_word_option;

enum { ODD_LETTERS = 256 }; /* from here on, ids are no letters */

extern const odd_word_option odd_job_word_options[], odd_plan_word_options[],
    odd_info_word_options[];

typedef struct {
    const char *name;
    const char *group;                        /* heading in the help */
    const char *summary;                      /* one line */
    const char *usage;                        /* the words after the name */
    const char *help;                         /* paragraphs after the usage; NULL: none */
    const char *example;                      /* a line to type, last in the help */
    const odd_word_option *const *options;    /* tables, NULL-terminated; NULL: it has none */
    void (*more)(odd_text *help);             /* adds cases, ...; NULL: nothing to add */
    odd_status (*run)(int argc, char **argv); /* argv[0] is the name; @collective on all ranks */
} odd_command;

#define ODD_EACH_STAGE "" /* in the table: one command like this for each stage that there is, */
#define ODD_STAGE_NAME "STAGE" /* with its name in place of this in the example */

extern const odd_command odd_commands[]; /* ends with a NULL name */

/* command.c */

/** The i-th command, in the order of the help; NULL: there are no more. Static. */
const odd_command *odd_command_number(int i);
/** The command of that name; NULL: none. */
const odd_command *odd_command_find(const char *name);

/** ODD_USAGE: there is no such command; names the one that was meant, if one is near. */
odd_status odd_command_unknown(const char *name);

/** Print usage and help of one command on stdout (rank 0). @local */
odd_status odd_command_help(const odd_command *command);

/** Its example with the name of the command in it. @local */
void odd_command_example(const odd_command *command, odd_text *out);

/* man.c, completion.c */

/** The manual page of a command, in the language of man(7); NULL: of the program. @local */
void odd_man_page(const odd_command *command, odd_text *out);
/** The manual page of job files. @local */
void odd_man_job(odd_text *out);
/** What completes words in bash. @local */
void odd_completion(odd_text *out);

/* Words that `run` and the stages understand alike. */
typedef struct {
    char **word; /* (words) what is no option: the job file, catalogues; borrowed */
    int words;
    const char *folder; /* -o; NULL: by the job's name */
    const char **set;   /* (sets) of --set; owned: odd_words_free() */
    int sets;
    int threads; /* of each rank; 0: by the CPUs */
    bool dry_run, print_job, json;
} odd_words;

/** Parse options, and what is none; sets up log level and threads. ODD_USAGE, ODD_NOMEM.
 *  @collective on all ranks. */
odd_status odd_words_parse(int argc, char **argv, odd_words *out);
void odd_words_free(odd_words *words);

/** The whole command line as one string, for provenance. Owned by caller: odd_text_free(). */
void odd_words_command(int argc, char **argv, odd_text *out);

/** Do the job that `load` makes of the words, or plan or print it, as they say. `only`: this stage
 *  alone; NULL: all. `load` is called on all ranks; what it gives is owned by the caller.
 *  @collective on all ranks. */
odd_status odd_do_words(int argc, char **argv, const char *only,
                        odd_status (*load)(const odd_words *words, odd_job **job));

/** The job of a job file, and of catalogues. Owned by caller. @collective on all ranks; ODD_USAGE.
 */
odd_status odd_load_job(const odd_words *words, odd_job **job);
odd_status odd_load_audit(const odd_words *words, odd_job **job);

/** The job file that `oddlot audit` stands for: jobs/audit.yaml. */
extern const char odd_audit_job[];

odd_status odd_cmd_audit(int argc, char **argv);
odd_status odd_cmd_run(int argc, char **argv);
odd_status odd_cmd_stage(int argc, char **argv);
odd_status odd_cmd_plan(int argc, char **argv);
odd_status odd_cmd_scaling(int argc, char **argv);
odd_status odd_cmd_info(int argc, char **argv);
odd_status odd_cmd_model(int argc, char **argv);
odd_status odd_cmd_doctor(int argc, char **argv);
odd_status odd_cmd_bench(int argc, char **argv);
odd_status odd_cmd_help(int argc, char **argv);
odd_status odd_cmd_version(int argc, char **argv);

#endif

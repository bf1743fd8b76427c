/* A command of the table: found by its name, and explained. */
#include "cli/cli_internal.h"

#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"

#include <stdio.h>
#include <string.h>

#define MOST_COMMANDS 64

static odd_command all[MOST_COMMANDS];
static int count;

static void add(const odd_command *command)
{
    ODD_CHECK(count < MOST_COMMANDS);
    all[count++] = *command;
}

static void add_stages(const odd_command *like)
{
    const odd_stage *stage;
    for (int i = 0; (stage = odd_stage_number(odd_pipelines, i)); i++) {
        odd_command command = *like;
        command.name = stage->name;
        command.summary = stage->summary;
        add(&command);
    }
}

static void gather(void)
{
    for (const odd_command *c = odd_commands; c->name; c++)
        if (strcmp(c->name, ODD_EACH_STAGE) == 0)
            add_stages(c);
        else
            add(c);
}

const odd_command *odd_command_number(int i)
{
    if (count == 0) gather();
    return i < count ? &all[i] : NULL;
}

odd_status odd_command_unknown(const char *name)
{
    const char *meant = NULL;
    int nearest = 3;
    const odd_command *c;
    for (int i = 0; (c = odd_command_number(i)); i++) {
        int apart = odd_text_distance(name, c->name);
        if (apart >= nearest) continue;
        nearest = apart;
        meant = c->name;
    }
    if (meant) return odd_fail(ODD_USAGE, "no command '%s'; did you mean '%s'?", name, meant);
    return odd_fail(ODD_USAGE, "no command '%s'; `oddlot help` lists them", name);
}

const odd_command *odd_command_find(const char *name)
{
    const odd_command *c;
    for (int i = 0; (c = odd_command_number(i)); i++)
        if (strcmp(c->name, name) == 0) break;
    return c;
}

void odd_command_example(const odd_command *command, odd_text *text)
{
    const char *stage = strstr(command->example, ODD_STAGE_NAME);
    if (stage)
        odd_text_format(text, "%.*s%s%s\n", (int)(stage - command->example), command->example,
                        command->name, stage + strlen(ODD_STAGE_NAME));
    else
        odd_text_format(text, "%s\n", command->example);
}

/* "  -o, --output RUN     ", "      --json           ", "  -n RANKS             " */
static void add_option(const odd_word_option *o, odd_text *text)
{
    char words[64];
    const char letter[] = {'-', o->id < ODD_LETTERS ? (char)o->id : ' ', '\0'};
    const bool has_letter = o->id < ODD_LETTERS;
    snprintf(words, sizeof words, "%s%s%s%s%s%s", has_letter ? letter : "  ",
             has_letter && o->name ? ", "
             : o->name             ? "  "
                                   : "",
             o->name ? "--" : "", o->name ? o->name : "", o->value ? " " : "",
             o->value ? o->value : "");
    odd_text_format(text, "  %-20s %s\n", words, o->help);
}

static void add_options(const odd_command *command, odd_text *text)
{
    bool of_job = false;
    if (command->options) odd_text_add(text, "\nOptions\n");
    for (int t = 0; command->options && command->options[t]; t++) {
        if (t > 0) odd_text_add(text, "\n");
        for (const odd_word_option *o = command->options[t]; o->help; o++)
            add_option(o, text);
        of_job = of_job || command->options[t] == odd_job_word_options;
    }
    if (of_job) odd_text_add(text, "\n`oddlot help job` explains every setting of a job file.\n");
}

odd_status odd_command_help(const odd_command *command)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_text_format(&text, "usage: oddlot %s %s\n\n%s: %s.\n", command->name, command->usage,
                    command->name, command->summary);
    if (command->help) odd_text_format(&text, "\n%s", command->help);
    add_options(command, &text);
    if (command->more) command->more(&text);
    odd_text_add(&text, "\nExample:\n  ");
    odd_command_example(command, &text);
    odd_status st = odd_text_status(&text);
    if (st == ODD_OK && odd_par_speaks()) fputs(odd_text_string(&text), stdout);
    odd_text_free(&text);
    return st;
}

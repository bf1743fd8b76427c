/* A command of the table: found by its name, and explained. */
#include "cli/cli_internal.h"

#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>

odd_status odd_command_unknown(const char *name)
{
    const char *meant = NULL;
    int nearest = 3;
    for (const odd_command *c = odd_commands; c->name; c++) {
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
    for (const odd_command *c = odd_commands; c->name; c++)
        if (strcmp(c->name, name) == 0) return c;
    return NULL;
}

odd_status odd_command_help(const odd_command *command)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_text_format(&text, "usage: oddlot %s %s\n\n%s: %s.\n", command->name, command->usage,
                    command->name, command->summary);
    if (command->help) odd_text_format(&text, "\n%s", command->help);
    if (command->more) command->more(&text);
    odd_text_format(&text, "\nExample:\n  %s\n", command->example);
    odd_status st = odd_text_status(&text);
    if (st == ODD_OK && odd_par_speaks()) fputs(odd_text_string(&text), stdout);
    odd_text_free(&text);
    return st;
}

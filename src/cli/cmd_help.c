/* oddlot help: the commands by group, one command, or the settings of a job file. */
#include "cli/cli_internal.h"

#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"

#include <stdio.h>
#include <string.h>

static void list_commands(void)
{
    const char *group = "";
    const odd_command *c;
    printf("oddlot %s finds the odd images in a catalogue: damaged, mislabelled, irrelevant, or "
           "simply\n"
           "unlike the rest.\n\nusage: [mpirun -n RANKS] oddlot COMMAND ...\n",
           ODD_VERSION);
    for (int i = 0; (c = odd_command_number(i)); i++) {
        if (strcmp(group, c->group) != 0) printf("\n%s\n", c->group);
        group = c->group;
        printf("  %-10s %s\n", c->name, c->summary);
    }
    printf(
        "\nStart here:\n"
        "  mpirun -n 2 oddlot audit FOLDER -o runs/first\n"
        "\nExit codes: 0 done; 1 failed; 2 wrong usage or job file; 3 done and found a problem;\n"
        "75 stopped at a checkpoint, run the same command again.\n");
}

static odd_status help_job(void)
{
    odd_text text = ODD_TEXT_EMPTY;
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_job_help(section, sections, &text);
    odd_status st = odd_text_status(&text);
    if (st == ODD_OK && odd_par_speaks()) fputs(odd_text_string(&text), stdout);
    odd_text_free(&text);
    return st;
}

odd_status odd_cmd_help(int argc, char **argv)
{
    const char *topic = argc > 1 ? argv[1] : NULL;
    if (!topic) {
        if (odd_par_speaks()) list_commands();
        return ODD_OK;
    }
    if (strcmp(topic, "job") == 0) return help_job();
    const odd_command *command = odd_command_find(topic);
    return command ? odd_command_help(command) : odd_command_unknown(topic);
}

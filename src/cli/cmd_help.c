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

/* "--man" and the command, "job" or nothing that is behind it. */
static odd_status make_manual(const char *topic, odd_text *out)
{
    const odd_command *command = topic ? odd_command_find(topic) : NULL;
    if (topic && strcmp(topic, "job") == 0)
        odd_man_job(out);
    else if (topic && !command)
        return odd_command_unknown(topic);
    else
        odd_man_page(command, out);
    return odd_text_status(out);
}

static odd_status print_made(bool manual, const char *topic)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    if (manual)
        st = make_manual(topic, &text);
    else
        odd_completion(&text);
    if (st == ODD_OK) st = odd_text_status(&text);
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
    if (strcmp(topic, "--man") == 0) return print_made(true, argc > 2 ? argv[2] : NULL);
    if (strcmp(topic, "--completion") == 0) return print_made(false, NULL);
    const odd_command *command = odd_command_find(topic);
    return command ? odd_command_help(command) : odd_command_unknown(topic);
}

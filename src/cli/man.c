/* Manual pages: of the tables that the help is of, in the language of man(7). */
#include "cli/cli_internal.h"

#include "oddlot/pipeline/pipelines.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What troff would take for its own: backslashes, hyphens that are minus signs, and points and
 * apostrophes at the start of a line. */
static void add_escaped(const char *text, odd_text *out)
{
    bool begins = out->length == 0 || out->s[out->length - 1] == '\n';
    for (; *text; text++) {
        if (begins && (*text == '.' || *text == '\'')) odd_text_add(out, "\\&");
        if (*text == '\\')
            odd_text_add(out, "\\e");
        else if (*text == '-')
            odd_text_add(out, "\\-");
        else
            odd_text_bytes(out, text, 1);
        begins = *text == '\n';
    }
}

static void add_heading(const char *heading, odd_text *out)
{
    odd_text_format(out, ".SH %s\n", heading);
}

/* As it stands, line by line. */
static void add_literally(const char *text, odd_text *out)
{
    odd_text_add(out, ".nf\n");
    add_escaped(text, out);
    if (out->length > 0 && out->s[out->length - 1] != '\n') odd_text_add(out, "\n");
    odd_text_add(out, ".fi\n");
}

/* Lines are joined, but those that begin with a blank or have two in them, which are laid out. */
static void add_paragraphs(const char *text, odd_text *out)
{
    odd_text line = ODD_TEXT_EMPTY;
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = text + strcspn(text, "\n");
        line.length = 0;
        odd_text_bytes(&line, text, (size_t)(end - text));
        const char *words = odd_text_string(&line);
        if (!*words)
            odd_text_add(out, ".PP\n");
        else if (*words == ' ' || strstr(words, "  "))
            add_literally(words, out);
        else {
            add_escaped(words, out);
            odd_text_add(out, "\n");
        }
    }
    odd_text_free(&line);
}

static void add_option(const odd_word_option *o, odd_text *out)
{
    odd_text_add(out, ".TP\n\\fB");
    if (o->id < ODD_LETTERS) odd_text_format(out, "\\-%c", o->id);
    if (o->id < ODD_LETTERS && o->name) odd_text_add(out, "\\fR, \\fB");
    if (o->name) odd_text_add(out, "\\-\\-");
    if (o->name) add_escaped(o->name, out);
    odd_text_add(out, "\\fR");
    if (o->value) odd_text_format(out, " \\fI%s\\fR", o->value);
    odd_text_add(out, "\n");
    add_escaped(o->help, out);
    odd_text_add(out, "\n");
}

static void add_options(const odd_command *command, odd_text *out)
{
    if (!command->options) return;
    add_heading("OPTIONS", out);
    for (int t = 0; command->options[t]; t++)
        for (const odd_word_option *o = command->options[t]; o->help; o++)
            add_option(o, out);
}

static void add_exit_codes(odd_text *out)
{
    add_heading("EXIT STATUS", out);
    add_escaped(
        "0 done; 1 failed; 2 wrong usage or job file; 3 done and found a problem; 75 stopped "
        "at a checkpoint: run the same command again.\n",
        out);
}

/* "ODDLOT-RUN" */
static void add_title(const char *name, int section, odd_text *out)
{
    odd_text_add(out, ".TH ODDLOT");
    if (name) odd_text_add(out, "\\-");
    for (const char *c = name ? name : ""; *c; c++)
        odd_text_format(out, "%c", toupper((unsigned char)*c));
    odd_text_format(out, " %d \"\" \"oddlot %s\" \"oddlot\"\n", section, ODD_VERSION);
}

static void add_command(const odd_command *c, odd_text *out)
{
    add_title(c->name, 1, out);
    add_heading("NAME", out);
    odd_text_format(out, "oddlot\\-%s \\- ", c->name);
    add_escaped(c->summary, out);
    odd_text_add(out, "\n");
    add_heading("SYNOPSIS", out);
    odd_text_format(out, "\\fBoddlot %s\\fR ", c->name);
    add_escaped(c->usage, out);
    odd_text_add(out, "\n");
    if (c->help) add_heading("DESCRIPTION", out);
    if (c->help) add_paragraphs(c->help, out);
    add_options(c, out);
    if (c->more) {
        odd_text more = ODD_TEXT_EMPTY;
        c->more(&more);
        add_heading("NOTES", out);
        add_literally(odd_text_string(&more), out);
        odd_text_free(&more);
    }
    add_heading("EXAMPLE", out);
    odd_text example = ODD_TEXT_EMPTY;
    odd_command_example(c, &example);
    add_literally(odd_text_string(&example), out);
    odd_text_free(&example);
    add_exit_codes(out);
    add_heading("SEE ALSO", out);
    odd_text_add(out, "\\fBoddlot\\fR(1), \\fBoddlot\\-job\\fR(5)\n");
}

static void add_program(odd_text *out)
{
    const odd_command *c;
    const char *group = "";
    add_title(NULL, 1, out);
    add_heading("NAME", out);
    odd_text_add(out, "oddlot \\- finds the odd images in a catalogue\n");
    add_heading("SYNOPSIS", out);
    odd_text_add(out, "[\\fBmpirun \\-n\\fR \\fIRANKS\\fR] \\fBoddlot\\fR \\fICOMMAND\\fR ...\n");
    add_heading("COMMANDS", out);
    for (int i = 0; (c = odd_command_number(i)); i++) {
        if (strcmp(group, c->group) != 0) odd_text_format(out, ".SS %s\n", c->group);
        group = c->group;
        odd_text_format(out, ".TP\n\\fBoddlot\\-%s\\fR(1)\n", c->name);
        add_escaped(c->summary, out);
        odd_text_add(out, "\n");
    }
    add_exit_codes(out);
    add_heading("SEE ALSO", out);
    odd_text_add(out, "\\fBoddlot\\-audit\\fR(1), \\fBoddlot\\-run\\fR(1), "
                      "\\fBoddlot\\-job\\fR(5), \\fBmpirun\\fR(1), \\fBsbatch\\fR(1)\n");
}

void odd_man_page(const odd_command *command, odd_text *out)
{
    if (command)
        add_command(command, out);
    else
        add_program(out);
}

void odd_man_job(odd_text *out)
{
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_text help = ODD_TEXT_EMPTY;
    odd_job_help(section, sections, &help);
    add_title("job", 5, out);
    add_heading("NAME", out);
    odd_text_add(out, "oddlot\\-job \\- settings of a job file\n");
    add_heading("DESCRIPTION", out);
    add_literally(odd_text_string(&help), out);
    add_heading("SEE ALSO", out);
    odd_text_add(out, "\\fBoddlot\\fR(1), \\fBoddlot\\-run\\fR(1)\n");
    odd_text_free(&help);
}

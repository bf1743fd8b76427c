/* Completion: a function for bash, of the tables of commands, their options and the settings of
 * jobs. */
#include "cli/cli_internal.h"

#include "oddlot/pipeline/pipelines.h"

#include <string.h>

static const char head[] =
    "# Completion of oddlot " ODD_VERSION " for bash: made by `oddlot help --completion`.\n"
    "_oddlot_settings='\n";

static const char body[] =
    "'\n"
    "_oddlot() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} options=\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
    "        COMPREPLY=($(compgen -W \"$_oddlot_commands\" -- \"$cur\"))\n"
    "        return\n"
    "    fi\n"
    "    case ${COMP_WORDS[1]} in\n";

static const char tail[] =
    "    help) options=\"$_oddlot_commands job\" ;;\n"
    "    esac\n"
    "    case $prev in\n"
    "    --set)\n"
    "        COMPREPLY=($(compgen -W \"$_oddlot_settings\" -S = -- \"$cur\"))\n"
    "        compopt -o nospace\n"
    "        ;;\n"
    "    -o | --output)\n"
    "        COMPREPLY=($(compgen -d -- \"$cur\"))\n"
    "        compopt -o filenames\n"
    "        ;;\n"
    "    *)\n"
    "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
    "        if [ \"${#COMPREPLY[@]}\" = 0 ]; then\n"
    "            COMPREPLY=($(compgen -f -- \"$cur\"))\n"
    "            compopt -o filenames\n"
    "        fi\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "complete -F _oddlot oddlot\n";

/* "    run) options='-o --output --set' ;;" */
static void add_case(const odd_command *c, odd_text *out)
{
    if (!c->options) return;
    odd_text_format(out, "    %s) options='", c->name);
    for (int t = 0; c->options[t]; t++)
        for (const odd_word_option *o = c->options[t]; o->help; o++) {
            if (o->id < ODD_LETTERS) odd_text_format(out, "-%c ", o->id);
            if (o->name) odd_text_format(out, "--%s ", o->name);
        }
    odd_text_add(out, "' ;;\n");
}

void odd_completion(odd_text *out)
{
    const odd_command *c;
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_text_add(out, head);
    odd_job_keys(section, sections, out);
    odd_text_add(out, "'\n_oddlot_commands='");
    for (int i = 0; (c = odd_command_number(i)); i++)
        odd_text_format(out, "%s ", c->name);
    odd_text_add(out, body);
    for (int i = 0; (c = odd_command_number(i)); i++)
        add_case(c, out);
    odd_text_add(out, tail);
}

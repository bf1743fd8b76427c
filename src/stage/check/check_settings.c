/* Settings of stage `check`: which checks the job asks for. */
#include "stage/check/check_internal.h"
#include "stage/ingest/ingest_internal.h"

#include <string.h>

static const char all_checks[] = "all";

odd_part odd_check_part(int i)
{
    const odd_check *c = odd_checks[i];
    return c ? (odd_part){c->name, c->summary, c->options, c->options_size} : (odd_part){0};
}

static bool is_check(const char *name)
{
    for (int i = 0; odd_checks[i]; i++)
        if (strcmp(odd_checks[i]->name, name) == 0) return true;
    return false;
}

/* Is it a kind of finding that checks of other names make? */
static bool is_kind_of_several(odd_finding_kind kind)
{
    if (is_check(odd_finding_kind_word(kind))) return false;
    for (int i = 0; odd_checks[i]; i++)
        if (odd_checks[i]->kind == kind) return true;
    return false;
}

/* The i-th such kind, as what a job may name. */
static odd_part kind_word(int i)
{
    for (int k = 0; k < ODD_FINDING_KIND_COUNT; k++)
        if (is_kind_of_several((odd_finding_kind)k) && i-- == 0)
            return (odd_part){.name = odd_finding_kind_word((odd_finding_kind)k),
                              .summary = odd_finding_kind_about((odd_finding_kind)k)};
    return (odd_part){0};
}

/* What a job may name: all checks, each check, and all of a kind. */
static odd_part check_word(int i)
{
    int checks = 0;
    if (i == 0)
        return (odd_part){.name = all_checks, .summary = "every check that the job has data for"};
    while (odd_checks[checks])
        checks++;
    return i <= checks ? odd_check_part(i - 1) : kind_word(i - 1 - checks);
}

static const odd_option check_table[] = {
    ODD_PART_LIST(odd_check_options, checks, "[]", "check", check_word,
                  "what is looked for and written to findings.h5 and findings.csv: checks by their "
                  "names, or all of a kind"),
    ODD_INT(odd_check_options, most, "100000", 1, 1e9,
            "findings of a check that are kept, the most severe; all are counted"),
    ODD_PATH(odd_check_options, ignore, "",
             "findings to leave out: lines of a findings.csv with its first line; RUN/ignored.csv "
             "where none is named and that is there"),
    ODD_REAL(odd_check_options, fail_at, "0", 0, 1,
             "exit code 3 where a finding is at least this severe; 0: never"),
    ODD_OPTIONS_END,
};

const odd_section odd_check_section = ODD_SECTION(
    "check", "Findings: what is wrong with images, one by one", check_table, odd_check_options);

const char *odd_check_lacks(const odd_job *job, const odd_check *check)
{
    if ((check->measured || check->judge) && !odd_ingest_is_measured(job))
        return "images that are measured, by ingest.measure: true";
    return check->applies && !check->applies(job) ? check->needs : NULL;
}

bool odd_check_wanted(const odd_job *job, const odd_check *check)
{
    const odd_check_options *options = odd_job_section(job, "check");
    if (odd_list_has(&options->checks, check->name)) return true;
    return (odd_list_has(&options->checks, all_checks) ||
            odd_list_has(&options->checks, odd_finding_kind_word(check->kind))) &&
           !odd_check_lacks(job, check);
}

const void *odd_check_settings(const odd_job *job, const odd_check *check)
{
    return check->options ? odd_part_options(job, "check", check->name) : NULL;
}

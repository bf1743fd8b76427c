/* Job paths: which section or option a dotted path means, or was meant to mean. */
#include "base/job_internal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

bool odd_path_join(char path[static ODD_JOB_PATH], const char *section, const char *key)
{
    int n = snprintf(path, ODD_JOB_PATH, "%s%s%s", section, *section ? "." : "", key);
    return n >= 0 && n < ODD_JOB_PATH;
}

const char *odd_path_inside(const char *path, const char *section)
{
    size_t length = strlen(section);
    if (length == 0) return *path ? path : NULL;
    return strncmp(path, section, length) == 0 && path[length] == '.' ? path + length + 1 : NULL;
}

/* Sections need not be declared themselves: "fit" is one where "fit.mixture" is. */
bool odd_path_is_section(const odd_job *job, const char *section)
{
    for (int i = 0; i < job->part_count; i++) {
        const char *name = job->part[i].section->name;
        if (strcmp(name, section) == 0 || odd_path_inside(name, section)) return true;
    }
    return false;
}

const odd_option *odd_path_option(const odd_job *job, const char *path, odd_job_part **part)
{
    for (int i = 0; i < job->part_count; i++) {
        const char *key = odd_path_inside(path, job->part[i].section->name);
        if (!key) continue;
        *part = &job->part[i];
        for (int k = 0; k < (*part)->option_count; k++)
            if (strcmp((*part)->options[k].key, key) == 0) return &(*part)->options[k];
    }
    return NULL;
}

/* Where the user gave the option or the section; NULL for what is a default. */
const odd_job_place *odd_path_place(const odd_job *job, const char *path)
{
    odd_job_part *part;
    const odd_job_place *place = NULL;
    const odd_option *option = odd_path_option(job, path, &part);
    if (option) place = &part->places[option - part->options];
    for (int i = 0; i < job->part_count && !place; i++)
        if (strcmp(job->part[i].section->name, path) == 0) place = &job->part[i].place;
    return place && (place->set || place->line > 0) ? place : NULL;
}

const odd_section *odd_path_renamed(const odd_job *job, const char *path)
{
    for (int i = 0; i < job->part_count; i++) {
        const odd_section *section = job->part[i].section;
        if (!section->was) continue;
        if (strcmp(path, section->was) == 0 || odd_path_inside(path, section->was)) return section;
    }
    return NULL;
}

static const char *last_key(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* A known path is as near as its spelling, but the right key in the wrong section is near too. */
static int path_distance(const char *path, const char *known)
{
    int apart = odd_text_distance(path, known);
    return apart > 1 && strcmp(last_key(path), last_key(known)) == 0 ? 1 : apart;
}

static void offer_path(const char *path, const char *known, int *nearest,
                       char guess[static ODD_JOB_PATH])
{
    int apart = *known ? path_distance(path, known) : INT_MAX;
    if (apart >= *nearest) return;
    *nearest = apart;
    snprintf(guess, ODD_JOB_PATH, "%s", known);
}

bool odd_path_guess(const odd_job *job, const char *path, char guess[static ODD_JOB_PATH])
{
    char known[ODD_JOB_PATH];
    /* Long keys may have more slips: one in three letters, and two at least. */
    const int too_far = 2 + (int)strlen(last_key(path)) / 3;
    int nearest = too_far;
    for (int i = 0; i < job->part_count; i++) {
        const odd_job_part *part = &job->part[i];
        const char *section = part->section->name;
        offer_path(path, section, &nearest, guess);
        for (int k = 0; k < part->option_count; k++)
            if (odd_path_join(known, section, part->options[k].key))
                offer_path(path, known, &nearest, guess);
    }
    return nearest < too_far;
}

/* Sections: every setting that a job may have, gathered from the stages and the registered parts.
 */
#include "stage/stage_internal.h"

#include "stage/feature_source_internal.h"
#include "stage/stage_reductions_internal.h"
#include "stage/training_internal.h"

#include "oddlot/detect/detector.h"

#include <stdio.h>

#define MOST_SECTIONS 64
#define NAME_SIZE     64

static odd_section all[MOST_SECTIONS];
static char name[MOST_SECTIONS][NAME_SIZE];
static int count;

static void add(odd_section section)
{
    ODD_CHECK(count < MOST_SECTIONS);
    all[count++] = section;
}

static void add_part(const char *stage, const char *part, const char *help,
                     const odd_option *options, size_t size)
{
    ODD_CHECK(count < MOST_SECTIONS);
    snprintf(name[count], NAME_SIZE, "%s.%s", stage, part);
    add((odd_section){name[count], help, options, size});
}

static void gather(void)
{
    add(odd_run_section);
    add(odd_catalogue_section);
    add(odd_mixture_section);
    add(odd_image_section);
    add(odd_ingest_section);
    add(odd_train_section);
    add(odd_train_augment_section);
    add(odd_train_damage_section);
    add(odd_train_autoencoder_section);
    add(odd_features_section);
    for (const odd_feature_source *const *s = odd_feature_sources; *s; s++)
        add_part("features", (*s)->name, (*s)->summary, (*s)->options, (*s)->options_size);
    add(odd_reduce_section);
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reduction(i)); i++)
        add_part("reduce", r->name, r->summary, r->options, r->options_size);
    add(odd_fit_section);
    for (const odd_detector *const *d = odd_detectors; *d; d++)
        add_part("fit", (*d)->name, (*d)->summary, (*d)->options, (*d)->options_size);
    add(odd_score_section);
    add(odd_evaluate_section);
    add(odd_report_section);
    add(odd_experiment_section);
    add(odd_study_section);
}

const odd_section *odd_job_sections(int *n)
{
    if (count == 0) gather();
    *n = count;
    return all;
}

const void *odd_part_options(const odd_job *job, const char *stage, const char *part)
{
    char section[NAME_SIZE];
    snprintf(section, sizeof section, "%s.%s", stage, part);
    return odd_job_section(job, section);
}

odd_status odd_no_such_part(const odd_job *job, const char *key, const char *what,
                            const char *given, const char *(*part_name)(int i))
{
    odd_text names = ODD_TEXT_EMPTY;
    for (int i = 0; part_name(i); i++)
        odd_text_format(&names, "%s%s", i ? ", " : "", part_name(i));
    odd_status st =
        odd_job_fail(job, key, "no %s '%s'; there are: %s", what, given, odd_text_string(&names));
    odd_text_free(&names);
    return st;
}

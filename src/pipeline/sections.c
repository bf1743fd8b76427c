/* Sections: every setting that a job may have, as the records of the stages say. */
#include "oddlot/pipeline/pipelines.h"

#define MOST_SECTIONS 128

static odd_section all[MOST_SECTIONS];
static char part_name[MOST_SECTIONS][ODD_PART_NAME];
static int count;

static void add_section(odd_section section)
{
    ODD_CHECK(count < MOST_SECTIONS);
    all[count++] = section;
}

static void add_part(const odd_stage *stage, odd_part part)
{
    ODD_CHECK(count < MOST_SECTIONS);
    char *name = part_name[count];
    odd_part_section(stage->name, part.name, name);
    add_section((odd_section){
        .name = name, .help = part.summary, .options = part.options, .size = part.options_size});
}

static void add_stage(const odd_stage *stage)
{
    for (int i = 0; stage->sections[i]; i++)
        add_section(*stage->sections[i]);
    for (int i = 0; stage->parts && stage->parts(i).name; i++)
        add_part(stage, stage->parts(i));
}

static void gather_sections(void)
{
    const odd_stage *stage;
    add_section(odd_run_section);
    for (int i = 0; (stage = odd_stage_number(odd_pipelines, i)); i++)
        add_stage(stage);
}

const odd_section *odd_job_sections(int *n)
{
    if (count == 0) gather_sections();
    *n = count;
    return all;
}

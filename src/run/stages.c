/* Stages and pipelines as their records say. */
#include "oddlot/run/stage.h"

#include <math.h>
#include <string.h>

#define WAITING 4096 /* rows of a rank that wait while all others come by */

const odd_pipeline *odd_pipeline_of(const odd_pipeline *const pipelines[], const odd_job *job)
{
    int i = 0;
    while (pipelines[i]->wanted && !pipelines[i]->wanted(job))
        i++;
    return pipelines[i];
}

/* Is it in a pipeline behind this one, too? */
static bool is_counted(const odd_pipeline *const later[], const odd_stage *stage)
{
    for (int i = 0; later[i]; i++)
        if (odd_stage_find(later[i], stage->name)) return true;
    return false;
}

const odd_stage *odd_stage_number(const odd_pipeline *const pipelines[], int i)
{
    int last = 0;
    while (pipelines[last])
        last++;
    while (last-- > 0)
        for (const odd_stage *const *stage = pipelines[last]->stages; *stage; stage++)
            if (!is_counted(&pipelines[last + 1], *stage) && i-- == 0) return *stage;
    return NULL;
}

const odd_stage *odd_stage_find(const odd_pipeline *pipeline, const char *name)
{
    for (int i = 0; pipeline->stages[i]; i++)
        if (strcmp(pipeline->stages[i]->name, name) == 0) return pipeline->stages[i];
    return NULL;
}

bool odd_stage_applies(const odd_stage *stage, const odd_job *job)
{
    return !stage->applies || stage->applies(job);
}

static bool may_read(const odd_stage *reader, const char *input)
{
    for (int i = 0; reader->inputs[i]; i++)
        if (strcmp(reader->inputs[i], input) == 0) return true;
    return false;
}

bool odd_stage_is_read(const odd_stage *const stages[], const odd_stage *stage, const odd_job *job)
{
    for (int i = 0; stages[i]; i++) {
        const odd_stage *reader = stages[i];
        if (!may_read(reader, stage->name) || !odd_stage_applies(reader, job)) continue;
        if (!reader->reads || reader->reads(job, stage->name)) return true;
    }
    return false;
}

odd_status odd_stage_check_settings(const odd_stage *stage, const odd_job *job)
{
    return stage->check ? stage->check(job) : ODD_OK;
}

odd_status odd_pipelines_check(const odd_pipeline *const pipelines[], const odd_job *job)
{
    const odd_pipeline *pipeline = odd_pipeline_of(pipelines, job);
    odd_status st = ODD_OK;
    for (int i = 0; pipeline->stages[i]; i++)
        if (odd_stage_applies(pipeline->stages[i], job))
            ODD_TRY(odd_stage_check_settings(pipeline->stages[i], job));
    if (pipeline->check) ODD_TRY(pipeline->check(pipelines, job));
done:
    return st;
}

const char *odd_stage_product(const odd_stage *stage, const odd_job *job)
{
    return stage->product_of ? stage->product_of(job) : stage->product;
}

const void *odd_stage_options(const odd_stage *stage, const odd_job *job)
{
    return odd_part_options(job, stage->name, stage->part(job));
}

void odd_stage_cost_exchange(odd_stage_cost *cost, odd_exchange_kind kind, double times,
                             double bytes)
{
    cost->exchange[kind].times += times;
    cost->exchange[kind].bytes += times * bytes;
}

/* A panel has rows of one rank; all agree before each. */
void odd_stage_cost_neighbours(double n, double d, int ranks, odd_stage_cost *cost)
{
    const double batches = ceil(n / ranks / WAITING), panels = fmax(ranks, ceil(n / WAITING));
    cost->pairs += 2 * n * n * d;
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_BROADCAST, batches * panels,
                            n / panels * d * sizeof(float));
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_BROADCAST, batches * panels,
                            n / panels * sizeof(float));
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_AGREE, 2 * batches * panels, 0);
}

static odd_hash add_section(odd_hash digest, const odd_job *job, const char *section)
{
    const odd_hash part = odd_job_digest(job, section);
    return odd_hash_add(digest, &part, sizeof part);
}

static odd_hash add_part(odd_hash digest, const odd_job *job, const char *stage, const char *part)
{
    char section[ODD_PART_NAME];
    odd_part_section(stage, part, section);
    return add_section(digest, job, section);
}

odd_hash odd_stage_digest(const odd_stage *stage, const odd_job *job, bool all_parts,
                          odd_hash digest)
{
    for (int i = 0; stage->sections[i]; i++)
        digest = add_section(digest, job, stage->sections[i]->name);
    if (!stage->parts) return digest;
    if (!all_parts && stage->part) return add_part(digest, job, stage->name, stage->part(job));
    for (int i = 0; stage->parts(i).name; i++)
        digest = add_part(digest, job, stage->name, stage->parts(i).name);
    return digest;
}

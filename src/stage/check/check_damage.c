/* Check `damage`: images that networks take for damaged which the job trained on damage made by
 * program, each by one that has not seen the image. */
#include "oddlot/store/dataset.h"
#include "stage/check/check_internal.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    double probability;
} damage_options;

static const odd_option table[] = {
    ODD_REAL(damage_options, probability, "0.5", 0, 1,
             "images that are damaged with at least this probability, see score.damage_share"),
    ODD_OPTIONS_END,
};

/* What the networks of the job say that is a probability; NULL: nothing, or it trains none. */
static const odd_task_column *probability_column(const odd_job *job)
{
    if (!odd_trains(job)) return NULL;
    const odd_task_column *c = odd_train_task_of(job)->columns(job);
    while (c && c->column.name && !c->evidence)
        c++;
    return c && c->column.name ? c : NULL;
}

static bool has_probability(const odd_job *job)
{
    return probability_column(job) != NULL;
}

/* Of my rows. @local */
static odd_status read_probability(const odd_check_context *context, double value[])
{
    const odd_task_column *c = probability_column(context->run->job);
    const odd_shape column = {.type = ODD_F64, .rank = 1, .shape = {context->part.n}};
    const odd_partition *part = &context->part;
    odd_dataset *dataset = NULL;
    char name[64];
    odd_status st;
    snprintf(name, sizeof name, "columns/%s", c->column.name);
    ODD_TRY(odd_dataset_expect(odd_check_input(context, "score"), name, &column, &dataset));
    ODD_TRY(odd_dataset_read(dataset, part->row0, part->n_local, ODD_F64, value));
done:
    odd_dataset_close(&dataset);
    return st;
}

static odd_status add_damaged(odd_check_context *context, int64_t row, double value, double limit)
{
    char sentence[ODD_FINDING_SENTENCE];
    snprintf(sentence, sizeof sentence,
             "damaged with probability %.2f, by a network that has not seen the image", value);
    const odd_finding finding = {
        .kind = ODD_FINDING_DAMAGE,
        .check = context->check->name,
        .severity = fmin(1, fmax(0, value)),
        .value = value,
        .limit = limit,
        .unit = "",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = &row,
        .rows = 1,
    };
    return odd_check_tell(context, &finding);
}

static odd_status add_mine(odd_check_context *context, const damage_options *o)
{
    double *value = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(value, context->part.n_local));
    ODD_TRY(read_probability(context, value));
    ODD_TRY(odd_findings_note(context->findings, ODD_FINDING_DAMAGE, context->check->name, 0));
    for (int64_t i = 0; i < context->part.n_local; i++)
        if (value[i] >= o->probability)
            ODD_TRY(add_damaged(context, context->part.row0 + i, value[i], o->probability));
done:
    odd_free(value);
    return st;
}

static odd_status run_damage(odd_check_context *context, const void *options)
{
    return odd_agree(context->run->comm, add_mine(context, options));
}

static const char *const reads[] = {"score", NULL};

const odd_check odd_check_damage = {
    .name = "damage",
    .summary = "images that networks of the job take for damaged",
    .advice = "look at it, and upload the file again if it is damaged",
    .kind = ODD_FINDING_DAMAGE,
    .options = table,
    .options_size = sizeof(damage_options),
    .reads = reads,
    .applies = has_probability,
    .needs = "networks that give a probability, as of train.task: damage",
    .run = run_damage,
};

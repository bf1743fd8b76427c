/* Check `placeholder`: one picture that stands for many products. How near copies are, the settings
 * of stage `copies` say. */
#include "oddlot/run/copies.h"
#include "stage/check/copy_groups_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#define SEVERITY         0.7
#define SEVERITY_CROSSED 0.2 /* more, where it crosses folders, labels or groups */
#define SEVERITY_MANY    0.1 /* more, the more there are */
#define MANY             50.0

typedef struct {
    int64_t least;
} placeholder_options;

static const odd_option placeholder_table[] = {
    ODD_INT(placeholder_options, least, "5", 2, 1e9,
            "images that one picture stands on, from which it is a placeholder"),
    ODD_OPTIONS_END,
};

bool odd_copy_group_is_placeholder(const odd_job *job, const odd_copy_group *group)
{
    const placeholder_options *options = odd_check_settings(job, &odd_check_placeholder);
    return odd_check_wanted(job, &odd_check_placeholder) && group->count >= options->least;
}

odd_status odd_copy_groups_tell(const odd_job *job, const odd_file *file, const odd_partition *part,
                                bool told[])
{
    odd_copies copies = {0};
    odd_status st;
    ODD_TRY(odd_copies_read(file, part->n, &copies));
    for (int64_t i = 0; i < copies.groups.groups; i++) {
        const int64_t first = copies.groups.first[i], end = copies.groups.first[i + 1];
        if (!odd_copy_group_is_placeholder(job, &(odd_copy_group){.count = end - first})) continue;
        for (int64_t m = first; m < end; m++) {
            const int64_t local = copies.groups.row[m] - part->row0;
            if (local >= 0 && local < part->n_local) told[local] = true;
        }
    }
done:
    odd_copies_free(&copies);
    return st;
}

static const char *crossed(const odd_copy_group *g)
{
    if (g->crosses_labels) return ", under more than one label";
    if (g->crosses_folders) return ", in more than one folder";
    return g->crosses_groups ? ", in more than one group" : "";
}

static odd_status add_placeholder(odd_check_context *context, const void *settings,
                                  const odd_copy_group *g)
{
    const placeholder_options *options = settings;
    char sentence[ODD_FINDING_SENTENCE];
    if (!odd_copy_group_is_placeholder(context->run->job, g)) return ODD_OK;
    snprintf(sentence, sizeof sentence, "one picture stands for %lld products%s",
             (long long)g->count, crossed(g));
    const odd_finding finding = {
        .kind = ODD_FINDING_PLACEHOLDER,
        .check = context->check->name,
        .severity = SEVERITY + (*crossed(g) ? SEVERITY_CROSSED : 0) +
                    SEVERITY_MANY * fmin(1, (double)g->count / MANY),
        .value = (double)g->count,
        .limit = (double)options->least,
        .unit = "images",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = g->row,
        .rows = g->count,
    };
    return odd_check_tell(context, &finding);
}

static odd_status run_placeholder(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    odd_status st;
    ODD_TRY_ALL(comm, odd_findings_note(context->findings, ODD_FINDING_PLACEHOLDER,
                                        context->check->name, 0));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? odd_copy_groups_each(context, add_placeholder, options)
                                          : ODD_OK);
done:
    return st;
}

const odd_check odd_check_placeholder = {
    .name = "placeholder",
    .summary = "one picture that stands for many products",
    .advice = "get photographs of these products",
    .kind = ODD_FINDING_PLACEHOLDER,
    .options = placeholder_table,
    .options_size = sizeof(placeholder_options),
    .reads = odd_copy_groups_reads,
    .measured = true,
    .run = run_placeholder,
};

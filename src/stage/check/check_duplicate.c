/* Check `duplicate`: images that show one picture, exactly or changed a little. */
#include "stage/check/copy_groups_internal.h"
#include "stage/copies/copies_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#define SEVERITY_EXACT   0.5
#define SEVERITY_NEAR    0.4
#define SEVERITY_CROSSED 0.2 /* more, where they are under two labels */

static odd_status tell_pair(odd_image_facts *facts, const odd_copy_group *g, char *sentence,
                            size_t size)
{
    const char *other;
    odd_status st;
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_NAME, g->row[1], &other));
    if (g->near == 0)
        snprintf(sentence, size, "exactly the same picture as '%.300s', pixel for pixel", other);
    else
        snprintf(sentence, size,
                 "nearly the same picture as '%.300s'%s: re-encoded, resized, cut or tinted", other,
                 g->mirrored > 0 ? ", mirrored" : "");
done:
    return st;
}

static void tell_group(const odd_copy_group *g, char *sentence, size_t size)
{
    const char *mirrored = g->mirrored > 0 ? ", some mirrored" : "";
    if (g->near == 0)
        snprintf(sentence, size, "exactly the same picture in %lld images, pixel for pixel",
                 (long long)g->count);
    else if (g->exact > 0)
        snprintf(sentence, size,
                 "one picture in %lld images, some exactly the same, others nearly%s",
                 (long long)g->count, mirrored);
    else
        snprintf(sentence, size, "nearly the same picture in %lld images%s", (long long)g->count,
                 mirrored);
}

static odd_status add_duplicate(odd_check_context *context, const void *settings,
                                const odd_copy_group *g)
{
    const odd_copies_options *options = odd_copies_settings(context->run->job);
    char sentence[ODD_FINDING_SENTENCE];
    odd_status st = ODD_OK;
    (void)settings;
    if (odd_copy_group_is_placeholder(context->run->job, g)) return ODD_OK;
    if (g->count == 2)
        ODD_TRY(tell_pair(context->facts, g, sentence, sizeof sentence));
    else
        tell_group(g, sentence, sizeof sentence);
    const double likeness = 1 - 0.5 * g->value / options->difference;
    const double severity = g->near == 0 ? SEVERITY_EXACT : SEVERITY_NEAR * likeness;
    const odd_finding finding = {
        .kind = ODD_FINDING_DUPLICATE,
        .check = context->check->name,
        .severity = severity + (g->crosses_labels ? SEVERITY_CROSSED : 0),
        .value = g->value,
        .limit = options->difference,
        .unit = "levels",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = g->row,
        .rows = g->count,
    };
    ODD_TRY(odd_findings_add(context->findings, &finding));
done:
    return st;
}

static odd_status run_duplicate(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    odd_status st;
    ODD_TRY_ALL(
        comm, odd_findings_note(context->findings, ODD_FINDING_DUPLICATE, context->check->name, 0));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? odd_copy_groups_each(context, add_duplicate, options)
                                          : ODD_OK);
done:
    return st;
}

const odd_check odd_check_duplicate = {
    .name = "duplicate",
    .summary = "images that show one picture, exactly or nearly",
    .kind = ODD_FINDING_DUPLICATE,
    .reads = odd_copy_groups_reads,
    .measured = true,
    .run = run_duplicate,
};

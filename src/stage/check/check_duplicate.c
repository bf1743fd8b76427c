/* Check `duplicate`: images that show one picture, exactly or changed a little. */
#include "oddlot/run/measures.h"
#include "stage/check/copy_groups_internal.h"
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#define SEVERITY_EXACT   0.5
#define SEVERITY_NEAR    0.4
#define SEVERITY_CROSSED 0.2 /* more, where they are under two labels */

/* What pairs are told with. */
typedef struct {
    odd_told_rows told;    /* rows of which all is told */
    odd_dataset *measures; /* on rank 0 */
} duplicates;

/* " (240 x 264, this is 320 x 352)"; nothing where they are alike. */
static odd_status tell_sizes(odd_dataset *measures, const odd_copy_group *g, char *words,
                             size_t size)
{
    float m[2][ODD_MEASURE_COUNT];
    odd_status st = ODD_OK;
    *words = '\0';
    for (int i = 0; i < 2; i++)
        ODD_TRY(odd_measures_read(measures, g->row[i], 1, m[i]));
    const float *mine = m[0], *other = m[1];
    if (mine[ODD_MEASURE_WIDTH] != other[ODD_MEASURE_WIDTH] ||
        mine[ODD_MEASURE_HEIGHT] != other[ODD_MEASURE_HEIGHT])
        snprintf(words, size, " (%.0f x %.0f, this is %.0f x %.0f)",
                 (double)other[ODD_MEASURE_WIDTH], (double)other[ODD_MEASURE_HEIGHT],
                 (double)mine[ODD_MEASURE_WIDTH], (double)mine[ODD_MEASURE_HEIGHT]);
done:
    return st;
}

static odd_status tell_pair(odd_image_facts *facts, odd_dataset *measures, const odd_copy_group *g,
                            char *sentence, size_t size)
{
    const char *other;
    char sizes[96];
    odd_status st;
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_NAME, g->row[1], &other));
    if (g->near == 0) {
        snprintf(sentence, size, "exactly the same picture as '%.300s', pixel for pixel", other);
        goto done;
    }
    ODD_TRY(tell_sizes(measures, g, sizes, sizeof sizes));
    snprintf(sentence, size, "nearly the same picture as '%.300s'%s%s: re-encoded, %scut or tinted",
             other, sizes, g->mirrored > 0 ? ", mirrored" : "", *sizes ? "resized, " : "");
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

/* Blank pictures are copies of one another, too. */
static bool is_told(const odd_told_rows *told, const odd_copy_group *g)
{
    for (int64_t i = 0; i < g->count; i++)
        if (!odd_told_rows_have(told, g->row[i])) return false;
    return true;
}

static odd_status add_duplicate(odd_check_context *context, const void *with,
                                const odd_copy_group *g)
{
    const odd_copies_options *options = odd_copies_settings(context->run->job);
    const duplicates *d = with;
    char sentence[ODD_FINDING_SENTENCE];
    odd_status st = ODD_OK;
    if (odd_copy_group_is_placeholder(context->run->job, g) || is_told(&d->told, g)) return ODD_OK;
    if (g->count == 2)
        ODD_TRY(tell_pair(context->facts, d->measures, g, sentence, sizeof sentence));
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
    ODD_TRY(odd_check_tell(context, &finding));
done:
    return st;
}

/* @local: rank 0 */
static odd_status add_duplicates(odd_check_context *context, duplicates *d)
{
    odd_status st;
    ODD_TRY(odd_measures_open(odd_check_ingest(context), &d->measures));
    ODD_TRY(odd_copy_groups_each(context, add_duplicate, d));
done:
    odd_dataset_close(&d->measures);
    return st;
}

static odd_status run_duplicate(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    duplicates d = {0};
    odd_status st;
    (void)options;
    ODD_TRY_ALL(
        comm, odd_findings_note(context->findings, ODD_FINDING_DUPLICATE, context->check->name, 0));
    ODD_TRY(odd_told_rows_share(context, &d.told));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? add_duplicates(context, &d) : ODD_OK);
done:
    odd_free(d.told.row);
    return st;
}

const odd_check odd_check_duplicate = {
    .name = "duplicate",
    .summary = "images that show one picture, exactly or nearly",
    .advice = "keep the best copy, unless they are two products",
    .kind = ODD_FINDING_DUPLICATE,
    .reads = odd_copy_groups_reads,
    .measured = true,
    .run = run_duplicate,
};

/* Check `label`: images whose label is not wanted. */
#include "stage/check/check_internal.h"

#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

typedef struct {
    char *unwanted;
} label_options;

static const odd_option table[] = {
    ODD_TEXT(label_options, unwanted, "", "label of the images to find"),
    ODD_OPTIONS_END,
};

static odd_status add_row(odd_check_context *context, int64_t row)
{
    const odd_finding finding = {
        .kind = ODD_FINDING_CATEGORY,
        .check = "label",
        .severity = 0.5,
        .value = NAN,
        .limit = NAN,
        .unit = "",
        .sentence = "is called so",
        .box = ODD_BOX_NONE,
        .row = &row,
        .rows = 1,
    };
    return odd_findings_add(context->findings, &finding);
}

static odd_status add_mine(odd_check_context *context, const label_options *o)
{
    const int64_t row0 = context->part.row0;
    odd_status st = ODD_OK;
    for (int64_t row = row0; row < row0 + context->part.n_local; row++) {
        const char *label;
        ODD_TRY(odd_image_text_of(context->facts, ODD_IMAGE_LABEL, row, &label));
        if (strcmp(label, o->unwanted) == 0) ODD_TRY(add_row(context, row));
    }
done:
    return st;
}

static odd_status run(odd_check_context *context, const void *options)
{
    return odd_agree(context->run->comm, add_mine(context, options));
}

const odd_check extra_check = {
    .name = "label",
    .summary = "images whose label is not wanted",
    .kind = ODD_FINDING_CATEGORY,
    .options = table,
    .options_size = sizeof(label_options),
    .run = run,
};

/* The gallery of the report: the oddest flagged images, each with its picture and its reason. */
#include "oddlot/run/columns.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>

#define UNFLAGGED_SHOWN 24

static odd_status read_pictures(odd_page *p, int64_t count, odd_shape *shape)
{
    odd_dataset *images = NULL;
    odd_status st;
    ODD_TRY(odd_images_open(p->ingest, &images));
    *shape = *odd_dataset_shape(images);
    int64_t bytes = shape->shape[1] * shape->shape[2] * shape->shape[3];
    ODD_TRY(ODD_NEW(p->pixels, count * bytes));
    for (int64_t i = 0; i < count; i++)
        ODD_TRY(odd_dataset_read(images, p->flagged_row[i], 1, ODD_U8, p->pixels + i * bytes));
done:
    odd_dataset_close(&images);
    return st;
}

static odd_status fill_card(odd_page *p, int64_t i, const odd_shape *shape, odd_flagged *out)
{
    int64_t row = p->flagged_row[i], bytes = shape->shape[1] * shape->shape[2] * shape->shape[3];
    odd_status st;
    *out = (odd_flagged){
        .rank = i + 1,
        .row = row,
        .reason = p->flagged_reason ? p->flagged_reason + (size_t)i * (p->reason_width + 1) : "",
        .score = p->score[row],
        .probability = p->probability ? p->probability[row] : NAN,
        .truth = p->truth_of[row],
        .width = (int)shape->shape[2],
        .height = (int)shape->shape[1],
        .channels = (int)shape->shape[3],
        .pixels = p->pixels + i * bytes,
    };
    ODD_TRY(odd_page_text(p, ODD_IMAGE_NAME, row, &out->name));
    ODD_TRY(odd_page_text(p, ODD_IMAGE_LABEL, row, &out->label));
done:
    return st;
}

/* The maps are those of the first flagged images. */
static odd_status add_heat(odd_page *p, int64_t count)
{
    const odd_heat_maps *heat = p->heat;
    const int64_t area = (int64_t)heat->height * heat->width;
    for (int64_t i = 0; i < count && i < heat->count; i++) {
        const odd_heat_region *r = &heat->region[i];
        odd_flagged *f = &p->flagged[i];
        if (heat->row[i] != f->row || heat->width != f->width || heat->height != f->height)
            return odd_fail(ODD_FORMAT, "heat maps are not those of the flagged images");
        f->heat = (odd_heat){heat->map + i * area, r->left, r->top, r->width, r->height};
    }
    return ODD_OK;
}

static odd_status read_flagged(odd_page *p, int64_t top, int64_t *total, int64_t *count)
{
    odd_status st;
    ODD_TRY(odd_flagged_read(p->scores, odd_selection_rows(p->selection), &p->flagged_row, total));
    ODD_TRY(odd_column_read_text(p->scores, "flagged/reason", top, &p->flagged_reason,
                                 &p->reason_width, count));
    if (*count > *total)
        ODD_TRY(odd_fail(ODD_FORMAT, "scores.h5 flags %lld images with %lld reasons",
                         (long long)*total, (long long)*count));
done:
    return st;
}

/* A page without a picture helps nobody: those that come nearest to being flagged. */
static odd_status read_oddest(odd_page *p, int64_t top, int64_t *count)
{
    odd_free(p->flagged_reason);
    odd_free(p->flagged_row);
    p->flagged_reason = NULL;
    p->flagged_row = NULL;
    return odd_oddest_read(p->scores, odd_selection_rows(p->selection),
                           top < UNFLAGGED_SHOWN ? top : UNFLAGGED_SHOWN, &p->flagged_row, count);
}

odd_status odd_page_gallery(odd_page *p)
{
    const odd_report_options *options = odd_job_section(p->run->job, "report");
    int64_t total, count;
    odd_shape shape;
    odd_status st;
    ODD_TRY(read_flagged(p, options->top, &total, &count));
    if (total == 0) ODD_TRY(read_oddest(p, options->top, &count));
    ODD_TRY(read_pictures(p, count, &shape));
    ODD_TRY(ODD_NEW(p->flagged, count));
    for (int64_t i = 0; i < count; i++)
        ODD_TRY(fill_card(p, i, &shape, &p->flagged[i]));
    if (total > 0) ODD_TRY(add_heat(p, count));
    p->data.flagged = p->flagged;
    p->data.flagged_count = count;
    p->data.flagged_total = total;
done:
    return st;
}

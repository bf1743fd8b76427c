/* The usual images that are nearest to flagged ones, as stage score has found them. */
#include "oddlot/run/columns.h"
#include "oddlot/store/dataset.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"

static odd_status check_images(const odd_nearest_usual *n, int64_t images)
{
    for (int64_t i = 0; i < n->shown * n->columns; i++)
        if (n->nearest[i] < -1 || n->nearest[i] >= images)
            return odd_fail(ODD_FORMAT, "scores.h5 tells of an image that the catalogue does not "
                                        "have");
    return ODD_OK;
}

odd_status odd_nearest_usual_read(const odd_file *scores, int64_t images, odd_nearest_usual *out)
{
    const odd_shape matrix = {.type = ODD_I64, .rank = 2, .shape = {-1, -1}};
    odd_dataset *nearest = NULL;
    int64_t flagged;
    odd_status st;
    *out = (odd_nearest_usual){0};
    ODD_TRY(odd_dataset_expect(scores, "flagged/nearest", &matrix, &nearest));
    out->shown = odd_dataset_shape(nearest)->shape[0];
    out->columns = odd_dataset_shape(nearest)->shape[1];
    ODD_TRY(odd_flagged_read(scores, images, out->shown, &out->row, &flagged));
    if (out->shown > flagged)
        ODD_TRY(odd_fail(ODD_FORMAT, "scores.h5 tells of more images than are flagged"));
    ODD_TRY(ODD_NEW(out->nearest, out->shown * out->columns));
    ODD_TRY(odd_dataset_read(nearest, 0, out->shown, ODD_I64, out->nearest));
    ODD_TRY(check_images(out, images));
done:
    odd_dataset_close(&nearest);
    return st;
}

void odd_nearest_usual_free(odd_nearest_usual *n)
{
    odd_free(n->row);
    odd_free(n->nearest);
    *n = (odd_nearest_usual){0};
}

const int64_t *odd_nearest_usual_of(const odd_nearest_usual *n, int64_t images,
                                    const int64_t image[])
{
    for (int64_t i = 0; i < n->shown; i++)
        for (int64_t j = 0; j < images; j++)
            if (n->row[i] == image[j]) return n->nearest + i * n->columns;
    return NULL;
}

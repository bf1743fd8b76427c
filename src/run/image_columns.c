/* Whole columns of a value for each image: the reads that are O(n), see columns.h. */
#include "oddlot/run/columns.h"

#include "oddlot/base/memory.h"

odd_status odd_image_marks_read(const odd_file *ingest, const char *name, uint8_t **mark,
                                int64_t *images)
{
    return odd_column_read(ingest, name, ODD_U8, (void **)mark, images);
}

odd_status odd_image_column_read(const odd_file *file, const char *whose, const char *name,
                                 odd_type type, int64_t images, void **data)
{
    int64_t n;
    odd_status st;
    ODD_TRY(odd_column_read(file, name, type, data, &n));
    if (n == images) return ODD_OK;
    st = odd_fail(ODD_FORMAT, "column '%s' of %s has %lld rows, the catalogue %lld", name, whose,
                  (long long)n, (long long)images);
    odd_free(*data);
    *data = NULL;
done:
    return st;
}

/* They rise: no image is there twice. */
static odd_status check_images(int64_t images, int64_t n, const int64_t image[])
{
    for (int64_t i = 0; i < n; i++)
        if (image[i] < 0 || image[i] >= images || (i > 0 && image[i] <= image[i - 1]))
            return odd_fail(ODD_FORMAT,
                            "features.h5: row %lld is of image %lld, where ingest.h5 has %lld "
                            "and each comes once",
                            (long long)i, (long long)image[i], (long long)images);
    return ODD_OK;
}

odd_status odd_feature_images_read(const odd_file *features, int64_t images, int64_t **image,
                                   int64_t *n)
{
    odd_status st;
    ODD_TRY(odd_column_read(features, "row", ODD_I64, (void **)image, n));
    st = check_images(images, *n, *image);
    if (st == ODD_OK) return ODD_OK;
    odd_free(*image);
    *image = NULL;
done:
    return st;
}

odd_status odd_flagged_read(const odd_file *scores, int64_t images, int64_t **row, int64_t *n)
{
    odd_status st;
    ODD_TRY(odd_column_read(scores, "flagged/row", ODD_I64, (void **)row, n));
    for (int64_t i = 0; i < *n && st == ODD_OK; i++)
        if ((*row)[i] < 0 || (*row)[i] >= images)
            st = odd_fail(ODD_FORMAT, "scores.h5 flags an image that the catalogue does not have");
    if (st == ODD_OK) return ODD_OK;
    odd_free(*row);
    *row = NULL;
done:
    return st;
}

/* Columns of a value for each image: parts of them, some values, and whole, see columns.h. */
#include "oddlot/run/columns.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

enum { WINDOW = 1 << 16 }; /* images, of which those that are wanted are read at a time */

odd_status odd_image_marks_read(const odd_file *ingest, const char *name, uint8_t **mark,
                                int64_t *images)
{
    return odd_column_read(ingest, name, ODD_U8, (void **)mark, images);
}

odd_status odd_image_count(const odd_file *file, const char *name, int64_t *n)
{
    odd_dataset *dataset = NULL;
    odd_status st = odd_dataset_open(file, name, &dataset);
    if (st == ODD_OK && odd_dataset_shape(dataset)->rank != 1)
        st = odd_fail(ODD_FORMAT, "'%s' is not a column of numbers", name);
    *n = st == ODD_OK ? odd_dataset_shape(dataset)->shape[0] : 0;
    odd_dataset_close(&dataset);
    return st;
}

/* @local; ODD_FORMAT */
static odd_status open_column(const odd_file *file, const char *whose, const char *name,
                              int64_t images, odd_dataset **out)
{
    const odd_shape *shape;
    odd_status st;
    ODD_TRY(odd_dataset_open(file, name, out));
    shape = odd_dataset_shape(*out);
    if (shape->rank != 1 || shape->type == ODD_STRING)
        st = odd_fail(ODD_FORMAT, "'%s' is not a column of numbers", name);
    else if (images >= 0 && shape->shape[0] != images)
        st = odd_fail(ODD_FORMAT, "column '%s' of %s has %lld rows, the catalogue %lld", name,
                      whose, (long long)shape->shape[0], (long long)images);
done:
    if (st != ODD_OK) odd_dataset_close(out);
    return st;
}

odd_status odd_image_column_part(const odd_file *file, const char *whose, const char *name,
                                 odd_type type, int64_t images, int64_t row0, int64_t count,
                                 void *data)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(open_column(file, whose, name, images, &dataset));
    ODD_TRY(odd_dataset_read(dataset, row0, count, type, data));
done:
    odd_dataset_close(&dataset);
    return st;
}

/* The images from the i-th on that rise and lie in one window. */
static int64_t near_images(int64_t count, const int64_t image[], int64_t i)
{
    int64_t end = i + 1;
    while (end < count && image[end] > image[end - 1] && image[end] - image[i] < WINDOW)
        end++;
    return end - i;
}

/* @local */
static odd_status read_windows(const odd_dataset *dataset, odd_type type, int64_t count,
                               const int64_t image[], char *window, char *data)
{
    const size_t bytes = odd_type_size(type);
    odd_status st = ODD_OK;
    for (int64_t i = 0, near; i < count; i += near) {
        near = near_images(count, image, i);
        ODD_TRY(
            odd_dataset_read(dataset, image[i], image[i + near - 1] - image[i] + 1, type, window));
        for (int64_t k = i; k < i + near; k++)
            memcpy(data + (size_t)k * bytes, window + (size_t)(image[k] - image[i]) * bytes, bytes);
    }
done:
    return st;
}

odd_status odd_image_column_of(const odd_file *file, const char *whose, const char *name,
                               odd_type type, int64_t images, int64_t count, const int64_t image[],
                               void *data)
{
    odd_dataset *dataset = NULL;
    char *window = NULL;
    odd_status st;
    ODD_TRY(open_column(file, whose, name, images, &dataset));
    ODD_TRY(ODD_NEW(window, WINDOW * (int64_t)odd_type_size(type)));
    ODD_TRY(read_windows(dataset, type, count, image, window, data));
done:
    odd_dataset_close(&dataset);
    odd_free(window);
    return st;
}

/* They rise: no image is there twice. `row0`: number of the first; `before`: the image before it.
 */
static odd_status check_images(int64_t images, int64_t row0, int64_t n, const int64_t image[],
                               int64_t before)
{
    for (int64_t i = 0; i < n; before = image[i++])
        if (image[i] <= before || image[i] >= images)
            return odd_fail(ODD_FORMAT,
                            "features.h5: row %lld is of image %lld, where ingest.h5 has %lld "
                            "and each comes once",
                            (long long)(row0 + i), (long long)image[i], (long long)images);
    return ODD_OK;
}

odd_status odd_feature_images_read(const odd_file *features, int64_t images, int64_t **image,
                                   int64_t *n)
{
    odd_status st;
    ODD_TRY(odd_column_read(features, "row", ODD_I64, (void **)image, n));
    st = check_images(images, 0, *n, *image, -1);
    if (st == ODD_OK) return ODD_OK;
    odd_free(*image);
    *image = NULL;
done:
    return st;
}

odd_status odd_feature_images_part(const odd_file *features, int64_t images,
                                   const odd_partition *part, int64_t image[])
{
    const odd_shape column = {.type = ODD_I64, .rank = 1, .shape = {-1}};
    odd_dataset *dataset = NULL;
    int64_t before = -1;
    odd_status st;
    ODD_TRY(odd_dataset_expect(features, "row", &column, &dataset));
    const int64_t rows = odd_dataset_shape(dataset)->shape[0];
    if (rows != part->n)
        ODD_TRY(odd_fail(ODD_FORMAT, "features.h5 has %lld images, reduce.h5 %lld rows",
                         (long long)rows, (long long)part->n));
    if (part->n_local > 0 && part->row0 > 0)
        ODD_TRY(odd_dataset_read(dataset, part->row0 - 1, 1, ODD_I64, &before));
    ODD_TRY(odd_dataset_read(dataset, part->row0, part->n_local, ODD_I64, image));
    ODD_TRY(check_images(images, part->row0, part->n_local, image, before));
done:
    odd_dataset_close(&dataset);
    return st;
}

/* The first of the rows that is of this image or one behind it, where images rise. @local */
static odd_status find_row(const odd_dataset *rows, int64_t image, int64_t *row)
{
    int64_t low = 0, high = odd_dataset_shape(rows)->shape[0];
    odd_status st = ODD_OK;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        int64_t at;
        ODD_TRY(odd_dataset_read(rows, middle, 1, ODD_I64, &at));
        if (at < image)
            low = middle + 1;
        else
            high = middle;
    }
    *row = low;
done:
    return st;
}

/* @local */
static odd_status read_mine(const odd_file *features, const odd_partition *part, int64_t **image,
                            int64_t *row0, int64_t *rows, int64_t *all)
{
    const odd_shape column = {.type = ODD_I64, .rank = 1, .shape = {-1}};
    odd_dataset *dataset = NULL;
    int64_t end;
    odd_status st;
    ODD_TRY(odd_dataset_expect(features, "row", &column, &dataset));
    *all = odd_dataset_shape(dataset)->shape[0];
    ODD_TRY(find_row(dataset, part->row0, row0));
    ODD_TRY(find_row(dataset, part->row0 + part->n_local, &end));
    *rows = odd_max(0, end - *row0);
    ODD_TRY(ODD_NEW(*image, *rows));
    ODD_TRY(odd_dataset_read(dataset, *row0, *rows, ODD_I64, *image));
    ODD_TRY(check_images(part->row0 + part->n_local, *row0, *rows, *image, part->row0 - 1));
done:
    odd_dataset_close(&dataset);
    return st;
}

/* Images that do not rise send a search astray: then parts do not follow one another, or do not
 * come to all rows. @collective */
static odd_status check_parts(MPI_Comm comm, int64_t row0, int64_t rows, int64_t all)
{
    int64_t apart = odd_sum_before(comm, rows) != row0 && rows > 0, sum = rows;
    odd_sum_i64(comm, &apart, 1);
    odd_sum_i64(comm, &sum, 1);
    if (apart == 0 && sum == all) return ODD_OK;
    return odd_fail(ODD_FORMAT,
                    "features.h5: its rows are not of rising images that ingest.h5 has");
}

odd_status odd_feature_images_mine(MPI_Comm comm, const odd_file *features,
                                   const odd_partition *part, int64_t **image, int64_t *row0,
                                   int64_t *rows)
{
    int64_t all = 0;
    odd_status st;
    *image = NULL;
    *rows = 0;
    ODD_TRY_ALL(comm, read_mine(features, part, image, row0, rows, &all));
    ODD_TRY(check_parts(comm, *row0, *rows, all));
done:
    if (st != ODD_OK) {
        odd_free(*image);
        *image = NULL;
    }
    return st;
}

odd_status odd_flagged_last(const odd_file *scores, int64_t images, int64_t *row)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    *row = -1;
    ODD_TRY(open_column(scores, "scores.h5", "flagged/row", -1, &dataset));
    const int64_t flagged = odd_dataset_shape(dataset)->shape[0];
    if (flagged == 0) goto done;
    ODD_TRY(odd_dataset_read(dataset, flagged - 1, 1, ODD_I64, row));
    if (*row < 0 || *row >= images)
        st = odd_fail(ODD_FORMAT, "scores.h5 flags an image that the catalogue does not have");
done:
    odd_dataset_close(&dataset);
    return st;
}

odd_status odd_flagged_read(const odd_file *scores, int64_t images, int64_t most, int64_t **row,
                            int64_t *n)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    *row = NULL;
    ODD_TRY(open_column(scores, "scores.h5", "flagged/row", -1, &dataset));
    *n = odd_min(most, odd_dataset_shape(dataset)->shape[0]);
    ODD_TRY(ODD_NEW(*row, *n));
    ODD_TRY(odd_dataset_read(dataset, 0, *n, ODD_I64, *row));
    for (int64_t i = 0; i < *n; i++)
        if ((*row)[i] < 0 || (*row)[i] >= images)
            ODD_TRY(
                odd_fail(ODD_FORMAT, "scores.h5 flags an image that the catalogue does not have"));
done:
    odd_dataset_close(&dataset);
    if (st != ODD_OK) {
        odd_free(*row);
        *row = NULL;
    }
    return st;
}

/* Those of my images that are among the oddest, at their places. @local */
static odd_status place_mine(const odd_file *scores, const odd_partition *part, int64_t most,
                             int64_t row[])
{
    int64_t *rank = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(rank, part->n_local));
    ODD_TRY(odd_image_column_part(scores, "scores.h5", "rank", ODD_I64, part->n, part->row0,
                                  part->n_local, rank));
    for (int64_t i = 0; i < part->n_local; i++)
        if (rank[i] >= 1 && rank[i] <= most) row[rank[i] - 1] = part->row0 + i;
done:
    odd_free(rank);
    return st;
}

/* Ranks are 1, 2, ...; a damaged file may leave a gap, behind which nothing is told, or give one
 * twice. */
odd_status odd_oddest_read(MPI_Comm comm, const odd_file *scores, int64_t images, int64_t most,
                           int64_t **row, int64_t *n)
{
    const odd_partition part = odd_partition_rows(comm, images);
    odd_status st;
    *row = NULL;
    *n = 0;
    most = odd_min(most, images);
    ODD_TRY_ALL(comm, ODD_NEW(*row, most));
    for (int64_t i = 0; i < most; i++)
        (*row)[i] = -1;
    ODD_TRY_ALL(comm, place_mine(scores, &part, most, *row));
    odd_max_i64(comm, *row, most);
    while (*n < most && (*row)[*n] >= 0)
        ++*n;
done:
    if (st != ODD_OK) {
        odd_free(*row);
        *row = NULL;
    }
    return st;
}

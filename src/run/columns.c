/* Columns: 1-D datasets, one value for each row; and the images, many values for each. */
#include "oddlot/run/columns.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>

odd_status odd_column_read(const odd_file *file, const char *name, odd_type type, void **data,
                           int64_t *n)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    *data = NULL;
    *n = 0;
    ODD_TRY(odd_dataset_open(file, name, &dataset));
    const odd_shape *shape = odd_dataset_shape(dataset);
    if (shape->rank != 1 || shape->type == ODD_STRING)
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' is not a column of numbers", name));
    if (!(*data = odd_alloc(shape->shape[0], odd_type_size(type)))) ODD_TRY(ODD_NOMEM);
    ODD_TRY(odd_dataset_read(dataset, 0, shape->shape[0], type, *data));
    *n = shape->shape[0];
done:
    odd_dataset_close(&dataset);
    if (st != ODD_OK) {
        odd_free(*data);
        *data = NULL;
    }
    return st;
}

odd_status odd_column_write(odd_file *file, const char *name, odd_type type, int64_t n,
                            int64_t row0, int64_t count, const void *data, const char *about,
                            const char *unit)
{
    const odd_shape shape = {.type = type, .width = odd_type_size(type), .rank = 1, .shape = {n}};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, name, &shape, about, unit, &dataset));
    ODD_TRY(odd_dataset_write(dataset, row0, count, data));
done:
    odd_dataset_close(&dataset);
    return st;
}

odd_status odd_whole_columns_write(MPI_Comm comm, odd_file *file, const char *group, int64_t n,
                                   const odd_whole_column column[], size_t columns)
{
    const int64_t mine = odd_rank(comm) == 0 ? n : 0;
    char name[128];
    odd_status st = ODD_OK;
    for (size_t k = 0; k < columns; k++) {
        snprintf(name, sizeof name, "%s%s%s", group, *group ? "/" : "", column[k].name);
        ODD_TRY(odd_column_write(file, name, column[k].type, n, 0, mine, column[k].data,
                                 column[k].about, ""));
    }
done:
    return st;
}

static int64_t longest_text(int64_t row0, int64_t count, const char *(*text)(const void *, int64_t),
                            const void *context)
{
    size_t most = 1;
    for (int64_t i = 0; i < count; i++) {
        size_t length = strlen(text(context, row0 + i));
        if (length > most) most = length;
    }
    return (int64_t)most;
}

odd_status odd_column_write_text(odd_file *file, const char *name, MPI_Comm comm, int64_t n,
                                 int64_t row0, int64_t count,
                                 const char *(*text)(const void *context, int64_t row),
                                 const void *context, const char *about)
{
    int64_t width = longest_text(row0, count, text, context);
    odd_max_i64(comm, &width, 1);
    const odd_shape shape = {ODD_STRING, (size_t)width, 1, {n}};
    odd_dataset *dataset = NULL;
    char *cells = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, (cells = odd_alloc(count, (size_t)width)) ? ODD_OK : ODD_NOMEM);
    for (int64_t i = 0; i < count; i++) {
        const char *s = text(context, row0 + i);
        memcpy(cells + i * width, s, strlen(s));
    }
    ODD_TRY(odd_dataset_create(file, name, &shape, about, "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, row0, count, cells));
done:
    odd_dataset_close(&dataset);
    odd_free(cells);
    return st;
}

/* In the file a cell may be full, with no 0 at its end. */
static odd_status terminate_cells(const char *cells, int64_t n, size_t width, char **out)
{
    *out = odd_alloc(n, width + 1);
    if (!*out) return ODD_NOMEM;
    for (int64_t i = 0; i < n; i++)
        memcpy(*out + (size_t)i * (width + 1), cells + (size_t)i * width, width);
    return ODD_OK;
}

odd_status odd_column_read_text(const odd_file *file, const char *name, int64_t most, char **out,
                                size_t *width, int64_t *n)
{
    odd_dataset *dataset = NULL;
    char *cells = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_dataset_open(file, name, &dataset));
    const odd_shape *shape = odd_dataset_shape(dataset);
    if (shape->rank != 1 || shape->type != ODD_STRING)
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' is not a column of text", name));
    *n = shape->shape[0] < most ? shape->shape[0] : most;
    *width = shape->width;
    ODD_TRY((cells = odd_alloc(*n, *width)) ? ODD_OK : ODD_NOMEM);
    ODD_TRY(odd_dataset_read(dataset, 0, *n, ODD_STRING, cells));
    ODD_TRY(terminate_cells(cells, *n, *width, out));
done:
    odd_dataset_close(&dataset);
    odd_free(cells);
    return st;
}

/* Sides one by one: a product may not fit. */
static bool is_image(const int64_t side[3])
{
    int64_t bytes = 1;
    for (int k = 0; k < 3; k++) {
        if (side[k] < 1 || side[k] > INT32_MAX / bytes) return false;
        bytes *= side[k];
    }
    return side[2] <= 3;
}

odd_status odd_images_open(const odd_file *ingest, odd_dataset **out)
{
    const odd_shape stack = {.type = ODD_U8, .rank = 4, .shape = {-1, -1, -1, -1}};
    odd_status st;
    ODD_TRY(odd_dataset_expect(ingest, "images", &stack, out));
    if (!is_image(odd_dataset_shape(*out)->shape + 1))
        st = odd_fail(ODD_FORMAT, "images of the ingest have an impossible shape");
done:
    if (st != ODD_OK) odd_dataset_close(out);
    return st;
}

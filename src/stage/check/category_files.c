/* Category files: categories.h5 as the checks of categories read it. */
#include "stage/check/category_files_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/columns.h"

#include <math.h>

#define LEAST_SKILL 0.2

const char *const odd_category_reads[] = {"categories", NULL};

static odd_status read_skill(const odd_file *file, double *skill)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_bundle_read(file, "model", &b));
    ODD_TRY(odd_bundle_get_f64(&b, "skill", skill));
done:
    odd_bundle_free(&b);
    return st;
}

odd_status odd_category_list_read(const odd_check_context *context, odd_category_list *out)
{
    const odd_file *file = odd_check_input(context, "categories");
    int64_t images = 0, own = 0;
    odd_status st;
    *out = (odd_category_list){0};
    ODD_TRY(odd_column_read_text(file, "category/name", INT32_MAX, &out->name, &out->width,
                                 &out->count));
    ODD_TRY(odd_column_read(file, "category/images", ODD_I64, (void **)&out->images, &images));
    ODD_TRY(read_skill(file, &out->skill));
    if (out->count >= 2)
        ODD_TRY(odd_column_read(file, "category/probability", ODD_F64, (void **)&out->own, &own));
    if (images != out->count || (out->own && own != images))
        ODD_TRY(odd_fail(ODD_FORMAT, "the columns of categories in categories.h5 do not match"));
done:
    if (st != ODD_OK) odd_category_list_free(out);
    return st;
}

void odd_category_list_free(odd_category_list *list)
{
    odd_free(list->name);
    odd_free(list->images);
    odd_free(list->own);
    *list = (odd_category_list){0};
}

const char *odd_category_name(const odd_category_list *list, int64_t i)
{
    return list->name + (size_t)i * (list->width + 1);
}

bool odd_categories_are_seen(const odd_category_list *list)
{
    return list->count >= 2 && list->skill >= LEAST_SKILL;
}

/* Rows [first, first + n) of a column: (n). */
static odd_status read_part(const odd_check_context *context, const char *name, odd_type type,
                            int64_t first, int64_t n, void *out)
{
    const odd_file *file = odd_check_input(context, "categories");
    const odd_shape column = {.type = type, .rank = 1, .shape = {context->part.n}};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(file, name, &column, &dataset));
    ODD_TRY(odd_dataset_read(dataset, first, n, type, out));
done:
    odd_dataset_close(&dataset);
    return st;
}

static bool is_category(const odd_category_list *list, int32_t c)
{
    return c >= -1 && c < list->count;
}

odd_status odd_category_images_read(const odd_check_context *context, const odd_category_list *list,
                                    int64_t first, int64_t n, odd_category_images *out)
{
    odd_status st;
    *out = (odd_category_images){.first = first, .n = n};
    ODD_TRY(ODD_NEW(out->category, n));
    ODD_TRY(ODD_NEW(out->other, n));
    ODD_TRY(ODD_NEW(out->own, n));
    ODD_TRY(ODD_NEW(out->chance, n));
    ODD_TRY(read_part(context, "image/category", ODD_I32, first, n, out->category));
    ODD_TRY(read_part(context, "image/other", ODD_I32, first, n, out->other));
    ODD_TRY(read_part(context, "image/probability", ODD_F32, first, n, out->own));
    ODD_TRY(read_part(context, "image/other_probability", ODD_F32, first, n, out->chance));
    for (int64_t i = 0; i < n; i++)
        if (!is_category(list, out->category[i]) || !is_category(list, out->other[i]))
            ODD_TRY(odd_fail(ODD_FORMAT, "categories.h5 has no category that row %lld names",
                             (long long)(first + i)));
done:
    if (st != ODD_OK) odd_category_images_free(out);
    return st;
}

void odd_category_images_free(odd_category_images *images)
{
    odd_free(images->category);
    odd_free(images->other);
    odd_free(images->own);
    odd_free(images->chance);
    *images = (odd_category_images){0};
}

void odd_images_by_category_free(odd_images_by_category *by)
{
    odd_free(by->first);
    odd_free(by->image);
    odd_free(by->count);
    *by = (odd_images_by_category){0};
}

odd_status odd_category_images_sort(const odd_category_list *list,
                                    const odd_category_images *images, odd_images_by_category *by)
{
    odd_status st;
    ODD_TRY(ODD_NEW(by->first, list->count + 1));
    ODD_TRY(ODD_NEW(by->image, images->n));
    ODD_TRY(ODD_NEW(by->count, list->count));
    for (int64_t i = 0; i < images->n; i++)
        if (images->category[i] >= 0) by->first[images->category[i] + 1]++;
    for (int64_t c = 0; c < list->count; c++)
        by->first[c + 1] += by->first[c];
    for (int64_t i = 0; i < images->n; i++) {
        const int32_t c = images->category[i];
        if (c >= 0) by->image[by->first[c] + by->count[c]++] = i;
    }
    for (int64_t c = 0; c < list->count; c++)
        by->count[c] = 0;
done:
    return st;
}

void odd_category_show(odd_category_shown *s, int64_t row, double chance)
{
    int64_t at = s->count;
    if (isnan(chance)) return;
    while (at > 0 && s->chance[at - 1] < chance)
        at--;
    if (at == ODD_CATEGORY_SHOWN) return;
    if (s->count < ODD_CATEGORY_SHOWN) s->count++;
    for (int64_t i = s->count - 1; i > at; i--) {
        s->row[i] = s->row[i - 1];
        s->chance[i] = s->chance[i - 1];
    }
    s->row[at] = row;
    s->chance[at] = chance;
}

odd_status odd_category_shown_join(MPI_Comm comm, odd_category_shown *shown)
{
    odd_category_shown *all = NULL;
    int64_t ranks;
    odd_status st;
    ODD_TRY(odd_share_rows(comm, shown, 1, sizeof *shown, (void **)&all, &ranks));
    *shown = (odd_category_shown){.count = 0};
    for (int64_t r = 0; r < ranks; r++)
        for (int64_t i = 0; i < all[r].count; i++)
            odd_category_show(shown, all[r].row[i], all[r].chance[i]);
done:
    odd_free(all);
    return st;
}

odd_status odd_category_images_mine(const odd_check_context *context, const odd_category_list *list,
                                    odd_category_images *images, odd_images_by_category *by)
{
    const odd_partition *part = &context->part;
    odd_status st;
    ODD_TRY(odd_category_images_read(context, list, part->row0, part->n_local, images));
    ODD_TRY(odd_category_images_sort(list, images, by));
done:
    return st;
}

/* Split categories: those that groups.h5 says are of two groups that are apart. */
#include "stage/check/split_categories_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/run/columns.h"
#include "oddlot/stage/groups.h"

#include <stdio.h>

/* The view that tells what images mean speaks alone where there is one: a category may well be laid
 * out in two ways. */
enum { VIEWS = ODD_GROUP_VIEWS, NAME = 64 };

typedef struct {
    int64_t count;
    char *name; /* (count, width + 1) */
    size_t width;
    int64_t *pictures, *size[2], *medoid[2];
    double *links;
} split_table;

static void table_free(split_table *t)
{
    odd_free(t->name);
    odd_free(t->pictures);
    for (int side = 0; side < 2; side++) {
        odd_free(t->size[side]);
        odd_free(t->medoid[side]);
    }
    odd_free(t->links);
}

static odd_status read_column(const odd_file *file, const char *view, const char *what,
                              odd_type type, int64_t count, void **out)
{
    int64_t n = 0;
    odd_status st;
    ODD_TRY(odd_group_column_read(file, view, what, type, out, &n));
    if (n != count)
        ODD_TRY(odd_fail(ODD_FORMAT, "the columns of '%s/split' in groups.h5 do not match", view));
done:
    return st;
}

static odd_status read_table(const odd_check_context *context, const char *view, split_table *t)
{
    const odd_file *file = odd_check_input(context, "groups");
    char name[NAME];
    odd_status st;
    snprintf(name, sizeof name, "%s/split/category", view);
    ODD_TRY(odd_column_read_text(file, name, INT32_MAX, &t->name, &t->width, &t->count));
    ODD_TRY(read_column(file, view, "split/pictures", ODD_I64, t->count, (void **)&t->pictures));
    ODD_TRY(read_column(file, view, "split/first", ODD_I64, t->count, (void **)&t->size[0]));
    ODD_TRY(read_column(file, view, "split/second", ODD_I64, t->count, (void **)&t->size[1]));
    ODD_TRY(
        read_column(file, view, "split/first_medoid", ODD_I64, t->count, (void **)&t->medoid[0]));
    ODD_TRY(
        read_column(file, view, "split/second_medoid", ODD_I64, t->count, (void **)&t->medoid[1]));
    ODD_TRY(read_column(file, view, "split/links", ODD_F64, t->count, (void **)&t->links));
    for (int64_t i = 0; i < t->count; i++)
        for (int side = 0; side < 2; side++)
            if (t->pictures[i] < 1 || t->medoid[side][i] < 0 ||
                t->medoid[side][i] >= context->part.n)
                ODD_TRY(odd_fail(ODD_FORMAT, "groups.h5 has splits of images that are not there"));
done:
    return st;
}

static odd_status add_split(odd_check_context *context, const char *seen, const split_table *t,
                            int64_t i, double share, double limit)
{
    const int64_t row[2] = {t->medoid[0][i], t->medoid[1][i]};
    char sentence[ODD_FINDING_SENTENCE];
    snprintf(sentence, sizeof sentence,
             "the pictures of '%.150s' are of groups that are apart by %s, %lld of one and %lld of "
             "another, a picture of each: two things under one name?",
             t->name + (size_t)i * (t->width + 1), seen, (long long)t->size[0][i],
             (long long)t->size[1][i]);
    const odd_finding finding = {
        .kind = ODD_FINDING_CATEGORY,
        .check = context->check->name,
        .severity = 0.3 + 0.6 * share,
        .value = share,
        .limit = limit,
        .unit = "are the second",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = row,
        .rows = 2,
    };
    return odd_check_tell(context, &finding);
}

static odd_status add_splits(odd_check_context *context, int view, double limit)
{
    split_table t = {0};
    odd_status st;
    ODD_TRY(read_table(context, odd_group_views[view].name, &t));
    for (int64_t i = 0; i < t.count; i++) {
        const double share = (double)t.size[1][i] / (double)t.pictures[i];
        if (share >= limit)
            ODD_TRY(add_split(context, odd_group_views[view].seen, &t, i, share, limit));
    }
done:
    table_free(&t);
    return st;
}

odd_status odd_split_categories_add(odd_check_context *context, double share)
{
    const odd_file *file = odd_check_input(context, "groups");
    for (int v = 0; v < VIEWS; v++)
        if (odd_file_has(file, odd_group_views[v].name)) return add_splits(context, v, share);
    return ODD_OK;
}

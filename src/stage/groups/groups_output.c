/* Groups output: what groups.h5 says of each image, kind and part of a view. Rank 0 has it. */
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/columns.h"
#include "stage/groups/groups_internal.h"

#include "oddlot/base/memory.h"

#include <stdio.h>

enum { NAME = 64 };

static odd_status write_images(odd_file *file, const char *view, const char *what, int64_t images,
                               int64_t mine, const int32_t of[], const char *about)
{
    char name[NAME];
    snprintf(name, sizeof name, "%s/%s", view, what);
    return odd_column_write(file, name, ODD_I32, images, 0, mine, of, about, "");
}

typedef struct {
    int64_t *images, *medoid;
    double *links;
    int32_t *part;
} group_columns;

static void group_columns_free(group_columns *c)
{
    odd_free(c->images);
    odd_free(c->medoid);
    odd_free(c->links);
    odd_free(c->part);
}

static odd_status fill_columns(int64_t count, const odd_image_group of[], group_columns *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->images, count));
    ODD_TRY(ODD_NEW(out->medoid, count));
    ODD_TRY(ODD_NEW(out->links, count));
    ODD_TRY(ODD_NEW(out->part, count));
    for (int64_t i = 0; i < count; i++) {
        out->images[i] = of[i].images;
        out->medoid[i] = of[i].medoid;
        out->links[i] = of[i].links;
        out->part[i] = of[i].part;
    }
done:
    return st;
}

/* kind/... and part/... */
static odd_status write_facts(MPI_Comm comm, odd_file *file, const char *view, const char *what,
                              int64_t count, const odd_image_group of[])
{
    const int64_t mine = odd_rank(comm) == 0 ? count : 0;
    const bool parted = what[0] == 'k';
    group_columns c = {0};
    char name[NAME];
    odd_status st;
    ODD_TRY_ALL(comm, fill_columns(mine, of, &c));
    snprintf(name, sizeof name, "%s/of_%s/images", view, what);
    ODD_TRY(odd_column_write(file, name, ODD_I64, count, 0, mine, c.images,
                             "images in each, the largest first", ""));
    snprintf(name, sizeof name, "%s/of_%s/medoid", view, what);
    ODD_TRY(odd_column_write(file, name, ODD_I64, count, 0, mine, c.medoid,
                             "row of the image that has most links within", ""));
    snprintf(name, sizeof name, "%s/of_%s/links", view, what);
    ODD_TRY(odd_column_write(file, name, ODD_F64, count, 0, mine, c.links,
                             "with the one that it has most with, of those that chance would make",
                             ""));
    snprintf(name, sizeof name, "%s/of_%s/part", view, what);
    if (parted)
        ODD_TRY(odd_column_write(file, name, ODD_I32, count, 0, mine, c.part,
                                 "that it belongs to; -1: to one that is too small", ""));
done:
    group_columns_free(&c);
    return st;
}

/* -- categories -- */

/* Columns of splits are numbers at the same place of each. */
static odd_status write_splits(MPI_Comm comm, odd_file *file, const char *view, const char *what,
                               const odd_view_groups *g, int64_t (*of)(const odd_category_split *),
                               const char *about)
{
    const int64_t mine = odd_rank(comm) == 0 ? g->splits : 0;
    int64_t *value = NULL;
    char name[NAME];
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(value, mine));
    for (int64_t i = 0; i < mine; i++)
        value[i] = of(&g->split[i]);
    snprintf(name, sizeof name, "%s/split/%s", view, what);
    ODD_TRY(odd_column_write(file, name, ODD_I64, g->splits, 0, mine, value, about, ""));
done:
    odd_free(value);
    return st;
}

static int64_t pictures_of(const odd_category_split *s)
{
    return s->pictures;
}

static int64_t first_of(const odd_category_split *s)
{
    return s->size[0];
}

static int64_t second_of(const odd_category_split *s)
{
    return s->size[1];
}

static int64_t first_medoid_of(const odd_category_split *s)
{
    return s->medoid[0];
}

static int64_t second_medoid_of(const odd_category_split *s)
{
    return s->medoid[1];
}

static const char *category_of(const void *context, int64_t i)
{
    return ((const odd_view_groups *)context)->split[i].category;
}

static odd_status write_split_links(MPI_Comm comm, odd_file *file, const char *view,
                                    const odd_view_groups *g)
{
    const int64_t mine = odd_rank(comm) == 0 ? g->splits : 0;
    double *links = NULL;
    char name[NAME];
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(links, mine));
    for (int64_t i = 0; i < mine; i++)
        links[i] = g->split[i].links;
    snprintf(name, sizeof name, "%s/split/links", view);
    ODD_TRY(odd_column_write(file, name, ODD_F64, g->splits, 0, mine, links,
                             "between them, of those that chance would make", ""));
done:
    odd_free(links);
    return st;
}

static odd_status write_all_splits(MPI_Comm comm, odd_file *file, const char *view,
                                   const odd_view_groups *g)
{
    const int64_t mine = odd_rank(comm) == 0 ? g->splits : 0;
    char name[NAME];
    odd_status st;
    snprintf(name, sizeof name, "%s/split/category", view);
    ODD_TRY(odd_column_write_text(file, name, comm, g->splits, 0, mine, category_of, g,
                                  "categories of groups that are apart"));
    ODD_TRY(write_splits(comm, file, view, "pictures", g, pictures_of,
                         "pictures of each; copies count once"));
    ODD_TRY(write_splits(comm, file, view, "first", g, first_of, "of its largest group"));
    ODD_TRY(write_splits(comm, file, view, "second", g, second_of, "of the second largest"));
    ODD_TRY(write_splits(comm, file, view, "first_medoid", g, first_medoid_of,
                         "row of the image that has most links within the largest"));
    ODD_TRY(write_splits(comm, file, view, "second_medoid", g, second_medoid_of,
                         "and within the second"));
    ODD_TRY(write_split_links(comm, file, view, g));
done:
    return st;
}

odd_status odd_groups_write(MPI_Comm comm, odd_file *file, const char *view, int64_t images,
                            const odd_view_groups *g)
{
    const int64_t mine = odd_rank(comm) == 0 ? images : 0;
    odd_status st;
    ODD_TRY(write_images(file, view, "kind", images, mine, g->kind,
                         "what each image belongs to, those that are linked more than by chance; "
                         "-1: too few"));
    ODD_TRY(
        write_images(file, view, "part", images, mine, g->part,
                     "what each image belongs to, those that are apart from all others; -1: too "
                     "few"));
    ODD_TRY(write_facts(comm, file, view, "kind", g->kinds, g->of_kind));
    ODD_TRY(write_facts(comm, file, view, "part", g->parts, g->of_part));
    ODD_TRY(write_all_splits(comm, file, view, g));
done:
    return st;
}

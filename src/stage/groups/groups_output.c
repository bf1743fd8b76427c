/* Groups output: what groups.h5 says of each image, by all ranks, and of each kind and part of a
 * view, which rank 0 has. */
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/columns.h"
#include "stage/groups/groups_internal.h"

#include "oddlot/base/memory.h"

#include <stdio.h>

enum { NAME = 64 };

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

/* The facts of kinds, which are in parts, or of parts. */
static odd_status write_facts(MPI_Comm comm, odd_file *file, const char *view, const char *what,
                              bool parted, int64_t count, const odd_image_group of[])
{
    group_columns c = {0};
    char group[NAME];
    odd_status st;
    ODD_TRY_ALL(comm, fill_columns(odd_rank(comm) == 0 ? count : 0, of, &c));
    snprintf(group, sizeof group, "%s/of_%s", view, what);
    const odd_whole_column column[] = {
        {"images", ODD_I64, c.images, "images in each, the largest first"},
        {"medoid", ODD_I64, c.medoid, "row of the image that has most links within"},
        {"links", ODD_F64, c.links,
         "with the one that it has most with, of those that chance would make"},
        {"part", ODD_I32, c.part, "that it belongs to; -1: to one that is too small"},
    };
    ODD_TRY(odd_whole_columns_write(comm, file, group, count, column, parted ? 4 : 3));
done:
    group_columns_free(&c);
    return st;
}

/* -- categories -- */

typedef struct {
    int64_t *pictures, *size[2], *medoid[2];
    double *links;
} split_columns;

static void split_columns_free(split_columns *c)
{
    odd_free(c->pictures);
    for (int i = 0; i < 2; i++) {
        odd_free(c->size[i]);
        odd_free(c->medoid[i]);
    }
    odd_free(c->links);
}

static odd_status fill_splits(int64_t count, const odd_category_split of[], split_columns *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->pictures, count));
    ODD_TRY(ODD_NEW(out->links, count));
    for (int64_t s = 0; s < count; s++) {
        out->pictures[s] = of[s].pictures;
        out->links[s] = of[s].links;
    }
    for (int i = 0; i < 2; i++) {
        ODD_TRY(ODD_NEW(out->size[i], count));
        ODD_TRY(ODD_NEW(out->medoid[i], count));
        for (int64_t s = 0; s < count; s++) {
            out->size[i][s] = of[s].size[i];
            out->medoid[i][s] = of[s].medoid[i];
        }
    }
done:
    return st;
}

static const char *category_of(const void *context, int64_t i)
{
    return ((const odd_view_groups *)context)->split[i].category;
}

static odd_status write_splits(MPI_Comm comm, odd_file *file, const char *view,
                               const odd_view_groups *g)
{
    const int64_t mine = odd_rank(comm) == 0 ? g->splits : 0;
    split_columns c = {0};
    char group[NAME], name[NAME + sizeof "/category"];
    odd_status st;
    ODD_TRY_ALL(comm, fill_splits(mine, g->split, &c));
    snprintf(group, sizeof group, "%s/split", view);
    snprintf(name, sizeof name, "%s/category", group);
    ODD_TRY(odd_column_write_text(file, name, comm, g->splits, 0, mine, category_of, g,
                                  "categories of groups that are apart"));
    const odd_whole_column column[] = {
        {"pictures", ODD_I64, c.pictures, "pictures of each; copies count once"},
        {"first", ODD_I64, c.size[0], "of its largest group"},
        {"second", ODD_I64, c.size[1], "of the second largest"},
        {"first_medoid", ODD_I64, c.medoid[0],
         "row of the image that has most links within the largest"},
        {"second_medoid", ODD_I64, c.medoid[1], "and within the second"},
        {"links", ODD_F64, c.links, "between them, of those that chance would make"},
    };
    ODD_TRY(odd_whole_columns_write(comm, file, group, g->splits, column,
                                    sizeof column / sizeof *column));
done:
    split_columns_free(&c);
    return st;
}

/* Of my images. @collective */
static odd_status write_mine(odd_file *file, const char *view, const char *what,
                             const odd_partition *images, const int32_t of[], const char *about)
{
    char name[NAME];
    snprintf(name, sizeof name, "%s/%s", view, what);
    return odd_column_write(file, name, ODD_I32, images->n, images->row0, images->n_local, of,
                            about, "");
}

odd_status odd_groups_write(MPI_Comm comm, odd_file *file, const char *view,
                            const odd_partition *images, const odd_view_groups *g)
{
    odd_status st;
    ODD_TRY(write_mine(
        file, view, "kind", images, g->my_kind,
        "what each image belongs to, those that are linked more than by chance; -1: too few"));
    ODD_TRY(write_mine(
        file, view, "part", images, g->my_part,
        "what each image belongs to, those that are apart from all others; -1: too few"));
    ODD_TRY(write_facts(comm, file, view, "kind", true, g->kinds, g->of_kind));
    ODD_TRY(write_facts(comm, file, view, "part", false, g->parts, g->of_part));
    ODD_TRY(write_splits(comm, file, view, g));
done:
    return st;
}

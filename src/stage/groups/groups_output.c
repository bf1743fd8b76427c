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
done:
    return st;
}

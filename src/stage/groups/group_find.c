/* Group find: kinds and parts of one view, by the links between images. Rank 0 alone; 12 bytes for
 * each link, of which there are so many at most (group_rows.c), and some 60 for each image. */
#include "oddlot/linalg/communities.h"
#include "stage/groups/groups_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>

/* -- facts of communities -- */

static double sum_of(const odd_links *l, int64_t i)
{
    double sum = 0;
    for (int64_t j = l->first[i]; j < l->first[i + 1]; j++)
        sum += l->weight[j];
    return sum;
}

/* links: to the community that each has most to, of what chance would make. */
static odd_status measure_links(const odd_links *links, const int32_t community[], int32_t count,
                                odd_image_group of[])
{
    odd_links l = {0};
    double *degree = NULL, all = 0;
    odd_status st;
    ODD_TRY(odd_communities_links(links, community, count, &l));
    ODD_TRY(ODD_NEW(degree, count));
    for (int32_t c = 0; c < count; c++)
        all += degree[c] = sum_of(&l, c);
    for (int32_t c = 0; c < count; c++)
        for (int64_t j = l.first[c]; j < l.first[c + 1]; j++)
            if (l.to[j] != c)
                of[c].links = fmax(of[c].links, l.weight[j] * all / (degree[c] * degree[l.to[j]]));
done:
    odd_free(degree);
    odd_links_free(&l);
    return st;
}

static odd_status describe(const odd_links *links, const odd_group_rows *r,
                           const int32_t community[], int32_t count, odd_image_group **of)
{
    int64_t *medoid = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(*of, count));
    ODD_TRY(ODD_NEW(medoid, count));
    for (int64_t i = 0; i < r->count; i++)
        (*of)[community[i]].images += r->of[i].shown;
    ODD_TRY(odd_communities_medoids(links, community, count, medoid));
    for (int32_t c = 0; c < count; c++) {
        (*of)[c].at = medoid[c];
        (*of)[c].medoid = r->of[medoid[c]].image;
    }
    ODD_TRY(measure_links(links, community, count, *of));
done:
    odd_free(medoid);
    return st;
}

/* -- numbers by size -- */

typedef struct {
    int64_t images;
    int32_t community;
} sized;

static int larger_first(const void *a, const void *b)
{
    const sized *x = a, *y = b;
    if (x->images != y->images) return x->images > y->images ? -1 : 1;
    return (x->community > y->community) - (x->community < y->community);
}

/* The largest become 0, 1, ...; those of less than `least` images -1. of: (count) in the new order.
 * Returns in *kept how many are left. */
static odd_status number_by_size(int64_t n, int64_t least, int32_t community[], int32_t count,
                                 odd_image_group of[], int32_t *kept)
{
    sized *order = NULL;
    int32_t *number = NULL;
    odd_image_group *old = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(order, count));
    ODD_TRY(ODD_NEW(number, count));
    ODD_TRY(ODD_NEW(old, count));
    for (int32_t c = 0; c < count; c++) {
        order[c] = (sized){of[c].images, c};
        old[c] = of[c];
    }
    if (count > 0) qsort(order, (size_t)count, sizeof *order, larger_first);
    *kept = 0;
    for (int32_t c = 0; c < count; c++) {
        of[c] = old[order[c].community];
        number[order[c].community] = order[c].images >= least ? (*kept)++ : -1;
    }
    for (int64_t i = 0; i < n; i++)
        community[i] = number[community[i]];
done:
    odd_free(order);
    odd_free(number);
    odd_free(old);
    return st;
}

static odd_status finish(const odd_links *links, const odd_group_rows *r, int64_t least,
                         int32_t community[], int32_t count, odd_image_group **of, int32_t *kept)
{
    odd_status st;
    ODD_TRY(describe(links, r, community, count, of));
    ODD_TRY(number_by_size(r->count, least, community, count, *of, kept));
done:
    return st;
}

/* -- all -- */

odd_status odd_groups_find(const odd_groups_options *o, const odd_group_rows *r, int64_t keep,
                           int32_t near[], odd_view_groups *out)
{
    odd_links links = {0};
    int32_t kinds = 0, parts = 0;
    odd_status st;
    ODD_TRY(odd_links_mutual(r->count, keep, near, &links));
    ODD_TRY(ODD_NEW(out->kind, r->count));
    ODD_TRY(ODD_NEW(out->part, r->count));
    for (int64_t i = 0; i < r->count; i++)
        out->kind[i] = (int32_t)i;
    ODD_TRY(odd_communities_join(&links, 1, out->kind, &kinds));
    for (int64_t i = 0; i < r->count; i++)
        out->part[i] = out->kind[i];
    ODD_TRY(odd_group_parts(&links, o->apart, out->part, &parts));
    ODD_TRY(finish(&links, r, o->least, out->kind, kinds, &out->of_kind, &out->kinds));
    ODD_TRY(finish(&links, r, o->least, out->part, parts, &out->of_part, &out->parts));
    for (int32_t k = 0; k < out->kinds; k++)
        out->of_kind[k].part = out->part[out->of_kind[k].at];
    ODD_TRY(odd_group_splits_find(o, r, &links, out));
done:
    odd_links_free(&links);
    return st;
}

void odd_view_groups_free(odd_view_groups *g)
{
    odd_free(g->kind);
    odd_free(g->part);
    odd_free(g->of_kind);
    odd_free(g->of_part);
    odd_free(g->split);
    odd_free(g->my_kind);
    odd_free(g->my_part);
    *g = (odd_view_groups){0};
}

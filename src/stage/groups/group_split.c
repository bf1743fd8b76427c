/* Group split: categories whose own images are of two groups that are apart, by the links between
 * images of the category alone. Rank 0 alone; the links of one category at a time. */
#include "oddlot/linalg/communities.h"
#include "stage/groups/groups_internal.h"

#include "oddlot/base/memory.h"

/* The images of one category, by their numbers among those that are looked at. */
typedef struct {
    const int32_t *image; /* (n) rising */
    int32_t n;
    odd_links links;    /* of them with one another */
    int32_t *community; /* (n) */
    int32_t communities;
} category_images;

/* -- links within a category -- */

/* at (images that are looked at): the number of each in its category. */
static odd_status fill_links(const odd_links *all, const int32_t category[], const int32_t at[],
                             category_images *c)
{
    const int32_t own = category[c->image[0]];
    odd_links *l = &c->links;
    int64_t count = 0, end = 0;
    odd_status st;
    for (int32_t i = 0; i < c->n; i++)
        count += all->first[c->image[i] + 1] - all->first[c->image[i]];
    *l = (odd_links){.n = c->n};
    ODD_TRY(ODD_NEW(l->first, (int64_t)c->n + 1));
    ODD_TRY(ODD_NEW(l->to, count));
    ODD_TRY(ODD_NEW(l->weight, count));
    for (int32_t i = 0; i < c->n; i++) {
        for (int64_t j = all->first[c->image[i]]; j < all->first[c->image[i] + 1]; j++) {
            if (category[all->to[j]] != own) continue;
            l->weight[end] = all->weight[j];
            l->to[end++] = at[all->to[j]];
        }
        l->first[i + 1] = end;
    }
done:
    return st;
}

static odd_status find_communities(double apart, category_images *c)
{
    odd_status st;
    ODD_TRY(ODD_NEW(c->community, c->n));
    for (int32_t i = 0; i < c->n; i++)
        c->community[i] = i;
    ODD_TRY(odd_group_parts(&c->links, apart, c->community, &c->communities));
done:
    return st;
}

/* -- its two largest groups -- */

/* size (communities). Of equal ones the first; -1: there is none. */
static int32_t largest(int32_t count, const int64_t size[], int32_t but)
{
    int32_t best = -1;
    for (int32_t i = 0; i < count; i++)
        if (i != but && (best < 0 || size[i] > size[best])) best = i;
    return best;
}

/* Links between two groups, of what chance would make of the links that they have. */
static double links_between(const category_images *c, int32_t a, int32_t b)
{
    double of_a = 0, of_b = 0, all = 0, between = 0;
    for (int32_t i = 0; i < c->n; i++)
        for (int64_t j = c->links.first[i]; j < c->links.first[i + 1]; j++) {
            const double w = c->links.weight[j];
            all += w;
            of_a += c->community[i] == a ? w : 0;
            of_b += c->community[i] == b ? w : 0;
            between += c->community[i] == a && c->community[c->links.to[j]] == b ? w : 0;
        }
    return of_a > 0 && of_b > 0 ? between * all / (of_a * of_b) : 0;
}

static odd_status describe(const odd_group_rows *r, int64_t least, const category_images *c,
                           odd_category_split *out, bool *split)
{
    int64_t *size = NULL, *medoid = NULL;
    odd_status st;
    *split = false;
    ODD_TRY(ODD_NEW(size, c->communities));
    ODD_TRY(ODD_NEW(medoid, c->communities));
    for (int32_t i = 0; i < c->n; i++)
        size[c->community[i]]++;
    const int32_t a = largest(c->communities, size, -1), b = largest(c->communities, size, a);
    if (b < 0 || size[b] < least) goto done;
    ODD_TRY(odd_communities_medoids(&c->links, c->community, c->communities, medoid));
    *split = true;
    *out = (odd_category_split){.pictures = c->n, .links = links_between(c, a, b)};
    for (int side = 0; side < 2; side++) {
        const int32_t group = side == 0 ? a : b;
        out->size[side] = size[group];
        out->medoid[side] = r->of[c->image[medoid[group]]].image;
    }
done:
    odd_free(size);
    odd_free(medoid);
    return st;
}

/* -- all categories -- */

/* Images that are looked at by category: those of category i are image[first[i]] and on. */
typedef struct {
    int32_t *of;    /* (count) category of each; -1: none */
    int32_t *at;    /* (count) its number there */
    int64_t *first; /* (categories + 1) */
    int32_t *image; /* (count) */
} category_lists;

static void lists_free(category_lists *l)
{
    odd_free(l->of);
    odd_free(l->at);
    odd_free(l->first);
    odd_free(l->image);
}

static odd_status list_images(const odd_group_rows *r, category_lists *l)
{
    const odd_labels *labels = &r->filing.labels;
    const int64_t n = r->count;
    odd_status st;
    ODD_TRY(ODD_NEW(l->of, n));
    ODD_TRY(ODD_NEW(l->at, n));
    ODD_TRY(ODD_NEW(l->image, n));
    ODD_TRY(ODD_NEW(l->first, labels->count + 1));
    for (int64_t i = 0; i < n; i++) {
        l->of[i] = (int32_t)r->of[i].category;
        if (l->of[i] < 0) continue;
        l->at[i] = (int32_t)l->first[l->of[i] + 1]++;
    }
    for (int64_t k = 0; k < labels->count; k++)
        l->first[k + 1] += l->first[k];
    for (int64_t i = 0; i < n; i++)
        if (l->of[i] >= 0) l->image[l->first[l->of[i]] + l->at[i]] = (int32_t)i;
done:
    return st;
}

static odd_status split_category(const odd_groups_options *o, const odd_group_rows *r,
                                 const odd_links *links, const category_lists *l, int64_t category,
                                 odd_category_split *out, bool *split)
{
    category_images c = {.image = l->image + l->first[category],
                         .n = (int32_t)(l->first[category + 1] - l->first[category])};
    odd_status st = ODD_OK;
    *split = false;
    if (c.n < 2 * o->least) return ODD_OK;
    ODD_TRY(fill_links(links, l->of, l->at, &c));
    ODD_TRY(find_communities(o->apart, &c));
    ODD_TRY(describe(r, o->least, &c, out, split));
    out->category = r->filing.labels.name[category];
done:
    odd_links_free(&c.links);
    odd_free(c.community);
    return st;
}

odd_status odd_group_splits_find(const odd_groups_options *o, const odd_group_rows *r,
                                 const odd_links *links, odd_view_groups *out)
{
    category_lists l = {0};
    odd_status st;
    ODD_TRY(list_images(r, &l));
    ODD_TRY(ODD_NEW(out->split, r->filing.labels.count));
    for (int64_t k = 0; k < r->filing.labels.count; k++) {
        bool split;
        ODD_TRY(split_category(o, r, links, &l, k, &out->split[out->splits], &split));
        out->splits += split;
    }
done:
    lists_free(&l);
    return st;
}

/* Copies: stars in place of chains. Of pairs alone, each a little off, a hundred wallets that
 * differ would be one picture. So a large group has a hub, the member with the most copies, and
 * every other member is a copy of the hub itself; what is not is looked at again without them. */
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 4 }; /* members of a group that is kept whole: no chain of those leads far */

/* A round over the pairs that are left, the same on every rank. By member: as groups.row. */
typedef struct {
    const odd_pairs *left;
    odd_groups groups;
    int64_t *copies; /* (members) pairs of each */
    bool *kept;      /* (members) is it the hub, or a copy of it? */
    int64_t *hub;    /* (groups) member */
} star_round;

/* Which member a row of a group is: they rise. */
static int64_t member_of(const odd_groups *g, int64_t group, int64_t row)
{
    const int64_t *first = g->row + g->first[group];
    const size_t count = (size_t)(g->first[group + 1] - g->first[group]);
    const int64_t *at = bsearch(&row, first, count, sizeof row, odd_compare_i64);
    ODD_CHECK(at);
    return at - g->row;
}

static void count_copies(star_round *r)
{
    for (int64_t i = 0; i < r->left->count; i++) {
        const odd_pair *p = &r->left->pair[i];
        r->copies[member_of(&r->groups, r->groups.group[i], p->first)]++;
        r->copies[member_of(&r->groups, r->groups.group[i], p->second)]++;
    }
}

/* The most copies; of these the first row. */
static void choose_hubs(star_round *r)
{
    const odd_groups *g = &r->groups;
    for (int64_t i = 0; i < g->groups; i++) {
        r->hub[i] = g->first[i];
        for (int64_t m = g->first[i]; m < g->first[i + 1]; m++)
            if (r->copies[m] > r->copies[r->hub[i]]) r->hub[i] = m;
        r->kept[r->hub[i]] = true;
    }
}

static bool is_small(const star_round *r, int64_t group)
{
    return r->groups.first[group + 1] - r->groups.first[group] <= FEW;
}

/* The pair of a hub and a copy of it joins the result, of a small group any. */
static odd_status keep_pair(star_round *r, const odd_pair *p, int64_t group, odd_pairs *stars)
{
    const int64_t a = member_of(&r->groups, group, p->first);
    const int64_t b = member_of(&r->groups, group, p->second);
    if (!is_small(r, group) && a != r->hub[group] && b != r->hub[group]) return ODD_OK;
    r->kept[a] = r->kept[b] = true;
    return odd_pairs_add(stars, p->first, p->second, p->value, p->marks);
}

static odd_status keep_known(star_round *r, odd_pairs *stars)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < r->left->count; i++)
        ODD_TRY(keep_pair(r, &r->left->pair[i], r->groups.group[i], stars));
done:
    return st;
}

static odd_status round_begin(const odd_pairs *left, star_round *r, odd_pairs *stars)
{
    odd_status st;
    *r = (star_round){.left = left};
    ODD_TRY(odd_groups_of_pairs(left, &r->groups));
    ODD_TRY(ODD_NEW(r->copies, r->groups.members));
    ODD_TRY(ODD_NEW(r->kept, r->groups.members));
    ODD_TRY(ODD_NEW(r->hub, r->groups.groups));
    count_copies(r);
    choose_hubs(r);
    ODD_TRY(keep_known(r, stars));
done:
    return st;
}

static void round_end(star_round *r)
{
    odd_groups_free(&r->groups);
    odd_free(r->copies);
    odd_free(r->kept);
    odd_free(r->hub);
}

/* Members that nobody compared with their hub, where I own the first row of the pair. */
static odd_status list_uncompared(const star_round *r, const odd_partition *part, odd_pairs *out)
{
    const odd_groups *g = &r->groups;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < g->groups; i++)
        for (int64_t m = g->first[i]; m < g->first[i + 1]; m++) {
            const int64_t hub = g->row[r->hub[i]], row = g->row[m];
            const int64_t local = (row < hub ? row : hub) - part->row0;
            if (r->kept[m] || local < 0 || local >= part->n_local) continue;
            ODD_TRY(odd_pairs_add(out, row, hub, 0, ODD_COPY_PLAIN | ODD_COPY_MIRRORED));
        }
done:
    return st;
}

/* Their group: that of either row, found by the hubs. */
static odd_status keep_found(star_round *r, const odd_pairs *found, odd_pairs *stars)
{
    const odd_groups *g = &r->groups;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < g->groups; i++) {
        const int64_t hub = g->row[r->hub[i]];
        for (int64_t f = 0; f < found->count; f++)
            if (found->pair[f].first == hub || found->pair[f].second == hub)
                ODD_TRY(keep_pair(r, &found->pair[f], i, stars));
    }
done:
    return st;
}

static odd_status list_rest(const star_round *r, odd_pairs *rest)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < r->left->count; i++) {
        const odd_pair *p = &r->left->pair[i];
        const int64_t group = r->groups.group[i];
        if (!r->kept[member_of(&r->groups, group, p->first)] &&
            !r->kept[member_of(&r->groups, group, p->second)])
            ODD_TRY(odd_pairs_add(rest, p->first, p->second, p->value, p->marks));
    }
done:
    return st;
}

/* One round: stars out of `left`, and what is left of it then. @collective */
static odd_status cut_stars(const odd_copy_pictures *pictures, const odd_copy_crowds *crowds,
                            odd_pairs *left, odd_pairs *stars)
{
    const MPI_Comm comm = pictures->rows.comm;
    star_round r = {0};
    odd_pairs uncompared = {0}, found = {0}, rest = {0};
    odd_status st;
    ODD_TRY_ALL(comm, round_begin(left, &r, stars));
    ODD_TRY_ALL(comm, list_uncompared(&r, &pictures->rows.part, &uncompared));
    ODD_TRY(odd_copies_verify(pictures, &uncompared, &found));
    ODD_TRY(odd_pairs_share(comm, &found));
    odd_copies_thin(crowds, &found);
    ODD_TRY_ALL(comm, keep_found(&r, &found, stars));
    ODD_TRY_ALL(comm, list_rest(&r, &rest));
    odd_pairs_free(left);
    *left = rest;
    rest = (odd_pairs){0};
done:
    round_end(&r);
    odd_pairs_free(&uncompared);
    odd_pairs_free(&found);
    odd_pairs_free(&rest);
    return st;
}

odd_status odd_copies_stars(const odd_copy_pictures *pictures, const odd_copy_crowds *crowds,
                            odd_pairs *near)
{
    odd_pairs stars = {0};
    odd_status st = ODD_OK;
    while (near->count > 0) /* each round takes the hubs out: it ends */
        ODD_TRY(cut_stars(pictures, crowds, near, &stars));
    odd_pairs_free(near);
    *near = stars;
    stars = (odd_pairs){0};
done:
    odd_pairs_free(&stars);
    return st;
}

/**
 * Communities: things that are linked with one another, and hardly with others, by greedy
 * modularity (Blondel, Guillaume, Lambiotte and Lefebvre, "Fast unfolding of communities in large
 * networks", 2008) at a resolution (Reichardt and Bornholdt 2006): two communities become one where
 * there are more links between them than resolution times what there would be by chance. So at
 * resolution 0.05 what is left apart has less than a twentieth of the links that chance would make.
 *
 * All @local. The same links give the same communities.
 */
#ifndef ODDLOT_LINALG_COMMUNITIES_H
#define ODDLOT_LINALG_COMMUNITIES_H

#include "oddlot/base/status.h"

#include <stdint.h>

/* Links of n things, each from both its ends. */
typedef struct {
    int64_t n;
    int64_t *first; /* (n + 1) where the links of each begin */
    int32_t *to;    /* rising for each */
    double *weight; /* of each; to itself: both ends */
} odd_links;

/** Links of weight 1 between rows of which each is among the nearest of the other.
 *  near: (n, keep) numbers of rows, in any order, -1: there are no more; nothing is linked with
 *  itself. Sorts them. Cost n keep log keep; 12 bytes for each link. ODD_NOMEM */
odd_status odd_links_mutual(int64_t n, int64_t keep, int32_t near[], odd_links *out);
void odd_links_free(odd_links *links);

/** Join what is together in `community` (n) already, numbers of 0 ... n - 1, further at this
 *  resolution. Out: numbers from 0 on in the order of their first things; *count of them.
 *  ODD_NOMEM */
odd_status odd_communities_join(const odd_links *links, double resolution, int32_t community[],
                                int32_t *count);

/** The links of communities with one another, each as one thing; community: (n) 0 ... count - 1.
 *  Owned by caller: odd_links_free(). ODD_NOMEM */
odd_status odd_communities_links(const odd_links *links, const int32_t community[], int32_t count,
                                 odd_links *out);

/** medoid (count): the thing of each community that has most links within it, by their weights; of
 *  equal ones the first. @local; ODD_NOMEM */
odd_status odd_communities_medoids(const odd_links *links, const int32_t community[], int32_t count,
                                   int64_t medoid[]);

#endif

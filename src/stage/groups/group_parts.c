/* Group parts: what is together further, joined step by step. */
#include "oddlot/linalg/communities.h"
#include "stage/groups/groups_internal.h"

/* From kinds on, resolutions at which they are joined, the nearest first. */
static const double steps[] = {0.3, 0.1};
enum { STEPS = sizeof steps / sizeof *steps };

odd_status odd_group_parts(const odd_links *links, double apart, int32_t community[],
                           int32_t *count)
{
    odd_status st = ODD_OK;
    ODD_TRY(odd_communities_join(links, 1, community, count));
    for (int s = 0; s < STEPS; s++)
        if (steps[s] > apart) ODD_TRY(odd_communities_join(links, steps[s], community, count));
    ODD_TRY(odd_communities_join(links, apart, community, count));
done:
    return st;
}

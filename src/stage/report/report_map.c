/* The map of the report: the kinds of images that groups.h5 has, by the first view that is there.
 */
#include "oddlot/stage/groups.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <stdio.h>

#define MOST_KINDS 32

/* Columns of the kinds of one view. */
typedef struct {
    int64_t *images, *medoid; /* (count) */
    int32_t *part;
    int64_t count;
} kind_columns;

static odd_status read_kinds(const odd_page *p, const char *view, kind_columns *k, int64_t *parts)
{
    int64_t *size = NULL, medoids = 0, inside = 0;
    odd_status st;
    ODD_TRY(odd_group_column_read(p->groups, view, "of_kind/images", ODD_I64, (void **)&k->images,
                                  &k->count));
    ODD_TRY(odd_group_column_read(p->groups, view, "of_kind/medoid", ODD_I64, (void **)&k->medoid,
                                  &medoids));
    ODD_TRY(odd_group_column_read(p->groups, view, "of_kind/part", ODD_I32, (void **)&k->part,
                                  &inside));
    ODD_TRY(
        odd_group_column_read(p->groups, view, "of_part/images", ODD_I64, (void **)&size, parts));
    if (medoids != k->count || inside != k->count)
        ODD_TRY(odd_fail(ODD_FORMAT, "the kinds of '%s' in groups.h5 do not match", view));
done:
    odd_free(size);
    return st;
}

/* The medoid was read, or it would be in no group. */
static odd_status fill_kinds(odd_page *p, const kind_columns *k, odd_page_map *map)
{
    double all = 0;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < k->count; i++)
        all += (double)k->images[i];
    map->data.all = k->count;
    map->data.kinds = (int)odd_min(k->count, MOST_KINDS);
    ODD_TRY(ODD_NEW(map->kind, map->data.kinds));
    for (int i = 0; i < map->data.kinds; i++) {
        const int64_t row = k->medoid[i];
        if (row < 0 || row >= odd_selection_rows(p->selection))
            ODD_TRY(odd_fail(ODD_FORMAT, "a medoid in groups.h5 is no image of the catalogue"));
        map->kind[i] = (odd_report_kind){
            .images = k->images[i],
            .share = (double)k->images[i] / all,
            .part = k->part[i],
            .medoid = {.row = row},
        };
        ODD_TRY(odd_page_text(p, ODD_IMAGE_NAME, row, &map->kind[i].medoid.name));
    }
    map->data.kind = map->kind;
done:
    return st;
}

odd_status odd_page_map_read(odd_page *p)
{
    kind_columns k = {0};
    int64_t parts = 0;
    int v = 0;
    odd_status st = ODD_OK;
    while (v < ODD_GROUP_VIEWS && !odd_file_has(p->groups, odd_group_views[v].name))
        v++;
    if (v == ODD_GROUP_VIEWS) goto done;
    ODD_TRY(read_kinds(p, odd_group_views[v].name, &k, &parts));
    ODD_TRY(fill_kinds(p, &k, &p->map));
    p->map.data.seen = odd_group_views[v].seen;
    p->map.data.parts = (int)odd_min(parts, INT32_MAX);
    if (p->map.data.kinds > 0) p->data.map = &p->map.data;
done:
    odd_free(k.images);
    odd_free(k.medoid);
    odd_free(k.part);
    return st;
}

/* Groups table: groups.csv, a line for each part and kind of each view, for people and scripts. */
#include "oddlot/run/text_table.h"
#include "stage/groups/group_measures_internal.h"
#include "stage/groups/groups_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <inttypes.h>

enum { WORDS = 256 };

void odd_groups_table_begin(odd_text *csv)
{
    odd_text_add(csv, "view,level,group,images,share,links,part,medoid_row,medoid,apart_by\n");
}

static void add_field(odd_text *csv, const char *s)
{
    odd_text_add(csv, ",");
    odd_text_csv(csv, s);
}

/* "; less white ground (0 %, ..." begins as a sentence goes on. */
static const char *words_of(const odd_group_difference difference[], char words[WORDS])
{
    odd_group_differences_tell(difference, words, WORDS);
    return words[0] == ';' ? words + 2 : words;
}

static odd_status add_line(odd_image_facts *facts, const char *view, const char *level,
                           int32_t number, const odd_image_group *g, int32_t part,
                           const odd_group_difference difference[], odd_text *csv)
{
    char words[WORDS];
    const char *name;
    odd_status st;
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_NAME, g->medoid, &name));
    odd_text_format(csv, "%s,%s,%" PRId32 ",%" PRId64, view, level, number, g->images);
    odd_csv_number(csv, (double)g->images / (double)odd_image_facts_images(facts));
    odd_csv_number(csv, g->links);
    odd_text_format(csv, part < 0 ? "," : ",%" PRId32, part);
    odd_text_format(csv, ",%" PRId64, g->medoid);
    add_field(csv, name);
    add_field(csv, words_of(difference, words));
    odd_text_add(csv, "\n");
done:
    return st;
}

/* @local: rank 0 */
static odd_status add_lines(odd_image_facts *facts, const char *view, bool kinds,
                            const odd_view_groups *g, const odd_group_difference difference[],
                            odd_text *csv)
{
    const int32_t count = kinds ? g->kinds : g->parts;
    const odd_image_group *of = kinds ? g->of_kind : g->of_part;
    odd_status st = ODD_OK;
    for (int32_t c = 0; c < count; c++)
        ODD_TRY(add_line(facts, view, kinds ? "kind" : "part", c, &of[c], kinds ? of[c].part : c,
                         &difference[(int64_t)c * ODD_GROUP_DIFFERENCES], csv));
    ODD_TRY(odd_text_status(csv));
done:
    return st;
}

/* Those of one level. @collective */
static odd_status add_level(const odd_run *run, const odd_group_rows *rows, const char *view,
                            bool kinds, const odd_view_groups *g, odd_text *csv)
{
    const int32_t count = kinds ? g->kinds : g->parts;
    odd_group_difference *difference = NULL;
    odd_status st;
    ODD_TRY_ALL(run->comm, ODD_NEW(difference, (int64_t)count * ODD_GROUP_DIFFERENCES));
    ODD_TRY(odd_group_differences(run->comm, rows->inputs.ingest, &rows->speakers.images,
                                  kinds ? g->my_kind : g->my_part, count, difference));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0
                               ? add_lines(rows->facts, view, kinds, g, difference, csv)
                               : ODD_OK);
done:
    odd_free(difference);
    return st;
}

odd_status odd_groups_table_add(const odd_run *run, const odd_group_rows *rows, const char *view,
                                const odd_view_groups *groups, odd_text *csv)
{
    odd_status st;
    ODD_TRY(add_level(run, rows, view, false, groups, csv));
    ODD_TRY(add_level(run, rows, view, true, groups, csv));
done:
    return st;
}

odd_status odd_groups_table_write(const odd_run *run, const odd_text *csv)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_text_status(csv));
    ODD_TRY(odd_run_path(run, "groups.csv", &path));
    ODD_TRY(odd_file_spill(path, odd_text_string(csv), csv->length));
done:
    odd_free(path);
    return st;
}

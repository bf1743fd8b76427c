/* Contamination: theme images and some odd ones of a labelled catalogue make what is audited, as in
 * the published experiments. Where a job asks for none, every image is audited and no truth is
 * known. */
#include "run/catalogue_cut_internal.h"
#include "run/contamination_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"

#include <math.h>
#include <string.h>

static const odd_option options_table[] = {
    ODD_LIST(odd_contamination_options, theme, "[]",
             "labels of the classes that make the theme; empty: all that are not `anomaly`"),
    ODD_LIST(odd_contamination_options, anomaly, "[]",
             "labels of the odd classes; empty: all that are not `theme`"),
    ODD_INT(odd_contamination_options, theme_count, "-1", -1, 1e15,
            "theme images to take; -1: all"),
    ODD_INT(odd_contamination_options, anomaly_count, "-1", -1, 1e15,
            "odd images to take; -1: by anomaly_share"),
    ODD_REAL(odd_contamination_options, anomaly_share, "-1", -1, 0.99,
             "share of odd images among those taken; negative: all there are"),
    ODD_REAL(odd_contamination_options, held_out, "0", 0, 0.99,
             "share of the theme images that nothing is learnt from; all odd ones are held out "
             "with them, and `evaluate` judges only these; 0: none"),
    ODD_TEXT(odd_contamination_options, held_out_split, "",
             "images of this `split` of a manifest are held out, such as test; empty: none"),
    ODD_INT(odd_contamination_options, verified_theme, "0", 0, 1e15,
            "theme images that count as verified by a person"),
    ODD_INT(odd_contamination_options, verified_odd, "0", 0, 1e15,
            "odd images that count as verified by a person"),
    ODD_INT(odd_contamination_options, seed, "1", 0, 1e18, "which images are drawn"),
    ODD_OPTIONS_END,
};

const odd_section odd_contamination_section = {
    .name = "contamination",
    .was = "mixture",
    .help = "An experiment: which labels are theme, which are odd, how many of each",
    .options = options_table,
    .size = sizeof(odd_contamination_options),
};

static int truth_of(const odd_contamination_options *o, const char *label)
{
    if (!*label) return ODD_TRUTH_UNKNOWN;
    if (odd_list_has(&o->theme, label)) return ODD_TRUTH_THEME;
    if (odd_list_has(&o->anomaly, label)) return ODD_TRUTH_ODD;
    if (o->anomaly.count == 0) return ODD_TRUTH_ODD;
    if (o->theme.count == 0) return ODD_TRUTH_THEME;
    return ODD_TRUTH_UNKNOWN;
}

/* Places of images of one truth. */
static odd_status collect_pool(const odd_taken *images, int truth, odd_row_pool *out)
{
    odd_status st;
    out->count = 0;
    ODD_TRY(ODD_NEW(out->at, images->count));
    for (int64_t i = 0; i < images->count; i++)
        if (images->row[i].truth == truth) out->at[out->count++] = i;
done:
    return st;
}

static odd_status wanted_counts(const odd_job *job, const odd_contamination_options *o,
                                int64_t theme_there, int64_t odd_there, int64_t *theme,
                                int64_t *odd)
{
    *theme = o->theme_count >= 0 ? o->theme_count : theme_there;
    *odd = odd_there;
    if (o->anomaly_count >= 0)
        *odd = o->anomaly_count;
    else if (o->anomaly_share >= 0)
        *odd = llround((double)*theme * o->anomaly_share / (1 - o->anomaly_share));
    if (*theme > theme_there)
        return odd_job_fail(job, "contamination.theme_count",
                            "%lld theme images wanted, %lld are there", (long long)*theme,
                            (long long)theme_there);
    if (*odd > odd_there)
        return odd_job_fail(
            job,
            o->anomaly_count >= 0 ? "contamination.anomaly_count" : "contamination.anomaly_share",
            "%lld odd images wanted, %lld are there", (long long)*odd, (long long)odd_there);
    return ODD_OK;
}

static bool has_label(const odd_catalogue *list, const char *label)
{
    for (int64_t i = 0; i < list->count; i++)
        if (strcmp(odd_catalogue_text(list, list->item[i].label), label) == 0) return true;
    return false;
}

/* Has some rank an image of each? @collective */
static odd_status check_labels(MPI_Comm comm, const odd_job *job, const odd_catalogue *list,
                               const char *key, const odd_list *labels)
{
    for (int64_t i = 0; i < labels->count; i++) {
        int64_t found = has_label(list, labels->item[i]);
        odd_max_i64(comm, &found, 1);
        if (!found) return odd_job_fail(job, key, "no image has the label '%s'", labels->item[i]);
    }
    return ODD_OK;
}

static odd_status check_apart(const odd_job *job, const odd_contamination_options *o)
{
    for (int64_t i = 0; i < o->anomaly.count; i++)
        if (odd_list_has(&o->theme, o->anomaly.item[i]))
            return odd_job_fail(job, "contamination.anomaly",
                                "the label '%s' is both theme and odd", o->anomaly.item[i]);
    return ODD_OK;
}

/* Both pools are rising: merging keeps the order of the catalogue. */
static odd_status merge_pools(const odd_taken *images, const odd_row_pool *theme,
                              const odd_row_pool *odd, odd_taken *out)
{
    int64_t t = 0, o = 0;
    odd_status st;
    out->count = theme->count + odd->count;
    ODD_TRY(ODD_NEW(out->row, out->count));
    for (int64_t row = 0; row < out->count; row++) {
        bool from_theme = o == odd->count || (t < theme->count && theme->at[t] < odd->at[o]);
        out->row[row] = images->row[from_theme ? theme->at[t++] : odd->at[o++]];
    }
done:
    return st;
}

/* Mark `count` rows of one truth as verified, drawn by the seed. */
static odd_status verify_some(const odd_job *job, const char *key, const odd_taken *rows, int truth,
                              uint8_t mark, int64_t count, uint64_t seed)
{
    odd_row_pool pool = {NULL, 0};
    odd_status st;
    ODD_TRY(odd_row_pool_learnt(rows, truth, &pool));
    if (count > pool.count)
        ODD_TRY(odd_job_fail(job, key, "%lld images to verify, only %lld are there",
                             (long long)count, (long long)pool.count));
    ODD_TRY(odd_row_pool_draw(&pool, count, seed, ODD_STREAM_VERIFIED));
    for (int64_t i = 0; i < count; i++)
        rows->row[pool.at[i]].verified = mark;
done:
    odd_free(pool.at);
    return st;
}

/* Theme and odd images of the catalogue, and some of them as verified. @local: rank 0 */
static odd_status draw_rows(const odd_job *job, const odd_contamination_options *o,
                            const odd_taken *images, odd_taken *rows)
{
    odd_row_pool theme = {NULL, 0}, odd = {NULL, 0};
    const uint64_t seed = (uint64_t)o->seed;
    int64_t take_theme, take_odd;
    odd_status st;
    ODD_TRY(collect_pool(images, ODD_TRUTH_THEME, &theme));
    ODD_TRY(collect_pool(images, ODD_TRUTH_ODD, &odd));
    ODD_TRY(wanted_counts(job, o, theme.count, odd.count, &take_theme, &take_odd));
    ODD_TRY(odd_row_pool_draw(&theme, take_theme, seed, ODD_STREAM_THEME));
    ODD_TRY(odd_row_pool_draw(&odd, take_odd, seed, ODD_STREAM_ODD));
    ODD_TRY(merge_pools(images, &theme, &odd, rows));
    ODD_TRY(odd_hold_out_share(o, rows));
    ODD_TRY(odd_held_out_check(job, o, odd_held_out_count(rows), rows->count));
    ODD_TRY(verify_some(job, "contamination.verified_theme", rows, ODD_TRUTH_THEME,
                        ODD_VERIFIED_THEME, o->verified_theme, seed));
    ODD_TRY(verify_some(job, "contamination.verified_odd", rows, ODD_TRUTH_ODD, ODD_VERIFIED_ODD,
                        o->verified_odd, seed));
    odd_log(ODD_LOG_INFO, "contamination: %lld theme and %lld odd images of a catalogue of %lld",
            (long long)theme.count, (long long)odd.count, (long long)images->count);
done:
    odd_free(theme.at);
    odd_free(odd.at);
    return st;
}

/* ---- over ranks ---- */

static bool is_mixture(const odd_contamination_options *o)
{
    return o->theme.count > 0 || o->anomaly.count > 0;
}

/* All of my images, as rows that may be. @local */
static odd_status mark_images(const odd_contamination_options *o, const odd_catalogue *list,
                              odd_taken *out)
{
    const char *split = o->held_out_split;
    odd_status st;
    out->count = list->count;
    ODD_TRY(ODD_NEW(out->row, out->count));
    for (int64_t i = 0; i < out->count; i++) {
        const odd_item *item = &list->item[i];
        const char *label = odd_catalogue_text(list, item->label);
        out->row[i] = (odd_selected){
            .item = list->first + i,
            .truth = (int8_t)(is_mixture(o) ? truth_of(o, label) : ODD_TRUTH_UNKNOWN),
            .verified = (uint8_t)item->verified,
            .held_out = *split && strcmp(odd_catalogue_text(list, item->split), split) == 0,
        };
    }
done:
    return st;
}

static int owner_of_item(const void *context, const void *row)
{
    return odd_partition_owner(context, ((const odd_selected *)row)->item);
}

/* Rows of rank 0 go to the ranks that listed their images. @collective */
static odd_status return_rows(MPI_Comm comm, const odd_catalogue *list, const odd_taken *drawn,
                              odd_taken *mine)
{
    odd_owners listers = {.size = odd_size(comm)};
    int64_t ranks;
    odd_status st;
    ODD_TRY(
        odd_share_rows(comm, &list->first, 1, sizeof list->first, (void **)&listers.first, &ranks));
    ODD_TRY(odd_route(comm, drawn->row, drawn->count, sizeof *drawn->row, owner_of_item, &listers,
                      (void **)&mine->row, &mine->count));
done:
    odd_owners_free(&listers);
    return st;
}

/* My images that are rows; the others are forgotten. @collective */
static odd_status keep_images(MPI_Comm comm, const odd_taken *mine, odd_catalogue *list)
{
    int64_t *place = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(place, mine->count));
    for (int64_t i = 0; i < mine->count; i++)
        place[i] = mine->row[i].item - list->first;
    odd_catalogue_keep(comm, mine->count, place, list);
done:
    odd_free(place);
    return st;
}

/* Rank 0 draws from what all have marked. @collective */
static odd_status select_by_labels(MPI_Comm comm, const odd_job *job,
                                   const odd_contamination_options *o, odd_catalogue *list,
                                   odd_taken *mine)
{
    odd_taken all = {NULL, 0}, drawn = {NULL, 0};
    odd_status st;
    ODD_TRY(check_labels(comm, job, list, "contamination.theme", &o->theme));
    ODD_TRY(check_labels(comm, job, list, "contamination.anomaly", &o->anomaly));
    ODD_TRY(check_apart(job, o));
    ODD_TRY(odd_gather_rows(comm, 0, mine->row, mine->count, sizeof *mine->row, (void **)&all.row,
                            &all.count));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? draw_rows(job, o, &all, &drawn) : ODD_OK);
    odd_free(mine->row);
    *mine = (odd_taken){NULL, 0};
    ODD_TRY(return_rows(comm, list, &drawn, mine));
    ODD_TRY(keep_images(comm, mine, list));
done:
    odd_free(all.row);
    odd_free(drawn.row);
    return st;
}

/* @collective */
static odd_status check_all_held_out(MPI_Comm comm, const odd_job *job,
                                     const odd_contamination_options *o, const odd_taken *mine)
{
    int64_t count[2] = {odd_held_out_count(mine), mine->count};
    odd_sum_i64(comm, count, 2);
    return odd_held_out_check(job, o, count[0], count[1]);
}

odd_status odd_contaminate(MPI_Comm comm, const odd_job *job, odd_selection *s)
{
    const odd_contamination_options *o = odd_job_section(job, odd_contamination_section.name);
    odd_taken mine = {NULL, 0};
    odd_status st;
    ODD_TRY(odd_held_out_allowed(job, o));
    ODD_TRY_ALL(comm, mark_images(o, &s->list, &mine));
    ODD_TRY(is_mixture(o) ? select_by_labels(comm, job, o, &s->list, &mine)
                          : check_all_held_out(comm, job, o, &mine));
    odd_selected *given = mine.row;
    mine.row = NULL;
    ODD_TRY(odd_selection_settle(comm, given, s));
done:
    odd_free(mine.row);
    return st;
}

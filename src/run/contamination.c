/* Contamination: theme images and some odd ones of a labelled catalogue make what is audited, as in
 * the published experiments. Where a job asks for none, every image is audited and no truth is
 * known. */
#include "run/contamination_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/detector.h"

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

static odd_status collect_pool(const odd_catalogue *list, const odd_contamination_options *o,
                               int truth, odd_row_pool *out)
{
    out->count = 0;
    if (!(out->item = odd_alloc(list->count, sizeof *out->item))) return ODD_NOMEM;
    for (int64_t i = 0; i < list->count; i++)
        if (truth_of(o, odd_catalogue_text(list, list->item[i].label)) == truth)
            out->item[out->count++] = i;
    return ODD_OK;
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

static odd_status check_labels(const odd_job *job, const odd_catalogue *list, const char *key,
                               const odd_list *labels)
{
    for (int64_t i = 0; i < labels->count; i++) {
        bool found = false;
        for (int64_t j = 0; j < list->count && !found; j++)
            found = strcmp(odd_catalogue_text(list, list->item[j].label), labels->item[i]) == 0;
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

static odd_status allocate_rows(odd_selection *s, int64_t rows)
{
    odd_status st;
    s->rows = rows;
    ODD_TRY(ODD_NEW(s->item, rows));
    ODD_TRY(ODD_NEW(s->truth, rows));
    ODD_TRY(ODD_NEW(s->verified, rows));
    ODD_TRY(ODD_NEW(s->held_out, rows));
done:
    return st;
}

static void set_row(odd_selection *s, int64_t row, int64_t item, int truth)
{
    s->item[row] = item;
    s->truth[row] = (int8_t)truth;
    s->verified[row] = (uint8_t)s->list.item[item].verified;
}

static odd_status take_all(odd_selection *s)
{
    odd_status st = allocate_rows(s, s->list.count);
    for (int64_t i = 0; st == ODD_OK && i < s->rows; i++)
        set_row(s, i, i, ODD_TRUTH_UNKNOWN);
    return st;
}

/* Both pools are rising: merging keeps the order of the catalogue. */
static odd_status merge_pools(odd_selection *s, const odd_row_pool *theme, const odd_row_pool *odd)
{
    odd_status st = allocate_rows(s, theme->count + odd->count);
    int64_t t = 0, o = 0;
    for (int64_t row = 0; st == ODD_OK && row < s->rows; row++) {
        bool from_theme = o == odd->count || (t < theme->count && theme->item[t] < odd->item[o]);
        if (from_theme)
            set_row(s, row, theme->item[t++], ODD_TRUTH_THEME);
        else
            set_row(s, row, odd->item[o++], ODD_TRUTH_ODD);
    }
    return st;
}

/* Mark `count` rows of one truth as verified, drawn by the seed. */
static odd_status verify_some(const odd_job *job, const char *key, odd_selection *s, int truth,
                              uint8_t mark, int64_t count, uint64_t seed)
{
    odd_row_pool rows = {NULL, 0};
    odd_status st;
    ODD_TRY(odd_row_pool_learnt(s, truth, &rows));
    if (count > rows.count)
        ODD_TRY(odd_job_fail(job, key, "%lld images to verify, only %lld are there",
                             (long long)count, (long long)rows.count));
    ODD_TRY(odd_row_pool_draw(&rows, count, seed, ODD_STREAM_VERIFIED));
    for (int64_t i = 0; i < count; i++)
        s->verified[rows.item[i]] = mark;
done:
    odd_free(rows.item);
    return st;
}

/* Theme and odd images by their labels, and some of them as verified. */
static odd_status select_by_labels(const odd_job *job, const odd_contamination_options *o,
                                   odd_selection *s)
{
    odd_row_pool theme = {NULL, 0}, odd = {NULL, 0};
    const uint64_t seed = (uint64_t)o->seed;
    int64_t take_theme, take_odd;
    odd_status st;
    ODD_TRY(check_labels(job, &s->list, "contamination.theme", &o->theme));
    ODD_TRY(check_labels(job, &s->list, "contamination.anomaly", &o->anomaly));
    ODD_TRY(check_apart(job, o));
    ODD_TRY(collect_pool(&s->list, o, ODD_TRUTH_THEME, &theme));
    ODD_TRY(collect_pool(&s->list, o, ODD_TRUTH_ODD, &odd));
    ODD_TRY(wanted_counts(job, o, theme.count, odd.count, &take_theme, &take_odd));
    ODD_TRY(odd_row_pool_draw(&theme, take_theme, seed, ODD_STREAM_THEME));
    ODD_TRY(odd_row_pool_draw(&odd, take_odd, seed, ODD_STREAM_ODD));
    ODD_TRY(merge_pools(s, &theme, &odd));
    ODD_TRY(odd_hold_out(job, o, s));
    ODD_TRY(verify_some(job, "contamination.verified_theme", s, ODD_TRUTH_THEME, ODD_VERIFIED_THEME,
                        o->verified_theme, seed));
    ODD_TRY(verify_some(job, "contamination.verified_odd", s, ODD_TRUTH_ODD, ODD_VERIFIED_ODD,
                        o->verified_odd, seed));
    odd_log(ODD_LOG_INFO, "contamination: %lld theme and %lld odd images of a catalogue of %lld",
            (long long)theme.count, (long long)odd.count, (long long)s->list.count);
done:
    odd_free(theme.item);
    odd_free(odd.item);
    return st;
}

odd_status odd_contaminate(const odd_job *job, odd_selection *s)
{
    const odd_contamination_options *o = odd_job_section(job, odd_contamination_section.name);
    odd_status st;
    if (o->theme.count > 0 || o->anomaly.count > 0) return select_by_labels(job, o, s);
    ODD_TRY(take_all(s));
    ODD_TRY(odd_hold_out(job, o, s));
done:
    return st;
}

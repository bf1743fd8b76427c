/* Flagging: where the ranking is cut, by probability, by a share, or by a false-alarm rate that
 * verified images vouch for. */
#include "oddlot/stage/flagging.h"
#include "oddlot/stage/calibration.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/serial_sum.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define USUAL_SHARE 0.05 /* flagged where a detector gives no probability and the job no share */

static const char *const ways[] = {"auto",        "probability", "share",    "estimate",
                                   "false_alarm", "rarity",      "detector", NULL};

static const odd_option score_table[] = {
    ODD_TEXT(odd_score_options, rank_by, "",
             "column that ranks the images; empty: the detector's own, or e.g. reconstruction"),
    ODD_CHOICE(
        odd_score_options, flag_by, "auto", ways,
        "probability: those above flag_threshold; share: flag_share of the images; estimate: as "
        "many as the detector believes to be odd; false_alarm, rarity: see there; detector: by its "
        "own rule, as `classes` has one; auto: by flag_share if it is given, else by false_alarm "
        "where fit.calibration keeps verified images enough, by rarity where views rank, by the "
        "detector's rule, by probability, or the oddest 0.05 where the detector gives none"),
    ODD_REAL(odd_score_options, flag_threshold, "0.5", 0, 1,
             "images with at least this probability of being odd are flagged"),
    ODD_REAL(odd_score_options, flag_share, "-1", -1, 1,
             "share of the images that is flagged, the oddest; negative: not given"),
    ODD_REAL(
        odd_score_options, rarity, "0.00025", 1e-12, 0.5,
        "flag_by rarity, where views rank: images so odd that at most this share of usual ones "
        "is as odd, whatever the catalogue"),
    ODD_REAL(odd_score_options, false_alarm, "0.05", 1e-6, 0.5,
             "flag_by false_alarm: at most this share of the theme images is flagged; needs "
             "verified theme images and fit.calibration"),
    ODD_REAL(odd_score_options, confidence, "0.95", 0.5, 0.999999,
             "with which the rate of false_alarm holds"),
    ODD_REAL(odd_score_options, damage_share, "0.01", 0, 0.999999,
             "share of damaged images that probabilities of damage suppose in the catalogue; 0: as "
             "many as the trained networks suggest"),
    ODD_OPTIONS_END,
};

const odd_section odd_score_section =
    ODD_SECTION("score", "Ranking and flagging", score_table, odd_score_options);

static bool flags_by(const odd_score_options *o, const char *way)
{
    return strcmp(o->flag_by, way) == 0;
}

/* The value at a place of the order of all scores. @collective */
static odd_status score_at(const odd_ranked *rows, int64_t place, double *value)
{
    odd_order order = {0};
    int64_t *row = NULL;
    odd_status st;
    if (rows->order) {
        *value = odd_order_value(rows->order, place);
        return ODD_OK;
    }
    ODD_TRY_ALL(rows->comm, ODD_NEW(row, rows->n));
    for (int64_t i = 0, row0 = odd_sum_before(rows->comm, rows->n); i < rows->n; i++)
        row[i] = row0 + i;
    ODD_TRY(odd_order_falling(rows->comm, rows->n, rows->score, row, NULL, &order));
    *value = odd_order_value(&order, place);
done:
    odd_order_free(&order);
    odd_free(row);
    return st;
}

/* Of all ranks. @collective */
static int64_t count_all(const odd_ranked *rows, int64_t mine)
{
    odd_sum_i64(rows->comm, &mine, 1);
    return mine;
}

/* @collective */
static odd_status flag_by_share(const odd_ranked *rows, double share, odd_flagging *out)
{
    int64_t readable = 0;
    for (int64_t i = 0; i < rows->n; i++)
        readable += !isnan(rows->score[i]);
    out->flagged = llround(share * (double)count_all(rows, readable));
    out->threshold = INFINITY;
    if (out->flagged == 0) return ODD_OK;
    return score_at(rows, out->flagged - 1, &out->threshold);
}

/* Those with at least this value; a value that is NaN is of none. @collective */
static void flag_from(const odd_ranked *rows, const double value[], double threshold,
                      odd_flagging *out)
{
    int64_t mine = 0;
    out->threshold = threshold;
    for (int64_t i = 0; i < rows->n; i++)
        mine += value[i] >= threshold;
    out->flagged = count_all(rows, mine);
}

/* @collective */
static double mean_probability(const odd_ranked *rows)
{
    double sum;
    const int64_t count = odd_serial_sum(rows->comm, rows->n, rows->probability, &sum);
    return count > 0 ? sum / (double)count : 0;
}

/* Scores of the images that vouch, on every rank. @collective */
static odd_status collect_calibration(const odd_ranked *rows, double **score, int64_t *count)
{
    double *mine = NULL;
    int64_t n = 0;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(mine, rows->n));
    for (int64_t i = 0; rows->calibrates && i < rows->n; i++)
        if (rows->calibrates[i] && !isnan(rows->score[i])) mine[n++] = rows->score[i];
    ODD_TRY(odd_share_rows(rows->comm, mine, n, sizeof *mine, (void **)score, count));
done:
    odd_free(mine);
    return st;
}

/* The same on every rank, as they have the same scores. */
static odd_status find_cut(const odd_job *job, const odd_score_options *o, int64_t count,
                           const double score[], odd_conformal *cut)
{
    const odd_status st = odd_conformal_cut(count, score, o->false_alarm, o->confidence, cut);
    char reason[ODD_REASON_SIZE];
    if (st != ODD_ARG) return st;
    strcpy(reason, odd_fail_reason());
    return odd_job_fail(job, "score.false_alarm", "%s (the share fit.calibration of the verified)",
                        reason);
}

/* @collective */
static odd_status flag_by_false_alarm(const odd_job *job, const odd_score_options *o,
                                      const odd_ranked *rows, odd_flagging *out)
{
    double *score = NULL;
    int64_t count;
    odd_status st;
    ODD_TRY(collect_calibration(rows, &score, &count));
    ODD_TRY_ALL(rows->comm, find_cut(job, o, count, score, &out->cut));
    flag_from(rows, rows->score, nextafter(out->cut.threshold, INFINITY), out);
    odd_log(
        ODD_LOG_INFO,
        "threshold %.6g from %lld verified images: at most %.3g of the theme images are flagged, "
        "with confidence %.4g; %.3g of them are expected",
        out->threshold, (long long)count, o->false_alarm, out->cut.confidence, out->cut.expected);
done:
    odd_free(score);
    return st;
}

/* Do verified images choose the threshold where the job does not say how? They do where they are
 * kept for it, and are enough. @collective */
static bool is_vouched_for(const odd_job *job, const odd_score_options *o, const odd_ranked *rows)
{
    const int64_t needed = odd_conformal_needed(o->false_alarm, o->confidence);
    int64_t mine = 0;
    if (odd_calibration_share(job) <= 0 || !flags_by(o, "auto") || o->flag_share >= 0) return false;
    for (int64_t i = 0; rows->calibrates && i < rows->n; i++)
        mine += rows->calibrates[i] && !isnan(rows->score[i]);
    const int64_t count = count_all(rows, mine);
    if (count < needed)
        odd_log(ODD_LOG_WARN,
                "fit.calibration keeps %lld verified theme images for the threshold, score.flag_by "
                "false_alarm needs %lld: the threshold is chosen without them",
                (long long)count, (long long)needed);
    return count >= needed;
}

/* @collective */
static odd_status decide(const odd_job *job, const odd_ranked *rows, odd_flagging *out)
{
    const odd_score_options *o = odd_job_section(job, "score");
    const bool share_given = o->flag_share >= 0;
    *out = (odd_flagging){0};
    if (flags_by(o, "false_alarm") || is_vouched_for(job, o, rows))
        return flag_by_false_alarm(job, o, rows, out);
    if (flags_by(o, "estimate")) return flag_by_share(rows, mean_probability(rows), out);
    if (flags_by(o, "rarity") || (flags_by(o, "auto") && !share_given && rows->rarity)) {
        flag_from(rows, rows->score, -log10(o->rarity), out);
        return ODD_OK;
    }
    if (flags_by(o, "detector") || (flags_by(o, "auto") && !share_given && rows->cut > 0)) {
        flag_from(rows, rows->score, rows->cut, out);
        return ODD_OK;
    }
    if (flags_by(o, "share") || (flags_by(o, "auto") && (share_given || !rows->probability)))
        return flag_by_share(rows, share_given ? o->flag_share : USUAL_SHARE, out);
    out->by_chance = true;
    flag_from(rows, rows->probability, o->flag_threshold, out);
    return ODD_OK;
}

odd_status odd_flagging_decide(const odd_job *job, const odd_ranked *rows, odd_flagging *out)
{
    odd_status st = decide(job, rows, out);
    if (st == ODD_OK)
        odd_log(ODD_LOG_INFO, "%lld of %lld images are flagged: those with a %s of at least %.4g",
                (long long)out->flagged, (long long)rows->images,
                out->by_chance ? "probability" : "score", out->threshold);
    return st;
}

bool odd_flagging_flags(const odd_flagging *f, double score, double probability)
{
    return (f->by_chance ? probability : score) >= f->threshold;
}

odd_status odd_flagging_check(const odd_job *job, bool has_probability, bool has_rarity,
                              bool has_cut)
{
    const odd_score_options *o = odd_job_section(job, "score");
    if (!has_probability && (flags_by(o, "probability") || flags_by(o, "estimate")))
        return odd_job_fail(job, "score.flag_by",
                            "'%s' needs a detector that gives probabilities, such as mixture",
                            o->flag_by);
    if (!has_cut && flags_by(o, "detector"))
        return odd_job_fail(job, "score.flag_by",
                            "'detector' needs a detector with a rule of its own, such as classes, "
                            "that ranks");
    if (!has_rarity && flags_by(o, "rarity"))
        return odd_job_fail(job, "score.flag_by",
                            "'rarity' needs views that rank: set views.use, such as [all]");
    if (flags_by(o, "false_alarm") && odd_calibration_share(job) == 0)
        return odd_job_fail(job, "score.flag_by",
                            "'false_alarm' needs verified theme images that the fit is not told "
                            "of: set fit.calibration, such as 0.5");
    return ODD_OK;
}

/* Draws of an experiment: which images of a labelled catalogue a trial fits, and which it tests. */
#include "study/experiment_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/detector.h"

#include <math.h>
#include <string.h>

/* Rows of one kind, rising. */
typedef struct {
    int64_t *row, count;
} pool;

static odd_status wrong_label(const odd_design *d, const odd_trial_key *key, const char *label,
                              const char *fault)
{
    odd_text name = ODD_TEXT_EMPTY;
    odd_mixture_name(d, key->mixture, &name);
    const odd_status st = odd_job_fail(d->job, "experiment.mixtures", "mixture '%s': '%s' %s",
                                       odd_text_string(&name), label, fault);
    odd_text_free(&name);
    return st;
}

static bool has_label(int64_t n, const char *const label[], const char *wanted)
{
    int64_t i = 0;
    while (i < n && strcmp(label[i], wanted) != 0)
        i++;
    return i < n;
}

/* A slip of the pen must not make another experiment. */
static odd_status check_labels(const odd_design *d, const odd_trial_key *key, int64_t n,
                               const char *const label[], const odd_list *theme,
                               const odd_list *odd)
{
    const odd_list *const lists[] = {theme, odd};
    for (int l = 0; l < 2; l++)
        for (int64_t i = 0; i < lists[l]->count; i++)
            if (!has_label(n, label, lists[l]->item[i]))
                return wrong_label(d, key, lists[l]->item[i], "is the label of no image");
    for (int64_t i = 0; i < odd->count; i++)
        if (odd_list_has(theme, odd->item[i]))
            return wrong_label(d, key, odd->item[i], "is both theme and odd");
    return ODD_OK;
}

/* Images without a label belong to neither. */
static odd_status collect_pools(int64_t n, const char *const label[], const odd_list *theme,
                                const odd_list *odd, pool *themes, pool *odds)
{
    odd_status st;
    ODD_TRY(ODD_NEW(themes->row, n));
    ODD_TRY(ODD_NEW(odds->row, n));
    for (int64_t i = 0; i < n; i++) {
        if (!*label[i]) continue;
        if (odd_list_has(theme, label[i]))
            themes->row[themes->count++] = i;
        else if (odd->count == 0 || odd_list_has(odd, label[i]))
            odds->row[odds->count++] = i;
    }
done:
    return st;
}

static odd_status sample_new(int64_t room, odd_sample *s)
{
    odd_status st;
    ODD_TRY(ODD_NEW(s->row, room));
    ODD_TRY(ODD_NEW(s->odd, room));
    ODD_TRY(ODD_NEW(s->verified, room));
done:
    return st;
}

static void sample_free(odd_sample *s)
{
    odd_free(s->row);
    odd_free(s->odd);
    odd_free(s->verified);
    *s = (odd_sample){0};
}

void odd_drawn_free(odd_drawn *drawn)
{
    sample_free(&drawn->fit);
    sample_free(&drawn->test);
}

static odd_status check_count(const odd_design *d, const char *kind, int64_t wanted, int64_t there,
                              const odd_trial_key *key)
{
    if (wanted <= there) return ODD_OK;
    odd_text name = ODD_TEXT_EMPTY;
    odd_mixture_name(d, key->mixture, &name);
    odd_status st = odd_job_fail(d->job, "experiment.mixtures",
                                 "mixture '%s' wants %lld %s images, %lld are there",
                                 odd_text_string(&name), (long long)wanted, kind, (long long)there);
    odd_text_free(&name);
    return st;
}

/* The counts of theme and odd images to fit. */
static odd_status count_fitted(const odd_design *d, const odd_trial_key *key, const pool *themes,
                               const pool *odds, int64_t *theme, int64_t *odd)
{
    const odd_experiment_options *o = d->options;
    const double share = d->share[key->share];
    odd_status st;
    *theme = o->theme_images >= 0 ? o->theme_images : themes->count - o->test_images;
    *odd = o->odd_images >= 0 ? o->odd_images : odds->count - o->test_images;
    /* more than there can be are as good as too many */
    if (share >= 0) *odd = llround(fmin((double)*theme * share / (1 - share), 1e15));
    ODD_TRY(check_count(d, "theme", *theme + o->test_images, themes->count, key));
    ODD_TRY(check_count(d, "odd", *odd + o->test_images, odds->count, key));
    if (*theme < 1 || *odd < 1)
        ODD_TRY(odd_job_fail(d->job, "experiment.mixtures",
                             "a mixture needs theme and odd images to fit, found %lld and %lld",
                             (long long)*theme, (long long)*odd));
done:
    return st;
}

static void add_row(odd_sample *s, int64_t row, uint8_t odd)
{
    s->row[s->n] = row;
    s->odd[s->n++] = odd;
}

/* `fit` rows of a pool for the fit, `test` others for the test. Growing a choice keeps the smaller
 * one, so the fitted rows are among the chosen. */
static odd_status divide_pool(const pool *p, int64_t fit, int64_t test, uint64_t seed,
                              odd_stream stream, uint8_t odd, odd_drawn *out)
{
    int64_t *all = NULL, *first = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(all, fit + test));
    ODD_TRY(ODD_NEW(first, fit));
    ODD_TRY(odd_choose(p->count, fit + test, seed, stream, all));
    ODD_TRY(odd_choose(p->count, fit, seed, stream, first));
    for (int64_t i = 0, f = 0; i < fit + test; i++) {
        const bool fitted = f < fit && first[f] == all[i];
        f += fitted;
        add_row(fitted ? &out->fit : &out->test, p->row[all[i]], odd);
    }
done:
    odd_free(all);
    odd_free(first);
    return st;
}

/* Theme rows lie before odd ones, each rising: bring them into the order of the catalogue. */
static odd_status merge_kinds(odd_sample *s, int64_t themes)
{
    odd_sample sorted = {0};
    odd_status st;
    ODD_TRY(sample_new(s->n, &sorted));
    for (int64_t t = 0, o = themes; t < themes || o < s->n;) {
        const bool theme = o == s->n || (t < themes && s->row[t] < s->row[o]);
        const int64_t from = theme ? t++ : o++;
        add_row(&sorted, s->row[from], s->odd[from]);
    }
    sample_free(s);
    *s = sorted;
    sorted = (odd_sample){0};
done:
    sample_free(&sorted);
    return st;
}

static odd_status verify_some(const odd_design *d, uint64_t seed, odd_sample *fit)
{
    const int64_t take = d->options->verified_theme;
    int64_t *theme = NULL, *chosen = NULL, count = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(theme, fit->n));
    for (int64_t i = 0; i < fit->n; i++)
        if (!fit->odd[i]) theme[count++] = i;
    if (take > count)
        ODD_TRY(odd_job_fail(d->job, "experiment.verified_theme",
                             "%lld images to verify, only %lld theme images are fitted",
                             (long long)take, (long long)count));
    ODD_TRY(ODD_NEW(chosen, take));
    ODD_TRY(odd_choose(count, take, seed, ODD_STREAM_VERIFIED, chosen));
    for (int64_t i = 0; i < take; i++)
        fit->verified[theme[chosen[i]]] = ODD_VERIFIED_THEME;
done:
    odd_free(theme);
    odd_free(chosen);
    return st;
}

static odd_status draw_samples(const odd_design *d, const odd_trial_key *key, const pool *themes,
                               const pool *odds, odd_drawn *out)
{
    const odd_run_options *run = odd_job_section(d->job, "");
    const uint64_t seed = (uint64_t)(run->seed + key->seed);
    const int64_t test = d->options->test_images;
    int64_t theme, odd;
    odd_status st;
    ODD_TRY(count_fitted(d, key, themes, odds, &theme, &odd));
    ODD_TRY(sample_new(theme + odd, &out->fit));
    ODD_TRY(sample_new(2 * test, &out->test));
    ODD_TRY(divide_pool(themes, theme, test, seed, ODD_STREAM_THEME, 0, out));
    ODD_TRY(divide_pool(odds, odd, test, seed, ODD_STREAM_ODD, 1, out));
    ODD_TRY(merge_kinds(&out->fit, theme));
    ODD_TRY(merge_kinds(&out->test, test));
    ODD_TRY(verify_some(d, seed, &out->fit));
done:
    return st;
}

odd_status odd_experiment_draw(const odd_design *d, int64_t n, const char *const label[],
                               const odd_trial_key *key, odd_drawn *out)
{
    pool themes = {0}, odds = {0};
    odd_list theme = {0}, odd = {0};
    odd_status st;
    *out = (odd_drawn){0};
    ODD_TRY(odd_mixture_labels(d, key->mixture, 1, &theme));
    ODD_TRY(odd_mixture_labels(d, key->mixture, 2, &odd));
    ODD_TRY(check_labels(d, key, n, label, &theme, &odd));
    ODD_TRY(collect_pools(n, label, &theme, &odd, &themes, &odds));
    ODD_TRY(draw_samples(d, key, &themes, &odds, out));
done:
    if (st != ODD_OK) odd_drawn_free(out);
    odd_free(themes.row);
    odd_free(odds.row);
    odd_texts_free(&theme);
    odd_texts_free(&odd);
    return st;
}

double odd_drawn_share(const odd_drawn *drawn)
{
    int64_t odd = 0;
    for (int64_t i = 0; i < drawn->fit.n; i++)
        odd += drawn->fit.odd[i];
    return (double)odd / (double)drawn->fit.n;
}

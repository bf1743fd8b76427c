/* Design of an experiment: its settings, and which trials they make. */
#include "study/experiment_internal.h"

#include "oddlot/run/run.h"
#include "study/design_words_internal.h"

#include "oddlot/base/memory.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const odd_option options_table[] = {
    ODD_LIST(odd_experiment_options, mixtures, "[]",
             "what is mixed, each \"NAME | theme labels | odd labels\", labels with commas between "
             "them; without odd labels, all others are odd. Empty: the job is an audit, not an "
             "experiment"),
    ODD_LIST(
        odd_experiment_options, techniques, "[as the job]",
        "what is compared, each \"NAME | key=value key=value ...\": the job with these settings. "
        "{k} stands for each of `components`, {phi} for the true share of odd images"),
    ODD_LIST(odd_experiment_options, components, "[]", "numbers that {k} stands for"),
    ODD_LIST(odd_experiment_options, shares, "[]",
             "shares of odd images among those fitted; empty: by odd_images"),
    ODD_INT(odd_experiment_options, theme_images, "-1", -1, 1e15,
            "theme images fitted; -1: all but those of the test"),
    ODD_INT(odd_experiment_options, odd_images, "-1", -1, 1e15,
            "odd images fitted, where `shares` is empty; -1: all but those of the test"),
    ODD_INT(
        odd_experiment_options, test_images, "0", 0, 1e15,
        "images of each kind that are not fitted, only judged; 0: the fitted images are judged"),
    ODD_INT(odd_experiment_options, verified_theme, "0", 0, 1e15,
            "fitted theme images that count as verified by a person"),
    ODD_INT(odd_experiment_options, seeds, "3", 1, 1e6,
            "times that each mixture is drawn anew and each technique repeated"),
    ODD_REAL(odd_experiment_options, sensitivity, "0.997", 0.01, 1,
             "share of odd images found at which the table tells the recall"),
    ODD_OPTIONS_END,
};

const odd_section odd_experiment_section =
    ODD_SECTION("experiment", "Many trials over a labelled catalogue, in place of an audit",
                options_table, odd_experiment_options);

/* Copy, {k} and {phi} filled in. */
static void fill_in(const char *text, size_t length, int64_t k, double phi, odd_text *out)
{
    for (const char *end = text + length; text < end;) {
        if (strncmp(text, "{k}", 3) == 0 && k >= 0) {
            odd_text_format(out, "%lld", (long long)k);
            text += 3;
        } else if (strncmp(text, "{phi}", 5) == 0) {
            odd_text_format(out, "%.6g", phi);
            text += 5;
        } else {
            odd_text_bytes(out, text++, 1);
        }
    }
}

void odd_mixture_name(const odd_design *d, int64_t mixture, odd_text *out)
{
    size_t length;
    const char *name = odd_piece(d->options->mixtures.item[mixture], 0, &length);
    odd_text_bytes(out, name, length);
}

void odd_technique_name(const odd_design *d, int64_t technique, odd_text *out)
{
    size_t length;
    const odd_technique *t = &d->technique[technique];
    const char *name = odd_piece(t->text, 0, &length);
    fill_in(name, length, t->k, 0, out);
}

odd_status odd_mixture_labels(const odd_design *d, int64_t mixture, int part, odd_list *out)
{
    size_t length;
    const char *labels = odd_piece(d->options->mixtures.item[mixture], part, &length);
    return odd_split(labels, length, ",", out);
}

odd_status odd_technique_job(const odd_design *d, int64_t technique, double phi, odd_job **out)
{
    const odd_technique *t = &d->technique[technique];
    odd_text words = ODD_TEXT_EMPTY;
    odd_list set = {0};
    size_t length;
    odd_status st;
    *out = NULL;
    const char *given = odd_piece(t->text, 1, &length);
    fill_in(given, length, t->k, phi, &words);
    ODD_TRY(odd_text_status(&words));
    ODD_TRY(odd_split_settings(odd_text_string(&words), words.length, &set));
    st = odd_job_vary(d->job, (const char *const *)set.item, (int)set.count, out);
done:
    if (st == ODD_USAGE) odd_fail_prefix(st, "experiment.techniques '%s': ", t->text);
    odd_text_free(&words);
    odd_texts_free(&set);
    return st;
}

/* ---- the design ---- */

static odd_status read_shares(odd_design *d)
{
    const odd_list *shares = &d->options->shares;
    odd_status st;
    d->shares = shares->count > 0 ? shares->count : 1;
    ODD_TRY(ODD_NEW(d->share, d->shares));
    d->share[0] = -1;
    for (int64_t i = 0; i < shares->count; i++) {
        char *end;
        d->share[i] = strtod(shares->item[i], &end);
        if (*end || end == shares->item[i] || !(d->share[i] > 0 && d->share[i] < 1))
            ODD_TRY(odd_job_fail(d->job, "experiment.shares",
                                 "expected numbers above 0 and below 1, found '%s'",
                                 shares->item[i]));
    }
done:
    return st;
}

static odd_status add_technique(odd_design *d, const char *text)
{
    const odd_list *components = &d->options->components;
    if (!strstr(text, "{k}")) {
        d->technique[d->techniques++] = (odd_technique){text, -1};
        return ODD_OK;
    }
    if (components->count == 0)
        return odd_job_fail(d->job, "experiment.components",
                            "'%s' wants numbers for {k}, but none are given", text);
    for (int64_t i = 0; i < components->count; i++) {
        char *end;
        const long long k = strtoll(components->item[i], &end, 10);
        if (*end || end == components->item[i] || k < 1)
            return odd_job_fail(d->job, "experiment.components",
                                "expected whole numbers from 1 on, found '%s'",
                                components->item[i]);
        d->technique[d->techniques++] = (odd_technique){text, k};
    }
    return ODD_OK;
}

static odd_status read_techniques(odd_design *d)
{
    const odd_experiment_options *o = d->options;
    odd_status st;
    if (o->techniques.count == 0)
        return odd_job_fail(d->job, "experiment.techniques", "at least one is needed");
    ODD_TRY(ODD_NEW(d->technique, o->techniques.count * (o->components.count + 1)));
    for (int64_t i = 0; i < o->techniques.count; i++)
        ODD_TRY(add_technique(d, o->techniques.item[i]));
done:
    return st;
}

static odd_status check_mixtures(const odd_design *d)
{
    odd_status st = ODD_OK;
    for (int64_t m = 0; m < d->mixtures; m++) {
        odd_list theme;
        size_t length;
        odd_piece(d->options->mixtures.item[m], 0, &length);
        ODD_TRY(odd_mixture_labels(d, m, 1, &theme));
        const int64_t labels = theme.count;
        odd_texts_free(&theme);
        if (labels == 0 || length == 0)
            ODD_TRY(odd_job_fail(d->job, "experiment.mixtures",
                                 "expected 'NAME | theme labels | odd labels', found '%s'",
                                 d->options->mixtures.item[m]));
    }
done:
    return st;
}

odd_status odd_design_new(const odd_job *job, odd_design **out)
{
    odd_design *d = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(d, 1));
    d->job = job;
    d->options = odd_job_section(job, "experiment");
    d->mixtures = d->options->mixtures.count;
    d->seeds = d->options->seeds;
    ODD_TRY(check_mixtures(d));
    ODD_TRY(read_shares(d));
    ODD_TRY(read_techniques(d));
    *out = d;
    d = NULL;
done:
    odd_design_free(&d);
    return st;
}

void odd_design_free(odd_design **design)
{
    if (!*design) return;
    odd_free((*design)->technique);
    odd_free((*design)->share);
    odd_free(*design);
    *design = NULL;
}

int64_t odd_design_trials(const odd_design *d)
{
    return d->mixtures * d->shares * d->seeds * d->techniques;
}

odd_trial_key odd_design_key(const odd_design *d, int64_t trial)
{
    const int64_t draw = trial / d->techniques, cell = draw / d->seeds;
    return (odd_trial_key){
        .mixture = cell / d->shares,
        .share = cell % d->shares,
        .seed = draw % d->seeds,
        .technique = trial % d->techniques,
    };
}

/* Categories: which images fit another category better than the one that they are filed under. It
 * is a stage of jobs in which another one reads it. */
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "stage/categories/categories_internal.h"
#include "stage/copies/on_demand_internal.h"
#include "stage/ingest/ingest_internal.h"
#include "stage/train/classify_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/text.h"
#include "oddlot/par/threads.h"

#include <string.h>

static const odd_option categories_table[] = {
    ODD_CHOICE(
        odd_categories_options, from, "auto", odd_filing_sources,
        "what an image's category is: its label, as a manifest has it, or the folder that it "
        "lies in; auto: labels, or folders where no image has a label"),
    ODD_INT(odd_categories_options, least, "5", 2, 1e9,
            "images that a category must have to be looked at"),
    ODD_INT(odd_categories_options, neighbours, "30", 1, 1000,
            "nearest images whose categories are counted"),
    ODD_INT(odd_categories_options, folds, "5", 2, 32,
            "parts of the images: each is judged by what was learnt from the others"),
    ODD_BOOL(odd_categories_options, classifier, "true",
             "where the job trains one (train.task: classify, train.folds: 2 or more) its "
             "predictions of labels count, too, as much as they prove to be right"),
    ODD_BOOL(odd_categories_options, probabilities, "false",
             "write the probabilities of all categories to categories.h5, not of the best alone"),
    ODD_OPTIONS_END,
};

const odd_section odd_categories_section =
    ODD_SECTION("categories", "How well images fit the categories that they are filed under",
                categories_table, odd_categories_options);

static const odd_categories_options *settings_of(const odd_job *job)
{
    return odd_job_section(job, odd_categories_section.name);
}

static void log_categories(const odd_category_rows *c)
{
    char small[32];
    if (c->small > 0)
        odd_log(ODD_LOG_INFO, "categories: %s images are in categories with too few to be judged",
                odd_human_count(c->small, small));
    if (c->count < 2)
        odd_log(ODD_LOG_INFO,
                "categories: %s: nothing to compare (categories.from, categories.least)",
                c->count == 0 ? "no category has images enough" : "there is but one category");
}

static void log_model(const odd_category_rows *c, const odd_category_model *m)
{
    char count[32];
    odd_log(ODD_LOG_INFO,
            "categories: %s, by %s; pictures tell %.0f %% of what there is to know of them",
            odd_human_count(c->count, count), c->filing.folders ? "folders" : "labels",
            m->skill > 0 ? 100 * m->skill : 0);
    odd_log(ODD_LOG_INFO,
            "categories: of all evidence nearest images are %.0f %%, discriminants %.0f %%, the "
            "trained classifier %.0f %%",
            100 * m->weight[ODD_CATEGORY_VOTING], 100 * m->weight[ODD_CATEGORY_DISCRIMINANT],
            100 * m->weight[ODD_CATEGORY_CLASSIFIER]);
}

/* Where categories overlap it is more than are wrong. */
static void log_joint(const odd_category_rows *c, const odd_category_judgement *j)
{
    double wrong = 0;
    for (int64_t i = 0; i < j->joint.count; i++)
        if (j->joint.entry[i].label != j->joint.entry[i].other)
            wrong += j->joint.entry[i].estimated;
    odd_log(ODD_LOG_INFO,
            "categories: by confident learning about %.1f %% of %lld images "
            "are filed under a wrong one",
            100 * wrong / (double)odd_category_filed(c), (long long)odd_category_filed(c));
}

/* Does the job train a classifier whose networks predict what they have not learnt from? */
static bool asks_classifier(const odd_job *job)
{
    const odd_training_options *train = odd_job_section(job, "train");
    const odd_categories_options *o = settings_of(job);
    return o->classifier && odd_trains(job) && odd_train_task_of(job) == &odd_task_classify &&
           train->folds > 1;
}

/* out: categories.h5, begun; train: NULL, or train.h5 of a classifier. @collective */
static odd_status judge_and_write(const odd_run *run, const odd_category_rows *c,
                                  const odd_file *features, const odd_file *train, odd_file *out)
{
    const odd_categories_options *o = settings_of(run->job);
    odd_stored_rows stored = {0};
    odd_category_model model = {0};
    odd_category_judgement judgement = {0};
    odd_status st;
    ODD_TRY(odd_stored_rows_open(run, features, "features", &stored));
    if (stored.rows.part.n != c->part.n)
        ODD_TRY(odd_fail(ODD_FORMAT, "features.h5 has %lld rows of %lld images",
                         (long long)stored.rows.part.n, (long long)c->part.n));
    ODD_TRY(odd_category_model_fit(run, c, &stored.rows, train, o, &model));
    log_model(c, &model);
    ODD_TRY(odd_category_judge(&model, &judgement));
    log_joint(c, &judgement);
    ODD_TRY(odd_categories_write(run, out, c, &model, &judgement, o->probabilities));
done:
    odd_category_judgement_free(&judgement);
    odd_category_model_free(&model);
    odd_stored_rows_close(&stored);
    return st;
}

static odd_status run_categories(odd_run *run, const odd_provenance *from)
{
    const double started = odd_seconds();
    odd_file *copies = NULL, *features = NULL, *train = NULL, *out = NULL;
    odd_category_rows c = {0};
    odd_status st;
    ODD_TRY(odd_known_copies_open(run, &copies));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    if (asks_classifier(run->job)) ODD_TRY(odd_stage_open(run, run->comm, "train", &train));
    ODD_TRY(odd_category_rows_open(run, settings_of(run->job), copies, features, &c));
    log_categories(&c);
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    if (c.count >= 2)
        ODD_TRY(judge_and_write(run, &c, features, train, out));
    else
        ODD_TRY(odd_categories_write(run, out, &c, NULL, NULL, false));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    odd_category_rows_close(&c);
    odd_file_close(&train);
    odd_file_close(&features);
    odd_file_close(&copies);
    return st;
}

/* How many categories there are is not known before the work: as if a hundred. */
#define PLANNED_CLASSES 100

static odd_status plan_categories(odd_run *run, odd_stage_plan *plan)
{
    const odd_categories_options *o = settings_of(run->job);
    const int64_t d = plan->width, sums = 8 * d * (d + 100), panels = (int64_t)80 << 20;
    const int64_t ranks = plan->ranks, row = sizeof(odd_category_verdict);
    plan->disk = plan->rows * 24;
    plan->memory = panels + sums * (o->folds + 2 + 8 * plan->threads) + plan->rows * 20 +
                   plan->rows / ranks * ((int64_t)sizeof(odd_category_votes) + 8 * row);
    if (asks_classifier(
            run->job)) /* a logit for each image and category, of which few are known yet */
        plan->memory += plan->rows / ranks * PLANNED_CLASSES * (int64_t)sizeof(float);
    odd_text_format(&plan->what,
                    "categories of the %lld nearest images and discriminants in %lld folds",
                    (long long)o->neighbours, (long long)o->folds);
    return ODD_OK;
}

/* Each image against all. */
static odd_status cost_categories(const odd_run *run, const odd_stage_plan *plan,
                                  odd_stage_cost *cost)
{
    (void)run;
    odd_stage_cost_neighbours((double)plan->rows, (double)plan->features, plan->ranks, cost);
    return ODD_OK;
}

/* Is it one of the job's that another reads? */
static bool is_read(const odd_job *job)
{
    return odd_is_on_demand(&odd_stage_categories, job);
}

static bool reads(const odd_job *job, const char *input)
{
    if (strcmp(input, odd_stage_train.name) == 0) return asks_classifier(job);
    return odd_reads_known_copies(job, input);
}

static const char *const inputs[] = {"ingest", "train", "features", "copies", NULL};
static const odd_section *const sections[] = {&odd_categories_section, NULL};

const odd_stage odd_stage_categories = {
    .name = "categories",
    .file = "categories.h5",
    .summary = "compare images with the categories that they are filed under",
    .version = 2,
    .common = true,
    .inputs = inputs,
    .sections = sections,
    .reads = reads,
    .applies = is_read,
    .plan = plan_categories,
    .cost = cost_categories,
    .run = run_categories,
};

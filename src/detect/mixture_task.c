/* Task of a mixture: its shape by the settings, and mean and covariance of all rows and of the
 * verified theme ones, of which its prior is made. */
#include "detect/mixture_internal.h"

#include "detect/moments_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

static odd_form form_of(const char *name)
{
    return strcmp(name, "diagonal") == 0    ? ODD_FORM_DIAGONAL
           : strcmp(name, "spherical") == 0 ? ODD_FORM_SPHERICAL
                                            : ODD_FORM_FULL;
}

static odd_background background_of(const char *name)
{
    return strcmp(name, "student") == 0   ? ODD_BACKGROUND_STUDENT
           : strcmp(name, "uniform") == 0 ? ODD_BACKGROUND_UNIFORM
                                          : ODD_BACKGROUND_GAUSSIAN;
}

static odd_mixture shape_of(const odd_mixture_options *o, int d)
{
    odd_mixture shape = {.d = d,
                         .themes = (int)o->theme_components,
                         .form = form_of(o->covariance),
                         .tied = strcmp(o->covariance, "tied") == 0,
                         .background = background_of(o->background),
                         .degrees = o->degrees};
    if (strcmp(o->covariance, "factor") == 0) shape.rank = (int)(o->rank < d ? o->rank : d);
    return shape;
}

static odd_status allocate_task(odd_mixture_task *t)
{
    odd_status st;
    const int d = t->shape.d;
    const int64_t dense = odd_form_dense(t->shape.form, d);
    ODD_TRY(ODD_NEW(t->mean, d));
    ODD_TRY(ODD_NEW(t->theme_mean, d));
    ODD_TRY(ODD_NEW(t->total, dense));
    ODD_TRY(ODD_NEW(t->spread, 2 * dense));
done:
    return st;
}

/* Rows for each feature below which covariances are noisy enough that shrinking them pays. */
enum { ENOUGH_ROWS = 10 };

/* The share by which a covariance is shrunk that has `enough` rows for each feature, where `best`
 * is Ledoit and Wolf's. */
static double shrunk_share(const odd_mixture_task *t, int64_t enough, double best)
{
    const char *shrinkage = t->options->shrinkage;
    const bool is_few = t->rows->part.n <= enough * t->shape.d;
    const bool is_wanted =
        strcmp(shrinkage, "ledoit_wolf") == 0 || (strcmp(shrinkage, "auto") == 0 && is_few);
    return fmax(is_wanted ? best : 0, t->options->isotropy);
}

/* Plain maximum likelihood has no covariance where a component has no more rows than features. What
 * shrinks one of n rows by the share s is n s / (1 - s) pseudo-rows of mu I (Haff, "Empirical Bayes
 * estimation of the multivariate normal covariance matrix", Annals of Statistics 8, 1980): every
 * component gets those, n at most, so that it still learns its size. */
static void set_ridge(odd_mixture_task *t, double share)
{
    const odd_form form = t->shape.form;
    const double n = (double)t->rows->part.n, rows = n * share / fmax(1 - share, 1e-9);
    if (strcmp(t->options->prior, "none") != 0 || !(share > 0)) return;
    t->ridge_rows = form == ODD_FORM_SPHERICAL ? 1 : fmin(fmax(rows, 1), n);
    t->ridge = odd_form_trace(form, t->shape.d, t->total) / n / t->shape.d;
    if (!(t->ridge > 0)) t->ridge_rows = 0; /* all rows are equal */
}

/* S of the anomaly: the covariance of all rows; where they are too few to fill it, shrunk. */
static void spread_of_data(odd_mixture_task *t, double fourth)
{
    const odd_form form = t->shape.form;
    const int d = t->shape.d;
    const int64_t n = t->rows->part.n, dense = odd_form_dense(form, d);
    const double best = odd_ledoit_wolf(form, d, n, t->total, fourth);
    const double share = shrunk_share(t, form == ODD_FORM_FULL ? ENOUGH_ROWS : 1, best);
    double *spread = t->spread + dense;
    for (int64_t j = 0; j < dense; j++)
        spread[j] = t->total[j] / (double)n;
    odd_shrink_covariance(form, d, share, spread);
    odd_secure_covariance(form, d, t->mean, spread);
    set_ridge(t, shrunk_share(t, ENOUGH_ROWS, best));
    if (share > 0)
        odd_log(ODD_LOG_INFO,
                "mixture: the covariance of %lld rows of %d features was shrunk by %.3g",
                (long long)n, d, share);
}

/* The factor of a covariance, made by one rank. */
static odd_status share_factor(MPI_Comm comm, odd_form form, int d, const double covariance[],
                               double factor[])
{
    double log_det;
    odd_status st = ODD_OK;
    if (odd_rank(comm) == 0) st = odd_form_factor(form, d, covariance, factor, &log_det);
    st = odd_agree(comm, st);
    if (st == ODD_OK)
        odd_broadcast(comm, 0, factor, (size_t)odd_form_dense(form, d) * sizeof *factor);
    return st;
}

/* S of the theme from its verified rows, which are few: their covariance V is shrunk towards a
 * multiple of the covariance of all rows. Among rows whitened by the latter that is Ledoit and
 * Wolf's shrinkage towards a multiple of the identity. */
static odd_status spread_of_theme(odd_mixture_task *t)
{
    const odd_row_filter theme = {false, t->verified, ODD_VERIFIED_THEME};
    const odd_form form = t->shape.form;
    const int d = t->shape.d;
    const int64_t dense = odd_form_dense(form, d);
    const double n = (double)t->theme_rows, *all = t->spread + dense;
    double *factor = NULL, *white = NULL, *spread = t->spread, fourth;
    odd_status st;
    ODD_TRY_ALL(t->rows->comm, ODD_NEW(factor, dense));
    ODD_TRY_ALL(t->rows->comm, ODD_NEW(white, dense));
    ODD_TRY(share_factor(t->rows->comm, form, d, all, factor));
    ODD_TRY(odd_scatter(t->rows, theme, form, t->theme_mean, factor, white, &fourth));
    const double share = odd_ledoit_wolf(form, d, t->theme_rows, white, fourth);
    const double size = odd_form_trace(form, d, white) / n / d;
    ODD_TRY(odd_scatter(t->rows, theme, form, t->theme_mean, NULL, spread, &fourth));
    for (int64_t j = 0; j < dense; j++)
        spread[j] = (1 - share) * spread[j] / n + share * size * all[j];
    odd_secure_covariance(form, d, t->theme_mean, spread);
    odd_log(ODD_LOG_INFO,
            "mixture: the covariance of %lld verified theme rows is %.3g times that of all rows, "
            "and was shrunk towards it by %.3g",
            (long long)t->theme_rows, size, share);
done:
    odd_free(white);
    odd_free(factor);
    return st;
}

static odd_status measure_theme(odd_mixture_task *t)
{
    const int d = t->shape.d;
    const int64_t dense = odd_form_dense(t->shape.form, d);
    const odd_row_filter theme = {false, t->verified, ODD_VERIFIED_THEME};
    const bool wanted = strcmp(t->options->theme_prior, "verified") == 0;
    int64_t n;
    odd_status st = ODD_OK;
    memcpy(t->theme_mean, t->mean, (size_t)d * sizeof *t->mean);
    memcpy(t->spread, t->spread + dense, (size_t)dense * sizeof *t->spread);
    if (t->theme_rows >= 2) ODD_TRY(odd_mean(t->rows, theme, t->theme_mean, &n));
    if (wanted && t->theme_rows >= 2) ODD_TRY(spread_of_theme(t));
    if (wanted && t->theme_rows < 2)
        odd_log(ODD_LOG_WARN, "mixture: fewer than 2 verified theme rows; the prior of the theme "
                              "is that of all rows");
done:
    return st;
}

odd_status odd_mixture_task_new(const odd_mixture_options *options, const odd_rows *rows,
                                const uint8_t verified[], uint64_t seed, odd_mixture_task *task)
{
    odd_status st;
    int64_t n;
    double fourth;
    *task = (odd_mixture_task){.options = options,
                               .rows = rows,
                               .verified = verified,
                               .seed = seed,
                               .shape = shape_of(options, rows->d)};
    ODD_TRY_ALL(rows->comm, allocate_task(task));
    ODD_TRY(odd_mean(rows, ODD_ALL_ROWS, task->mean, &n));
    ODD_TRY(
        odd_scatter(rows, ODD_ALL_ROWS, task->shape.form, task->mean, NULL, task->total, &fourth));
    spread_of_data(task, fourth);
    task->theme_rows = odd_count_marked(rows, verified, ODD_VERIFIED_THEME);
    task->anomaly_rows = odd_count_marked(rows, verified, ODD_VERIFIED_ODD);
    ODD_TRY(measure_theme(task));
done:
    return st;
}

void odd_mixture_task_free(odd_mixture_task *task)
{
    odd_free(task->mean);
    odd_free(task->theme_mean);
    odd_free(task->total);
    odd_free(task->spread);
}

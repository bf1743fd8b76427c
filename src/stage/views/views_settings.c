/* Settings of stage `views`: which views the job asks for. */
#include "oddlot/stage/views.h"
#include "stage/views/view_internal.h"

static const char all_views[] = "all";

odd_part odd_views_part(int i)
{
    const odd_image_view *v = odd_views[i];
    return v ? (odd_part){v->name, v->summary, v->options, v->options_size} : (odd_part){0};
}

/* What a job may name: each view, and all of them. */
static odd_part view_word(int i)
{
    if (i == 0)
        return (odd_part){.name = all_views, .summary = "every view that the job has data for"};
    return odd_views_part(i - 1);
}

static const odd_option views_table[] = {
    ODD_PART_LIST(odd_views_options, use, "[]", "view", view_word,
                  "ways to look at images, each with a ranking of its own, that are joined; none: "
                  "the detector of fit alone ranks"),
    ODD_REAL(odd_views_options, core_share, "0.6", 0.5, 0.99,
             "share of the images, the densest, whose distance ranks the others in each view"),
    ODD_INT(odd_views_options, axes, "20", 0, 100000,
            "directions with a variance of their own, at most; the rest share one"),
    ODD_REAL(odd_views_options, neighbours, "0.25", 0, 1,
             "an image is dense if so large a share of the images is near; groups of odd ones "
             "should be smaller"),
    ODD_INT(odd_views_options, sample, "500", 1, 1e9,
            "images to look for neighbours among, drawn by the seed"),
    ODD_REAL(odd_views_options, oddest, "0.05", 0.001, 0.5,
             "share of the images, the oddest of the first view, by which the others are weighed: "
             "how well they tell these from the rest"),
    ODD_INT(odd_views_options, copied, "5", 2, 1e9,
            "images that show one picture, from which on it is odd for that alone, the more the "
            "odder"),
    ODD_PATH(odd_views_options, model, "",
             "run folder or views.h5 whose views judge these images, as they are usual there; "
             "empty: learn from these images what is usual"),
    ODD_OPTIONS_END,
};

const odd_section odd_views_section =
    ODD_SECTION("views", "Several ways to look at images, joined into one ranking", views_table,
                odd_views_options);

static bool applies(const odd_job *job, const odd_image_view *view)
{
    return !view->applies || view->applies(job);
}

bool odd_view_wanted(const odd_job *job, const odd_image_view *view)
{
    const odd_views_options *options = odd_job_section(job, "views");
    if (odd_list_has(&options->use, view->name)) return true;
    return odd_list_has(&options->use, all_views) && applies(job, view);
}

bool odd_views_read_train(const odd_job *job)
{
    for (int i = 0; odd_views[i]; i++)
        if (odd_views[i]->trained && odd_view_wanted(job, odd_views[i])) return true;
    return false;
}

bool odd_has_views(const odd_job *job)
{
    return ((const odd_views_options *)odd_job_section(job, "views"))->use.count > 0;
}

const void *odd_view_settings(const odd_job *job, const odd_image_view *view)
{
    return view->options ? odd_part_options(job, "views", view->name) : NULL;
}

int64_t odd_view_width(const odd_job *job, const odd_image_view *view, int64_t features)
{
    return view->plan ? view->plan(job, features) : view->width;
}

odd_status odd_views_check(const odd_job *job)
{
    for (int i = 0; odd_views[i]; i++)
        if (odd_view_wanted(job, odd_views[i]) && !applies(job, odd_views[i]))
            return odd_job_fail(job, "views.use", "view '%s' needs %s", odd_views[i]->name,
                                odd_views[i]->needs);
    return ODD_OK;
}

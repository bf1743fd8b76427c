/* Check `group`: groups of images that are apart from all others, each as one finding with all its
 * images; and where the catalogue has several large parts, the question which of them is meant. */
#include "oddlot/stage/groups.h"
#include "stage/check/check_internal.h"
#include "stage/groups/group_measures_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
    double most;
} group_options;

static const odd_option table[] = {
    ODD_REAL(group_options, most, "0.125", 0.001, 0.5,
             "share of the images up to which a group that is apart is a finding; larger ones are "
             "parts of the catalogue"),
    ODD_OPTIONS_END,
};

enum { VIEWS = ODD_GROUP_VIEWS, MOST_PARTS = 6 };
#define FAINT 0.05 /* links of a group from which on it is little apart */
#define SAME  0.5  /* overlap of groups of two views, of both together, that are one */

/* The parts of one view. */
typedef struct {
    int view;
    int32_t *of;              /* (images) -1: none */
    int64_t *images, *medoid; /* (count) */
    double *links;
    int64_t count, read; /* images in all, that are in one */
} view_parts;

static void parts_free(view_parts *p)
{
    odd_free(p->of);
    odd_free(p->images);
    odd_free(p->medoid);
    odd_free(p->links);
}

static odd_status read_parts(const odd_check_context *context, int view, view_parts *out)
{
    const odd_file *file = odd_check_input(context, "groups");
    const char *name = odd_group_views[view].name;
    int64_t n = 0, medoids = 0, links = 0;
    odd_status st;
    *out = (view_parts){.view = view};
    ODD_TRY(odd_group_column_read(file, name, "part", ODD_I32, (void **)&out->of, &n));
    ODD_TRY(odd_group_column_read(file, name, "of_part/images", ODD_I64, (void **)&out->images,
                                  &out->count));
    ODD_TRY(odd_group_column_read(file, name, "of_part/medoid", ODD_I64, (void **)&out->medoid,
                                  &medoids));
    ODD_TRY(
        odd_group_column_read(file, name, "of_part/links", ODD_F64, (void **)&out->links, &links));
    if (n != context->part.n || medoids != out->count || links != out->count)
        ODD_TRY(odd_fail(ODD_FORMAT, "the columns of '%s' in groups.h5 do not match", name));
    for (int64_t i = 0; i < n; i++) {
        if (out->of[i] < -1 || out->of[i] >= out->count)
            ODD_TRY(
                odd_fail(ODD_FORMAT, "groups.h5 has no part that row %lld names", (long long)i));
        out->read += out->of[i] >= 0;
    }
    for (int64_t c = 0; c < out->count; c++)
        if (out->medoid[c] < 0 || out->medoid[c] >= n || out->of[out->medoid[c]] != c)
            ODD_TRY(odd_fail(ODD_FORMAT, "the medoids in groups.h5 are not of their groups"));
done:
    return st;
}

/* -- small groups -- */

static bool is_small(const view_parts *p, int64_t c, double most)
{
    return c > 0 && (double)p->images[c] <= most * (double)p->read;
}

/* Is this group one that another view has told of? */
static bool is_told(const odd_check_context *context, const view_parts *p, int32_t c,
                    const view_parts *told, double most)
{
    int64_t *both = NULL;
    bool same = false;
    if (told->count == 0 || !(both = odd_alloc(told->count, sizeof *both))) return false;
    for (int64_t i = 0; i < context->part.n; i++)
        if (p->of[i] == c && told->of[i] >= 0) both[told->of[i]]++;
    for (int64_t t = 0; t < told->count; t++) {
        const double join = (double)(p->images[c] + told->images[t] - both[t]);
        same |= is_small(told, t, most) && (double)both[t] >= SAME * join;
    }
    odd_free(both);
    return same;
}

/* The medoid, then the others as they come. */
static void list_members(int64_t images, const view_parts *p, int32_t c, int64_t row[])
{
    int64_t at = 0;
    row[at++] = p->medoid[c];
    for (int64_t i = 0; i < images; i++)
        if (p->of[i] == c && i != p->medoid[c]) row[at++] = i;
}

static odd_status add_group(odd_check_context *context, const view_parts *p, int32_t c,
                            const odd_group_difference difference[])
{
    char sentence[ODD_FINDING_SENTENCE], differs[256], count[32];
    int64_t *row = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(row, p->images[c]));
    list_members(context->part.n, p, c, row);
    odd_group_differences_tell(difference, differs, sizeof differs);
    snprintf(sentence, sizeof sentence,
             "a group of %s images that is apart from all others by %s%s: does it belong here?",
             odd_human_count(p->images[c], count), odd_group_views[p->view].seen, differs);
    const odd_finding finding = {
        .kind = ODD_FINDING_GROUP,
        .check = context->check->name,
        .severity = 0.5 + 0.3 * fmax(0, 1 - p->links[c] / FAINT),
        .value = p->links[c],
        .limit = NAN,
        .unit = "of the links by chance",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = row,
        .rows = p->images[c],
    };
    ODD_TRY(odd_check_tell(context, &finding));
done:
    odd_free(row);
    return st;
}

static odd_status add_groups(odd_check_context *context, const view_parts *p,
                             const view_parts *told, double most)
{
    odd_group_difference *difference = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(difference, p->count * ODD_GROUP_DIFFERENCES));
    ODD_TRY(odd_group_differences(odd_check_ingest(context), context->part.n, p->of,
                                  (int32_t)p->count, difference));
    for (int32_t c = 1; c < p->count; c++)
        if (is_small(p, c, most) && !is_told(context, p, c, told, most))
            ODD_TRY(add_group(context, p, c, &difference[c * ODD_GROUP_DIFFERENCES]));
done:
    odd_free(difference);
    return st;
}

/* -- large parts -- */

/* The question, with a picture of each. */
static odd_status ask_theme(odd_check_context *context, const view_parts *p, double most)
{
    char sentence[ODD_FINDING_SENTENCE], sizes[256] = "", count[32];
    int64_t row[MOST_PARTS], rows = 0;
    size_t at = 0;
    for (int64_t c = 0; c < p->count && rows < MOST_PARTS; c++) {
        if (c > 0 && is_small(p, c, most)) continue;
        row[rows] = p->medoid[c];
        at += (size_t)snprintf(sizes + at, sizeof sizes - at, "%s%s", rows > 0 ? ", " : "",
                               odd_human_count(p->images[c], count));
        rows++;
    }
    if (rows < 2) return ODD_OK;
    snprintf(
        sentence, sizeof sentence,
        "the catalogue has %lld large parts that are hardly alike by %s, of %s images, a picture "
        "of each: which is the theme? Where not all belong, list the images in a CSV file with the "
        "columns path and verified, 1 for some of those that do, and audit that file",
        (long long)rows, odd_group_views[p->view].seen, sizes);
    const odd_finding finding = {
        .kind = ODD_FINDING_GROUP,
        .check = context->check->name,
        .severity = 0.3,
        .value = NAN, /* two of one value would be shown as a pair, with their difference */
        .limit = NAN,
        .unit = "",
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = row,
        .rows = rows,
    };
    return odd_check_tell(context, &finding);
}

/* -- all -- */

/* @local: rank 0 */
static odd_status add_all(odd_check_context *context, const group_options *o)
{
    const odd_file *file = odd_check_input(context, "groups");
    view_parts p[VIEWS] = {{0}};
    const view_parts *told = &p[0];
    odd_status st;
    ODD_TRY(odd_findings_note(context->findings, ODD_FINDING_GROUP, context->check->name, 0));
    for (int v = 0; v < VIEWS; v++) {
        if (!odd_file_has(file, odd_group_views[v].name)) continue;
        const bool first = told->count == 0;
        ODD_TRY(read_parts(context, v, &p[v]));
        ODD_TRY(add_groups(context, &p[v], v > 0 ? told : &(view_parts){0}, o->most));
        if (first) ODD_TRY(ask_theme(context, &p[v], o->most));
    }
done:
    for (int v = 0; v < VIEWS; v++)
        parts_free(&p[v]);
    return st;
}

static odd_status run_group(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    return odd_agree(comm, odd_rank(comm) == 0 ? add_all(context, options) : ODD_OK);
}

static const char *const reads[] = {"groups", NULL};

const odd_check odd_check_group = {
    .name = "group",
    .summary = "groups of images that are apart from all others",
    .kind = ODD_FINDING_GROUP,
    .options = table,
    .options_size = sizeof(group_options),
    .reads = reads,
    .run = run_group,
};

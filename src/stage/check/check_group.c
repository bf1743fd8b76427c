/* Check `group`: groups of images that are apart from all others, each as one finding with all its
 * images; and where the catalogue has several large parts, the question which of them is meant. */
#include "oddlot/run/columns.h"
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
    int32_t *of;              /* (context->part.n_local) of my images; -1: none */
    int64_t *images, *medoid; /* (count) */
    double *links;
    int64_t count, read; /* images of all ranks that are in one */
} view_parts;

static void parts_free(view_parts *p)
{
    odd_free(p->of);
    odd_free(p->images);
    odd_free(p->medoid);
    odd_free(p->links);
}

static odd_status check_medoids(const odd_partition *part, const odd_file *file, const char *column,
                                const view_parts *p)
{
    int32_t *of = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(of, p->count));
    for (int64_t c = 0; c < p->count; c++)
        if (p->medoid[c] < 0 || p->medoid[c] >= part->n)
            ODD_TRY(odd_fail(ODD_FORMAT, "a medoid in groups.h5 is no image of the catalogue"));
    ODD_TRY(
        odd_image_column_of(file, "groups.h5", column, ODD_I32, part->n, p->count, p->medoid, of));
    for (int64_t c = 0; c < p->count; c++)
        if (of[c] != c)
            ODD_TRY(odd_fail(ODD_FORMAT, "the medoids in groups.h5 are not of their groups"));
done:
    odd_free(of);
    return st;
}

static odd_status read_mine(const odd_partition *part, const odd_file *file, const char *column,
                            view_parts *p)
{
    odd_status st;
    ODD_TRY(ODD_NEW(p->of, part->n_local));
    ODD_TRY(odd_image_column_part(file, "groups.h5", column, ODD_I32, part->n, part->row0,
                                  part->n_local, p->of));
    for (int64_t i = 0; i < part->n_local; i++) {
        if (p->of[i] < -1 || p->of[i] >= p->count)
            ODD_TRY(odd_fail(ODD_FORMAT, "groups.h5 has no part that row %lld names",
                             (long long)(part->row0 + i)));
        p->read += p->of[i] >= 0;
    }
done:
    return st;
}

/* p->read is that of mine yet. @local */
static odd_status read_parts(const odd_check_context *context, int view, view_parts *out)
{
    const odd_file *file = odd_check_input(context, "groups");
    const char *name = odd_group_views[view].name;
    int64_t medoids = 0, links = 0;
    char column[64];
    odd_status st;
    *out = (view_parts){.view = view};
    snprintf(column, sizeof column, "%s/part", name);
    ODD_TRY(odd_group_column_read(file, name, "of_part/images", ODD_I64, (void **)&out->images,
                                  &out->count));
    ODD_TRY(odd_group_column_read(file, name, "of_part/medoid", ODD_I64, (void **)&out->medoid,
                                  &medoids));
    ODD_TRY(
        odd_group_column_read(file, name, "of_part/links", ODD_F64, (void **)&out->links, &links));
    if (medoids != out->count || links != out->count)
        ODD_TRY(odd_fail(ODD_FORMAT, "the columns of '%s' in groups.h5 do not match", name));
    ODD_TRY(read_mine(&context->part, file, column, out));
    ODD_TRY(check_medoids(&context->part, file, column, out));
done:
    return st;
}

/* -- small groups -- */

static bool is_small(const view_parts *p, int64_t c, double most)
{
    return c > 0 && (double)p->images[c] <= most * (double)p->read;
}

/* Is this group one that another view has told of? @collective */
static odd_status find_told(const odd_check_context *context, const view_parts *p, int32_t c,
                            const view_parts *told, double most, bool *same)
{
    const MPI_Comm comm = context->run->comm;
    int64_t *both = NULL;
    odd_status st = ODD_OK;
    *same = false;
    if (told->count == 0) return ODD_OK;
    ODD_TRY_ALL(comm, ODD_NEW(both, told->count));
    for (int64_t i = 0; i < context->part.n_local; i++)
        if (p->of[i] == c && told->of[i] >= 0) both[told->of[i]]++;
    odd_sum_i64(comm, both, told->count);
    for (int64_t t = 0; t < told->count; t++) {
        const double join = (double)(p->images[c] + told->images[t] - both[t]);
        *same |= is_small(told, t, most) && (double)both[t] >= SAME * join;
    }
done:
    odd_free(both);
    return st;
}

/* Mine of a group, but for its medoid. @local */
static odd_status list_mine(const odd_partition *part, const view_parts *p, int32_t c,
                            int64_t **row, int64_t *rows)
{
    odd_status st;
    *rows = 0;
    for (int64_t i = 0; i < part->n_local; i++)
        *rows += p->of[i] == c;
    ODD_TRY(ODD_NEW(*row, *rows));
    *rows = 0;
    for (int64_t i = 0; i < part->n_local; i++)
        if (p->of[i] == c && part->row0 + i != p->medoid[c]) (*row)[(*rows)++] = part->row0 + i;
done:
    return st;
}

/* On rank 0: the medoid, then the others as they come. @local */
static odd_status put_medoid_first(int64_t medoid, const int64_t others[], int64_t count,
                                   int64_t **row)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*row, count + 1));
    (*row)[0] = medoid;
    for (int64_t i = 0; i < count; i++)
        (*row)[i + 1] = others[i];
done:
    return st;
}

/* row (rows) its images. @local: rank 0 */
static odd_status add_group(odd_check_context *context, const view_parts *p, int32_t c,
                            const odd_group_difference difference[], const int64_t row[],
                            int64_t rows)
{
    char sentence[ODD_FINDING_SENTENCE], differs[256], count[32];
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
        .rows = rows,
    };
    return odd_check_tell(context, &finding);
}

/* Its images are brought to rank 0, which tells of it. @collective */
static odd_status tell_group(odd_check_context *context, const view_parts *p, int32_t c,
                             const odd_group_difference difference[])
{
    const MPI_Comm comm = context->run->comm;
    const bool root = odd_rank(comm) == 0;
    int64_t *mine = NULL, *others = NULL, *row = NULL, count, n;
    odd_status st;
    ODD_TRY_ALL(comm, list_mine(&context->part, p, c, &mine, &count));
    ODD_TRY(odd_gather_rows(comm, 0, mine, count, sizeof *mine, (void **)&others, &n));
    ODD_TRY_ALL(comm, root ? put_medoid_first(p->medoid[c], others, n, &row) : ODD_OK);
    ODD_TRY_ALL(comm, root ? add_group(context, p, c, difference, row, n + 1) : ODD_OK);
done:
    odd_free(mine);
    odd_free(others);
    odd_free(row);
    return st;
}

/* @collective */
static odd_status add_groups(odd_check_context *context, const view_parts *p,
                             const view_parts *told, double most)
{
    const MPI_Comm comm = context->run->comm;
    odd_group_difference *difference = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(difference, p->count * ODD_GROUP_DIFFERENCES));
    ODD_TRY(odd_group_differences(comm, odd_check_ingest(context), &context->part, p->of,
                                  (int32_t)p->count, difference));
    for (int32_t c = 1; c < p->count; c++) {
        bool same = false;
        if (!is_small(p, c, most)) continue;
        ODD_TRY(find_told(context, p, c, told, most, &same));
        if (!same) ODD_TRY(tell_group(context, p, c, &difference[c * ODD_GROUP_DIFFERENCES]));
    }
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

/* The parts of a view, and what is to be told of them. @collective */
static odd_status look_at_view(odd_check_context *context, int view, const view_parts *told,
                               double most, view_parts *p)
{
    const MPI_Comm comm = context->run->comm;
    const bool first = told->count == 0;
    odd_status st;
    ODD_TRY_ALL(comm, read_parts(context, view, p));
    odd_sum_i64(comm, &p->read, 1);
    ODD_TRY(add_groups(context, p, view > 0 ? told : &(view_parts){0}, most));
    if (first) ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? ask_theme(context, p, most) : ODD_OK);
done:
    return st;
}

static odd_status run_group(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    const odd_file *file = odd_check_input(context, "groups");
    const double most = ((const group_options *)options)->most;
    view_parts p[VIEWS] = {{0}};
    odd_status st;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? odd_findings_note(context->findings, ODD_FINDING_GROUP,
                                                              context->check->name, 0)
                                          : ODD_OK);
    for (int v = 0; v < VIEWS; v++)
        if (odd_file_has(file, odd_group_views[v].name))
            ODD_TRY(look_at_view(context, v, &p[0], most, &p[v]));
done:
    for (int v = 0; v < VIEWS; v++)
        parts_free(&p[v]);
    return st;
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

/* The scatter plot of the report: rows are drawn by the seed, the same on any number of ranks. */
#include "oddlot/run/columns.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/store/matrix.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/choose.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

/* My rows of the features, from which is drawn. */
typedef struct {
    const odd_run *run;
    odd_matrix *components; /* short rows */
    odd_partition part;
    int64_t flagged;        /* images in all */
    int64_t *image, *rank;  /* (part.n_local) */
    int32_t *truth;         /* (part.n_local) ODD_TRUTH_... */
    int64_t *pool, *chosen; /* (part.n_local) scratch */
    float *line;            /* one short row */
} cloud;

static void cloud_close(cloud *c)
{
    odd_matrix_close(&c->components);
    odd_free(c->image);
    odd_free(c->rank);
    odd_free(c->truth);
    odd_free(c->pool);
    odd_free(c->chosen);
    odd_free(c->line);
}

/* @local */
static odd_status cloud_open(const odd_file *ingest, const odd_file *reduce,
                             const odd_file *features, const odd_file *scores, cloud *c)
{
    const int64_t images = odd_selection_rows(c->run->selection);
    odd_status st;
    ODD_TRY(odd_matrix_open(reduce, "components", &c->components));
    c->part = odd_partition_rows(c->run->comm, odd_matrix_rows(c->components));
    const int64_t mine = c->part.n_local;
    ODD_TRY(ODD_NEW(c->image, mine));
    ODD_TRY(ODD_NEW(c->rank, mine));
    ODD_TRY(ODD_NEW(c->truth, mine));
    ODD_TRY(ODD_NEW(c->pool, mine));
    ODD_TRY(ODD_NEW(c->chosen, mine));
    ODD_TRY(ODD_NEW(c->line, odd_matrix_width(c->components)));
    ODD_TRY(odd_feature_images_part(features, images, &c->part, c->image));
    ODD_TRY(
        odd_image_column_of(scores, "scores.h5", "rank", ODD_I64, images, mine, c->image, c->rank));
    ODD_TRY(odd_image_column_of(ingest, "ingest.h5", "truth", ODD_I32, images, mine, c->image,
                                c->truth));
done:
    return st;
}

static bool is_flagged(const cloud *c, int64_t i)
{
    return c->rank[i] > 0 && c->rank[i] <= c->flagged;
}

static bool is_rare(const cloud *c, int64_t i)
{
    return is_flagged(c, i) || c->truth[i] == ODD_TRUTH_ODD;
}

/* The points of the chosen ones of my pool. @local */
static odd_status read_points(const cloud *c, int64_t count, odd_scatter_point **out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*out, count));
    for (int64_t k = 0; k < count; k++) {
        const int64_t i = c->pool[c->chosen[k]];
        ODD_TRY(odd_matrix_read(c->components, c->part.row0 + i, 1, c->line));
        (*out)[k] = (odd_scatter_point){
            .x = c->line[0],
            .y = odd_matrix_width(c->components) > 1 ? c->line[1] : 0,
            .truth = (int8_t)c->truth[i],
            .estimate = is_flagged(c, i),
        };
    }
done:
    return st;
}

/* At most `most` of the rare or of the usual rows: *point (*count) on rank 0. @collective */
static odd_status draw_some(cloud *c, bool rare, int64_t most, odd_scatter_point **point,
                            int64_t *count)
{
    const MPI_Comm comm = c->run->comm;
    odd_scatter_point *mine = NULL;
    int64_t pool = 0, all, taken;
    odd_status st;
    for (int64_t i = 0; i < c->part.n_local; i++)
        if (is_rare(c, i) == rare) c->pool[pool++] = i;
    all = pool;
    odd_sum_i64(comm, &all, 1);
    ODD_TRY(odd_choose_mine(comm, pool, odd_min(most, all), (uint64_t)c->run->options->seed,
                            ODD_STREAM_SCATTER, c->chosen, &taken));
    ODD_TRY_ALL(comm, read_points(c, taken, &mine));
    ODD_TRY(odd_gather_rows(comm, 0, mine, taken, sizeof *mine, (void **)point, count));
done:
    odd_free(mine);
    return st;
}

/* @local: rank 0 */
static odd_status join_points(const odd_scatter_point rare[], int64_t rares,
                              const odd_scatter_point usual[], int64_t usuals,
                              odd_page_columns *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->point, rares + usuals));
    for (int64_t i = 0; i < rares; i++)
        out->point[out->points++] = rare[i];
    for (int64_t i = 0; i < usuals; i++)
        out->point[out->points++] = usual[i];
done:
    return st;
}

/* The rare kinds get up to half of the points, or one would not see them. @collective */
static odd_status draw_all(cloud *c, odd_page_columns *out)
{
    const odd_report_options *options = odd_job_section(c->run->job, "report");
    const MPI_Comm comm = c->run->comm;
    odd_scatter_point *rare = NULL, *usual = NULL;
    int64_t rares, usuals;
    odd_status st;
    ODD_TRY(draw_some(c, true, options->scatter / 2, &rare, &rares));
    ODD_TRY(draw_some(c, false, options->scatter - rares, &usual, &usuals));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? join_points(rare, rares, usual, usuals, out) : ODD_OK);
    out->drawn_from = c->part.n;
done:
    odd_free(rare);
    odd_free(usual);
    return st;
}

odd_status odd_page_scatter(const odd_run *run, const odd_file *ingest, const odd_file *scores,
                            odd_page_columns *out)
{
    cloud c = {.run = run, .flagged = out->flagged};
    odd_file *reduce = NULL, *features = NULL;
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "reduce", &reduce));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    ODD_TRY_ALL(run->comm, cloud_open(ingest, reduce, features, scores, &c));
    ODD_TRY(draw_all(&c, out));
done:
    cloud_close(&c);
    odd_file_close(&features);
    odd_file_close(&reduce);
    return st;
}

/* Heat maps of the flagged images, each by the network that has not seen it; ranks share them. */
#include "oddlot/run/columns.h"
#include "oddlot/run/stage_files.h"
#include "stage/report/heat_internal.h"
#include "stage/train/training_internal.h"

#include "oddlot/learn/network_input.h"
#include "stage/report/report_page_internal.h"
#include "stage/train/train_task_internal.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/nn/train.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"

#include <math.h>
#include <stdio.h>

#define MOST_FOLDS 100 /* that train.folds allows */

/* What a rank needs for its part. */
typedef struct {
    const odd_run *run;
    odd_file *ingest, *train, *scores;
    odd_dataset *images; /* (n, height, width, channels) */
    odd_input input;
    int64_t n, count;    /* images; flagged ones that get a map */
    int64_t *row, *fold; /* (count) */
    double *expected;    /* (count) log odds in train.h5 */
    int64_t first, mine; /* my part of the flagged ones */
    int height, width, channels;
    uint8_t *levels; /* one image */
    float *planes;
    float *map;    /* (mine, height, width) */
    bool mirrored; /* the network predicts both ways: heat is the mean of both */
    float *turned; /* (height, width) the heat of a mirrored image */
} heating;

static bool is_wanted(const odd_run *run)
{
    const odd_report_options *options = odd_job_section(run->job, "report");
    return options->heat_maps && options->heat_most > 0 && odd_trains(run->job) &&
           odd_train_task_of(run->job)->heat;
}

static void heating_close(heating *h)
{
    odd_dataset_close(&h->images);
    odd_file_close(&h->ingest);
    odd_file_close(&h->train);
    odd_file_close(&h->scores);
    odd_free(h->row);
    odd_free(h->fold);
    odd_free(h->expected);
    odd_free(h->levels);
    odd_free(h->planes);
    odd_free(h->map);
    odd_free(h->turned);
}

static odd_status find_images(heating *h)
{
    odd_status st;
    ODD_TRY(odd_images_open(h->ingest, &h->images));
    const int64_t *shape = odd_dataset_shape(h->images)->shape;
    const int64_t bytes = shape[1] * shape[2] * shape[3];
    h->n = shape[0];
    h->height = (int)shape[1];
    h->width = (int)shape[2];
    h->channels = (int)shape[3];
    ODD_TRY(ODD_NEW(h->levels, bytes));
    ODD_TRY(ODD_NEW(h->planes, bytes));
    ODD_TRY(ODD_NEW(h->turned, shape[1] * shape[2]));
    h->mirrored = odd_augment_task_of(h->run->job).how.flip;
    odd_input_preset(odd_train_task_of(h->run->job)->preset, h->channels, &h->input);
done:
    return st;
}

/* Which images get a map, and by which network. */
static odd_status find_flagged(heating *h)
{
    const odd_report_options *o = odd_job_section(h->run->job, "report");
    const odd_task_heat *heat = odd_train_task_of(h->run->job)->heat;
    const int64_t most = o->top < o->heat_most ? o->top : o->heat_most;
    odd_status st;
    ODD_TRY(odd_flagged_read(h->scores, h->n, most, &h->row, &h->count));
    ODD_TRY(ODD_NEW(h->fold, h->count));
    ODD_TRY(ODD_NEW(h->expected, h->count));
    ODD_TRY(odd_image_column_of(h->train, "train.h5", heat->network, ODD_I64, h->n, h->count,
                                h->row, h->fold));
    ODD_TRY(odd_image_column_of(h->train, "train.h5", heat->log_odds, ODD_F64, h->n, h->count,
                                h->row, h->expected));
    for (int64_t i = 0; i < h->count; i++)
        if (h->fold[i] < 0 || h->fold[i] >= MOST_FOLDS)
            ODD_TRY(odd_fail(ODD_FORMAT, "scores.h5 flags an image that no network has judged"));
    odd_shard_range(h->count, odd_size(h->run->comm), odd_rank(h->run->comm), &h->first, &h->mine);
    ODD_TRY(ODD_NEW(h->map, h->mine * h->height * h->width));
done:
    return st;
}

/* The networks in networks/ must be those that train.h5 is about. */
static odd_status check_odds(const heating *h, const char *path, int64_t i, double odds)
{
    const double expected = h->expected[i], slack = 1e-3 * (1 + fabs(expected));
    if (fabs(odds - expected) <= slack) return ODD_OK;
    return odd_fail(ODD_FORMAT,
                    "'%s' is not the network that train.h5 is about: it gives image %lld log odds "
                    "of %.4g, not %.4g; remove train.h5 and run the job again, or set "
                    "report.heat_maps: false",
                    path, (long long)h->row[i], odds, expected);
}

/* Make odds and heat the mean of theirs and of those of the image in the mirror. */
static odd_status add_mirrored(heating *h, const odd_heat_network *network, double *odds,
                               float map[])
{
    double other;
    odd_status st;
    odd_planes_mirror((int64_t)h->channels * h->height, h->width, h->planes);
    ODD_TRY(odd_heat_map(network, h->planes, &other, h->turned));
    odd_planes_mirror(h->height, h->width, h->turned);
    *odds = (*odds + other) / 2;
    for (int64_t p = 0; p < (int64_t)h->height * h->width; p++)
        map[p] = (map[p] + h->turned[p]) / 2;
done:
    return st;
}

static odd_status map_one(heating *h, const odd_heat_network *network, const char *path, int64_t i)
{
    const int64_t row = h->row[h->first + i], area = (int64_t)h->height * h->width;
    double odds;
    odd_status st;
    ODD_TRY(odd_dataset_read(h->images, row, 1, ODD_U8, h->levels));
    odd_input_load(&h->input, (int)area, h->channels, h->levels, h->planes);
    ODD_TRY(odd_heat_map(network, h->planes, &odds, h->map + i * area));
    if (h->mirrored) ODD_TRY(add_mirrored(h, network, &odds, h->map + i * area));
    ODD_TRY(check_odds(h, path, h->first + i, odds));
done:
    return st;
}

/* My images of one fold; the network is opened only where there are some. */
static odd_status map_fold(heating *h, int64_t fold, odd_progress *progress)
{
    const odd_task_heat *heat = odd_train_task_of(h->run->job)->heat;
    odd_heat_network network = {0};
    odd_graph *graph = NULL;
    char *path = NULL;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < h->mine; i++) {
        if (h->fold[h->first + i] != fold) continue;
        if (!path) {
            ODD_TRY(heat->read(h->run, fold, h->height, h->width, h->channels, &path, &graph));
            ODD_TRY(odd_heat_network_open(graph, &network));
        }
        ODD_TRY(map_one(h, &network, path, i));
        odd_progress_add(progress, 1);
    }
done:
    odd_heat_network_close(&network);
    odd_graph_free(&graph);
    odd_free(path);
    return st == ODD_IO ? odd_fail_prefix(st, "no heat maps (report.heat_maps): ") : st;
}

/* @collective */
static odd_status map_my_images(heating *h)
{
    odd_progress *progress = odd_progress_start(h->run->comm, "report", "heat maps", h->count);
    int64_t folds = 0;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < h->count; i++)
        if (h->fold[i] >= folds) folds = h->fold[i] + 1;
    for (int64_t fold = 0; fold < folds; fold++) {
        ODD_TRY(odd_signals_check(h->run->comm));
        ODD_TRY_ALL(h->run->comm, map_fold(h, fold, progress));
    }
done:
    odd_progress_stop(&progress);
    return st;
}

static odd_status find_regions(odd_heat_maps *maps)
{
    const int64_t area = (int64_t)maps->height * maps->width;
    odd_status st;
    ODD_TRY(ODD_NEW(maps->region, maps->count));
    for (int64_t i = 0; i < maps->count; i++)
        ODD_TRY(
            odd_heat_hottest(maps->height, maps->width, maps->map + i * area, &maps->region[i]));
done:
    return st;
}

static odd_status gather_maps(heating *h, odd_heat_maps *out)
{
    const size_t bytes = (size_t)h->height * (size_t)h->width * sizeof *h->map;
    int64_t count;
    odd_status st;
    ODD_TRY(odd_gather_rows(h->run->comm, 0, h->map, h->mine, bytes, (void **)&out->map, &count));
    out->count = h->count;
    out->height = h->height;
    out->width = h->width;
    out->row = h->row;
    h->row = NULL; /* handed over */
    ODD_TRY_ALL(h->run->comm, odd_rank(h->run->comm) == 0 ? find_regions(out) : ODD_OK);
done:
    return st;
}

odd_status odd_heat_make(const odd_run *run, odd_heat_maps *out)
{
    const double started = odd_seconds();
    heating h = {.run = run};
    odd_status st = ODD_OK;
    *out = (odd_heat_maps){0};
    if (!is_wanted(run)) return ODD_OK;
    ODD_TRY(odd_stage_open(run, run->comm, "train", &h.train));
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &h.ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "score", &h.scores));
    ODD_TRY_ALL(run->comm, find_images(&h));
    ODD_TRY_ALL(run->comm, find_flagged(&h));
    if (h.count == 0) goto done;
    ODD_TRY(map_my_images(&h));
    ODD_TRY(gather_maps(&h, out));
    odd_log(ODD_LOG_INFO, "report: %lld heat maps in %.1f s", (long long)out->count,
            odd_seconds() - started);
done:
    heating_close(&h);
    if (st != ODD_OK) odd_heat_free(out);
    return st;
}

void odd_heat_free(odd_heat_maps *maps)
{
    odd_free(maps->row);
    odd_free(maps->map);
    odd_free(maps->region);
    *maps = (odd_heat_maps){0};
}

static odd_status write_array(odd_file *file, const char *name, const odd_shape *shape,
                              int64_t mine, const void *data, const char *about, const char *unit)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, name, shape, about, unit, &dataset));
    ODD_TRY(odd_dataset_write(dataset, 0, mine, data));
done:
    odd_dataset_close(&dataset);
    return st;
}

odd_status odd_heat_write(const odd_run *run, const odd_heat_maps *maps, odd_file *file)
{
    const int64_t mine = odd_rank(run->comm) == 0 ? maps->count : 0;
    const odd_shape map = {.type = ODD_F32,
                           .width = sizeof(float),
                           .rank = 3,
                           .shape = {maps->count, maps->height, maps->width}};
    const odd_shape region = {
        .type = ODD_I32, .width = sizeof(int32_t), .rank = 2, .shape = {maps->count, 4}};
    odd_status st = ODD_OK;
    if (maps->count == 0) return ODD_OK;
    ODD_TRY(odd_column_write(file, "heat/row", ODD_I64, maps->count, 0, mine, maps->row,
                             "images of the maps: the flagged ones, oddest first", ""));
    ODD_TRY(write_array(file, "heat/map", &map, mine, maps->map,
                        "how far the log odds of damage fall when what is there is erased", ""));
    ODD_TRY(write_array(file, "heat/region", &region, mine, maps->region,
                        "hottest area: left, top, width, height; all 0: nothing is warm",
                        "pixels"));
done:
    return st;
}

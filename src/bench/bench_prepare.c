/* Bench case of images: one thread of each rank prepares the same encoded image again and again. */
#include "bench/bench_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/image/prepare.h"
#include "oddlot/par/agree.h"

#include <stdio.h>

#define MOST_BYTES (100 << 20)

static odd_status check(const odd_bench_settings *s)
{
    if (!s->file) return odd_fail(ODD_USAGE, "bench prepare wants file=IMAGE");
    if (s->channels == 2) return odd_fail(ODD_USAGE, "bench prepare: channels is 1 or 3");
    return ODD_OK;
}

/* An encoded image and what is made of it. */
typedef struct {
    MPI_Comm comm;
    const odd_prepare_options *options;
    char *bytes; /* (size) */
    int64_t size;
    uint8_t *pixels;
} encoded;

/* With measures, as ingest does it, or without. */
static odd_status prepare_often(const encoded *e, int64_t times, bool measure)
{
    odd_read_result result;
    odd_measured measured;
    for (int64_t i = 0; i < times; i++) {
        odd_prepare_encoded(e->options, (const uint8_t *)e->bytes, (size_t)e->size, e->pixels,
                            measure ? &measured : NULL, &result);
        if (result.status != ODD_IMAGE_OK)
            return odd_fail(ODD_FORMAT, "the image cannot be prepared: %s", result.reason);
    }
    return ODD_OK;
}

static odd_status prepare_once(const odd_bench_settings *s, void *context, odd_bench_took *took)
{
    const encoded *e = context;
    odd_status st;
    double started = odd_bench_start(e->comm);
    ODD_TRY_ALL(e->comm, prepare_often(e, s->n, false));
    const double bare = odd_bench_stop(e->comm, started);
    started = odd_bench_start(e->comm);
    ODD_TRY_ALL(e->comm, prepare_often(e, s->n, true));
    took->seconds = odd_bench_stop(e->comm, started);
    snprintf(took->more, sizeof took->more,
             ", \"images_per_second_per_rank\": %.1f, \"share_of_measures\": %.3f",
             (double)s->n / took->seconds, 1 - bare / took->seconds);
done:
    return st;
}

static odd_status run_prepare(MPI_Comm comm, const odd_bench_case *self,
                              const odd_bench_settings *s)
{
    const odd_prepare_options options = {.size = s->size,
                                         .channels = s->channels == 1 ? "gray" : "rgb",
                                         .crop = "centre",
                                         .kernel = "bicubic",
                                         .background = "ffffff",
                                         .max_megapixels = 1000,
                                         .max_megabytes = 100,
                                         .max_seconds = 60};
    encoded e = {.comm = comm, .options = &options};
    odd_status st;
    ODD_TRY_ALL(comm, check(s));
    ODD_TRY_ALL(comm, odd_image_start());
    ODD_TRY_ALL(comm, odd_file_slurp(s->file, MOST_BYTES, &e.bytes, &e.size));
    ODD_TRY_ALL(comm, ODD_NEW(e.pixels, (int64_t)odd_prepared_bytes(&options)));
    ODD_TRY(odd_bench_repeat(comm, self, s, s->repeat, prepare_once, &e));
done:
    odd_free(e.bytes);
    odd_free(e.pixels);
    return st;
}

const odd_bench_case odd_bench_prepare = {
    .name = "prepare",
    .summary =
        "decode, measure, crop and resize the image `file` n times to size x size; channels 1: "
        "grey",
    .keys = "file=IMAGE n=500 size=299 channels=3 repeat=5",
    .run = run_prepare,
};

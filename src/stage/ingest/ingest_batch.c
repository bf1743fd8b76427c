/* Ingest batch: the main thread reads files until a window is full, all threads decode, measure,
 * crop and resize them. */
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/fault.h"

#include <string.h>

/* Read images from my row `first` on until the window or the batch is full. */
static odd_status read_window(odd_ingest *g, int64_t first, int64_t most, int64_t *count)
{
    int64_t limit = (int64_t)(g->prepare->max_megabytes * 1e6), held = 0;
    odd_status st = ODD_OK;
    *count = 0;
    while (st == ODD_OK && *count < most && held < ODD_INGEST_WINDOW_BYTES) {
        odd_arrival *a = &g->arrived[*count];
        const int64_t row = g->part.row0 + first + *count;
        *a = (odd_arrival){0};
        st = odd_selection_read(g->selection, g->reader, row, limit, &a->bytes, &a->size, &a->raw,
                                &a->result);
        held += (int64_t)a->size + (int64_t)a->raw.width * a->raw.height * a->raw.channels;
        ++*count;
    }
    return st;
}

/* The image of global row `row`, the i-th that arrived, becomes the `at`-th of the batch. */
static void prepare_one(const odd_ingest *g, int64_t i, int64_t at, int64_t row)
{
    odd_arrival *a = &g->arrived[i];
    uint8_t *pixels = g->pixels + (size_t)at * g->image_bytes;
    odd_measured *measured = g->measured ? &g->measured[at] : NULL;
    if (a->result.status != ODD_IMAGE_OK) {
        memset(pixels, 0, g->image_bytes);
        if (measured) odd_measured_clear(measured);
    } else if (a->raw.pixels)
        odd_prepare_raw(g->prepare, &a->raw, pixels, measured, &a->result);
    else
        odd_prepare_encoded(g->prepare, a->bytes, a->size, pixels, measured, &a->result);
    if (measured) odd_measure_ending(odd_selection_name(g->selection, row), measured);
}

/* Images that arrived become those of the batch from `at` on; the first is of global row `row`. */
static void prepare_window(const odd_ingest *g, int64_t count, int64_t at, int64_t row)
{
#pragma omp parallel for schedule(dynamic, 1) default(none) shared(g, count, at, row)
    for (int64_t i = 0; i < count; i++)
        prepare_one(g, i, at + i, row + i);
}

static odd_status record_window(odd_ingest *g, int64_t first, int64_t count)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count; i++) {
        odd_arrival *a = &g->arrived[i];
        g->status[first + i] = (uint8_t)a->result.status;
        if (a->result.status != ODD_IMAGE_OK && st == ODD_OK)
            st = odd_ingest_note_error(g, g->part.row0 + first + i, &a->result);
        odd_free(a->bytes);
        odd_image_free(&a->raw);
    }
    return st;
}

odd_status odd_ingest_batch(odd_ingest *g, odd_batch b)
{
    odd_status st = odd_fault("ingest.batch");
    for (int64_t done = 0, count; st == ODD_OK && done < b.count; done += count) {
        st = read_window(g, b.first + done, b.count - done, &count);
        if (st == ODD_OK) prepare_window(g, count, done, g->part.row0 + b.first + done);
        odd_status settled = record_window(g, b.first + done, count);
        if (st == ODD_OK) st = settled;
    }
    return st;
}

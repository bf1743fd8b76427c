/* Measures of a run: reading what ingest wrote of each image. */
#include "oddlot/run/measures.h"

#include "oddlot/base/memory.h"

#include <string.h>

odd_status odd_measures_list(const char *(*what)(int measure), odd_text *out)
{
    for (int i = 0; i < ODD_MEASURE_COUNT; i++)
        odd_text_format(out, "%s%s", i > 0 ? "\n" : "", what(i));
    return odd_text_status(out);
}

/* A dataset of the ingest, of as many columns; a job may have wanted none. */
static odd_status open_measured(const odd_file *ingest, const char *name, odd_type type,
                                int64_t columns, odd_dataset **out)
{
    const odd_shape matrix = {.type = type, .rank = 2, .shape = {-1, columns}};
    *out = NULL;
    if (!odd_file_has(ingest, name))
        return odd_fail(ODD_FORMAT, "nothing was measured of the images in ingest.h5: "
                                    "run ingest again with ingest.measure=true");
    return odd_dataset_expect(ingest, name, &matrix, out);
}

static odd_status check_names(const odd_file *ingest)
{
    odd_text names = ODD_TEXT_EMPTY;
    char *stored = NULL;
    odd_status st;
    ODD_TRY(odd_file_get_text(ingest, ODD_MEASURES_NAME, "names", &stored));
    ODD_TRY(odd_measures_list(odd_measure_name, &names));
    if (strcmp(stored, odd_text_string(&names)) != 0)
        st = odd_fail(ODD_FORMAT, "the measures of ingest.h5 are not those of this program: "
                                  "run ingest again");
done:
    odd_free(stored);
    odd_text_free(&names);
    return st;
}

odd_status odd_measures_open(const odd_file *ingest, odd_dataset **out)
{
    odd_status st;
    ODD_TRY(open_measured(ingest, ODD_MEASURES_NAME, ODD_F32, ODD_MEASURE_COUNT, out));
    st = check_names(ingest);
done:
    if (st != ODD_OK) odd_dataset_close(out);
    return st;
}

odd_status odd_pixels_digest_open(const odd_file *ingest, odd_dataset **out)
{
    return open_measured(ingest, ODD_PIXELS_DIGEST_NAME, ODD_I64, 2, out);
}

odd_status odd_measures_read(const odd_dataset *measures, int64_t first, int64_t count,
                             float value[])
{
    return odd_dataset_read(measures, first, count, ODD_F32, value);
}

odd_status odd_pixels_digest_read(const odd_dataset *digests, int64_t first, int64_t count,
                                  odd_hash digest[])
{
    int64_t *pair = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(pair, 2 * count));
    ODD_TRY(odd_dataset_read(digests, first, count, ODD_I64, pair));
    for (int64_t i = 0; i < count; i++)
        digest[i] = (odd_hash){(uint64_t)pair[2 * i], (uint64_t)pair[2 * i + 1]};
done:
    odd_free(pair);
    return st;
}

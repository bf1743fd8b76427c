/* Ingest measures: what was measured of each image, as columns; run/measures.h reads them. */
#include "oddlot/run/measures.h"
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <string.h>

/* What `what` says of all measures becomes an attribute. @collective */
static odd_status note_list(MPI_Comm comm, odd_file *file, const char *attribute,
                            const char *(*what)(int))
{
    odd_text list = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY_ALL(comm, odd_measures_list(what, &list));
    ODD_TRY(odd_file_set_text(file, ODD_MEASURES_NAME, attribute, odd_text_string(&list)));
done:
    odd_text_free(&list);
    return st;
}

static odd_status create_columns(odd_file *file, const odd_ingest *g, odd_ingest_measures *m)
{
    const odd_shape values = {.type = ODD_F32, .rank = 2, .shape = {g->part.n, ODD_MEASURE_COUNT}};
    const odd_shape pairs = {.type = ODD_I64, .rank = 2, .shape = {g->part.n, 2}};
    odd_status st;
    ODD_TRY(odd_dataset_create(file, ODD_MEASURES_NAME, &values,
                               "what was measured of each image as it was decoded, NaN where it "
                               "cannot be known; a column for each line of `names`",
                               "see `units`", &m->value));
    ODD_TRY(odd_dataset_create(file, ODD_PIXELS_DIGEST_NAME, &pairs,
                               "128 bits of the size and the pixels of each image as it was "
                               "decoded: equal pixels, equal bits; 0 where it could not be read",
                               "", &m->digest));
done:
    return st;
}

odd_status odd_ingest_measures_create(MPI_Comm comm, odd_file *file, const odd_ingest *g,
                                      odd_ingest_measures *out)
{
    odd_status st;
    if (!g->measured) return ODD_OK;
    ODD_TRY_ALL(comm, ODD_NEW(out->values, g->batch * ODD_MEASURE_COUNT));
    ODD_TRY_ALL(comm, ODD_NEW(out->pairs, g->batch * 2));
    ODD_TRY(create_columns(file, g, out));
    ODD_TRY(note_list(comm, file, "names", odd_measure_name));
    ODD_TRY(note_list(comm, file, "units", odd_measure_unit));
    ODD_TRY(note_list(comm, file, "abouts", odd_measure_about));
done:
    return st;
}

odd_status odd_ingest_measures_write(const odd_ingest *g, odd_batch b, odd_ingest_measures *m)
{
    const int64_t row = g->part.row0 + b.first;
    odd_status st;
    if (!g->measured) return ODD_OK;
    for (int64_t i = 0; i < b.count; i++) {
        memcpy(m->values + i * ODD_MEASURE_COUNT, g->measured[i].value, sizeof g->measured->value);
        m->pairs[2 * i] = (int64_t)g->measured[i].pixels.low;
        m->pairs[2 * i + 1] = (int64_t)g->measured[i].pixels.high;
    }
    ODD_TRY(odd_dataset_write(m->value, row, b.count, m->values));
    ODD_TRY(odd_dataset_write(m->digest, row, b.count, m->pairs));
done:
    return st;
}

void odd_ingest_measures_close(odd_ingest_measures *m)
{
    odd_dataset_close(&m->value);
    odd_dataset_close(&m->digest);
    odd_free(m->values);
    odd_free(m->pairs);
    *m = (odd_ingest_measures){0};
}

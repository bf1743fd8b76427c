/* Speakers: one of all copies. */
#include "oddlot/run/speakers.h"
#include "oddlot/run/copies.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <stdlib.h>

void odd_speakers_free(odd_speakers *speakers)
{
    odd_free(speakers->row);
    odd_free(speakers->spoken);
    *speakers = (odd_speakers){0};
}

/* representative: (images), becomes, for each of the first `rows`, its row of features.h5. */
static odd_status find_rows(int64_t rows, const int64_t image[], const int64_t representative[],
                            int64_t speaker[])
{
    for (int64_t i = 0; i < rows; i++) {
        const int64_t *at =
            bsearch(&representative[image[i]], image, (size_t)rows, sizeof *image, odd_compare_i64);
        if (!at) return odd_fail(ODD_FORMAT, "copies.h5 and features.h5 are of other images");
        speaker[i] = at - image;
    }
    return ODD_OK;
}

/* The row that speaks for each: speaker (rows). */
static odd_status read_speakers(const odd_file *copies, int64_t images, int64_t rows,
                                const int64_t image[], int64_t speaker[])
{
    odd_dataset *dataset = NULL;
    int64_t *representative = NULL;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < rows; i++)
        speaker[i] = i;
    if (!copies) return ODD_OK;
    ODD_TRY(ODD_NEW(representative, images));
    ODD_TRY(odd_representatives_open(copies, images, &dataset));
    ODD_TRY(odd_representatives_read(dataset, 0, images, representative));
    ODD_TRY(find_rows(rows, image, representative, speaker));
done:
    odd_dataset_close(&dataset);
    odd_free(representative);
    return st;
}

odd_status odd_speakers_read(const odd_file *copies, int64_t images, int64_t rows,
                             const int64_t image[], odd_speakers *out)
{
    int64_t *speaker = NULL;
    odd_status st;
    *out = (odd_speakers){.rows = rows};
    ODD_TRY(ODD_NEW(speaker, rows));
    ODD_TRY(ODD_NEW(out->row, rows));
    ODD_TRY(ODD_NEW(out->spoken, rows));
    ODD_TRY(read_speakers(copies, images, rows, image, speaker));
    for (int64_t i = 0; i < rows; i++)
        if (speaker[i] == i) {
            out->spoken[i] = out->count;
            out->row[out->count++] = i;
        }
    for (int64_t i = 0; i < rows; i++)
        out->spoken[i] = out->spoken[speaker[i]];
done:
    odd_free(speaker);
    return st;
}

/* Speakers: one of all copies. */
#include "oddlot/run/speakers.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/copies.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/deal.h"
#include "oddlot/par/route.h"

#include <stdlib.h>

void odd_speakers_free(odd_speakers *s)
{
    odd_free(s->image);
    odd_free(s->spoken);
    odd_free(s->looked_at);
    *s = (odd_speakers){0};
}

static odd_status other_images(void)
{
    return odd_fail(ODD_FORMAT, "copies.h5 and features.h5 are of other images");
}

/* ---- who speaks ---- */

/* The image that speaks for each of my rows: speaker (rows). @local */
static odd_status read_speakers(const odd_file *copies, const odd_speakers *s, int64_t speaker[])
{
    odd_dataset *dataset = NULL;
    int64_t *representative = NULL;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < s->rows; i++)
        speaker[i] = s->image[i];
    if (!copies) return ODD_OK;
    ODD_TRY(ODD_NEW(representative, s->images.n_local));
    ODD_TRY(odd_representatives_open(copies, s->images.n, &dataset));
    ODD_TRY(odd_representatives_read(dataset, s->images.row0, s->images.n_local, representative));
    for (int64_t i = 0; i < s->rows; i++)
        speaker[i] = representative[s->image[i] - s->images.row0];
done:
    odd_dataset_close(&dataset);
    odd_free(representative);
    return st;
}

/* Those of mine that speak, dealt to who looks at them; spoken is theirs. @collective */
static odd_status deal_speakers(MPI_Comm comm, const int64_t speaker[], odd_speakers *s)
{
    odd_looked_at *mine = NULL;
    int64_t count = 0;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, s->rows));
    for (int64_t i = 0; i < s->rows; i++)
        if (speaker[i] == s->image[i]) mine[count++] = (odd_looked_at){s->row0 + i, s->image[i]};
    int64_t number = odd_sum_before(comm, count);
    for (int64_t i = 0; i < s->rows; i++)
        s->spoken[i] = speaker[i] == s->image[i] ? number++ : -1;
    ODD_TRY(odd_deal(comm, mine, count, sizeof *mine, (void **)&s->looked_at, &s->part));
done:
    odd_free(mine);
    return st;
}

/* ---- for whom another image speaks ---- */

/* A row of one rank, on its way to the rank that has the image that speaks for it, and back with
 * the number of that. */
typedef struct {
    int64_t image, number;
    int64_t local, rank; /* whose row it is */
} spoken_row;

static int owner_of_image(const void *owners, const void *row)
{
    return odd_partition_owner(owners, ((const spoken_row *)row)->image);
}

static int rank_of_row(const void *context, const void *row)
{
    (void)context;
    return (int)((const spoken_row *)row)->rank;
}

/* @local */
static odd_status list_spoken(const odd_speakers *s, const int64_t speaker[], int rank,
                              spoken_row **out, int64_t *count)
{
    odd_status st;
    *count = 0;
    for (int64_t i = 0; i < s->rows; i++)
        *count += s->spoken[i] < 0;
    ODD_TRY(ODD_NEW(*out, *count));
    for (int64_t i = 0, at = 0; i < s->rows; i++)
        if (s->spoken[i] < 0) (*out)[at++] = (spoken_row){speaker[i], -1, i, rank};
done:
    return st;
}

/* The numbers of images that are mine. @local */
static odd_status find_numbers(const odd_speakers *s, spoken_row row[], int64_t count)
{
    for (int64_t k = 0; k < count; k++) {
        const int64_t *at = s->rows > 0 ? bsearch(&row[k].image, s->image, (size_t)s->rows,
                                                  sizeof *at, odd_compare_i64)
                                        : NULL;
        if (!at || s->spoken[at - s->image] < 0) return other_images();
        row[k].number = s->spoken[at - s->image];
    }
    return ODD_OK;
}

/* @collective */
static odd_status find_spoken(MPI_Comm comm, const int64_t speaker[], odd_speakers *s)
{
    odd_owners owners = {0};
    spoken_row *mine = NULL, *asked = NULL, *told = NULL;
    int64_t count, n;
    odd_status st;
    ODD_TRY_ALL(comm, odd_owners_new(comm, s->images.n, &owners));
    ODD_TRY_ALL(comm, list_spoken(s, speaker, odd_rank(comm), &mine, &count));
    ODD_TRY(
        odd_route(comm, mine, count, sizeof *mine, owner_of_image, &owners, (void **)&asked, &n));
    ODD_TRY_ALL(comm, find_numbers(s, asked, n));
    ODD_TRY(odd_route(comm, asked, n, sizeof *asked, rank_of_row, NULL, (void **)&told, &count));
    for (int64_t k = 0; k < count; k++)
        s->spoken[told[k].local] = told[k].number;
done:
    odd_owners_free(&owners);
    odd_free(mine);
    odd_free(asked);
    odd_free(told);
    return st;
}

/* ---- all of it ---- */

odd_status odd_speakers_read(MPI_Comm comm, const odd_file *copies, const odd_file *features,
                             int64_t images, odd_speakers *out)
{
    int64_t *speaker = NULL;
    odd_status st;
    *out = (odd_speakers){.images = odd_partition_rows(comm, images)};
    ODD_TRY(
        odd_feature_images_mine(comm, features, &out->images, &out->image, &out->row0, &out->rows));
    ODD_TRY_ALL(comm, ODD_NEW(speaker, out->rows));
    ODD_TRY_ALL(comm, ODD_NEW(out->spoken, out->rows));
    ODD_TRY_ALL(comm, read_speakers(copies, out, speaker));
    ODD_TRY(deal_speakers(comm, speaker, out));
    ODD_TRY(find_spoken(comm, speaker, out));
done:
    odd_free(speaker);
    return st;
}

static int owner_of_number(const void *owners, const void *number)
{
    return odd_partition_owner(owners, *(const int64_t *)number);
}

odd_status odd_speakers_count(MPI_Comm comm, const odd_speakers *s, int64_t shown[])
{
    odd_owners owners = {0};
    int64_t *other = NULL, *met = NULL, others = 0, n;
    odd_status st;
    ODD_TRY_ALL(comm, odd_owners_new(comm, s->part.n, &owners));
    ODD_TRY_ALL(comm, ODD_NEW(other, s->rows));
    for (int64_t k = 0; k < s->part.n_local; k++)
        shown[k] = 0;
    for (int64_t i = 0; i < s->rows; i++) {
        const int64_t local = s->spoken[i] - s->part.row0;
        if (local >= 0 && local < s->part.n_local)
            shown[local]++;
        else
            other[others++] = s->spoken[i];
    }
    ODD_TRY(
        odd_route(comm, other, others, sizeof *other, owner_of_number, &owners, (void **)&met, &n));
    for (int64_t k = 0; k < n; k++)
        shown[met[k] - s->part.row0]++;
done:
    odd_owners_free(&owners);
    odd_free(other);
    odd_free(met);
    return st;
}

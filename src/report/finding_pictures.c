/* Pictures of findings: each image once, however many findings are about it, and for a pair where
 * its two images differ. */
#include "report/finding_cards_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/report/png.h"

#include <stdlib.h>
#include <unistd.h>

#define STRENGTH 4 /* of the difference on its picture */

/* Two images at a time. */
typedef struct {
    const odd_report_folder *folder;
    const odd_pictures *pictures;
    int64_t bytes; /* of an image */
    uint8_t *first, *second;
} picture_writer;

static odd_status read_picture(const picture_writer *w, int64_t row, uint8_t *pixels)
{
    return w->pictures->read(w->pictures->context, row, pixels);
}

static odd_status put(const picture_writer *w, const char *file, const uint8_t *pixels)
{
    const odd_pictures *p = w->pictures;
    char path[PATH_MAX];
    odd_status st;
    ODD_TRY(odd_report_folder_path(w->folder, file, path));
    ODD_TRY(odd_png_write(path, p->width, p->height, p->channels, pixels));
done:
    return st;
}

static odd_status write_once(const picture_writer *w, int64_t row)
{
    char path[PATH_MAX], file[ODD_FINDING_FILE];
    odd_status st;
    ODD_TRY(odd_report_folder_path(w->folder, odd_finding_picture(row, file), path));
    if (access(path, F_OK) == 0) goto done;
    ODD_TRY(read_picture(w, row, w->first));
    ODD_TRY(put(w, file, w->first));
done:
    return st;
}

/* Pixel (y, x) of the second image, which may be mirrored. */
static int64_t place(const odd_pictures *p, int y, int x, bool mirrored)
{
    return ((int64_t)y * p->width + (mirrored ? p->width - 1 - x : x)) * p->channels;
}

static int64_t sum_of_differences(const picture_writer *w, bool mirrored)
{
    const odd_pictures *p = w->pictures;
    int64_t sum = 0;
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++)
            for (int c = 0; c < p->channels; c++)
                sum += abs(w->first[place(p, y, x, false) + c] -
                           w->second[place(p, y, x, mirrored) + c]);
    return sum;
}

/* White where they agree; over the first image. */
static void paint_difference(const picture_writer *w, bool mirrored)
{
    const odd_pictures *p = w->pictures;
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++)
            for (int c = 0; c < p->channels; c++) {
                uint8_t *pixel = &w->first[place(p, y, x, false) + c];
                const int apart = STRENGTH * abs(*pixel - w->second[place(p, y, x, mirrored) + c]);
                *pixel = (uint8_t)(apart < 255 ? 255 - apart : 0);
            }
}

static odd_status write_pair(const picture_writer *w, const odd_finding_card *card)
{
    char file[ODD_FINDING_FILE];
    odd_status st;
    ODD_TRY(read_picture(w, card->member[0].row, w->first));
    ODD_TRY(read_picture(w, card->member[1].row, w->second));
    paint_difference(w, sum_of_differences(w, true) < sum_of_differences(w, false));
    ODD_TRY(put(w, odd_finding_difference(card, file), w->first));
done:
    return st;
}

static odd_status write_list(const picture_writer *w, const odd_finding_list *list)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < list->cards; i++) {
        const odd_finding_card *card = &list->card[i];
        for (int m = 0; m < card->members; m++)
            if (!card->member[m].unread) ODD_TRY(write_once(w, card->member[m].row));
        if (odd_finding_differs(card)) ODD_TRY(write_pair(w, card));
    }
done:
    return st;
}

odd_status odd_finding_pictures_write(const odd_report_folder *folder,
                                      const odd_report_findings *findings)
{
    if (!findings) return ODD_OK;
    const odd_pictures *p = &findings->pictures;
    picture_writer w = {folder, p, (int64_t)p->width * p->height * p->channels, NULL, NULL};
    odd_status st;
    ODD_TRY(ODD_NEW(w.first, w.bytes));
    ODD_TRY(ODD_NEW(w.second, w.bytes));
    for (int i = 0; i < findings->lists; i++)
        ODD_TRY(write_list(&w, &findings->list[i]));
done:
    odd_free(w.first);
    odd_free(w.second);
    return st;
}

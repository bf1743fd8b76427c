/* Pictures of findings: each image once, however many findings are about it, and for a pair where
 * its two images differ. */
#include "report/finding_cards_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/report/png.h"

#include <unistd.h>

/* One picture at a time. */
typedef struct {
    const odd_report_folder *folder;
    const odd_pictures *pictures;
    uint8_t *image;      /* (height, width, channels) */
    uint8_t *difference; /* (side, side) */
} picture_writer;

static odd_status write_once(const picture_writer *w, int64_t row)
{
    const odd_pictures *p = w->pictures;
    char path[PATH_MAX], file[ODD_FINDING_FILE];
    odd_status st;
    ODD_TRY(odd_report_folder_path(w->folder, odd_finding_picture(row, file), path));
    if (access(path, F_OK) == 0) goto done;
    ODD_TRY(p->read(p->context, row, w->image));
    ODD_TRY(odd_png_write(path, p->width, p->height, p->channels, w->image));
done:
    return st;
}

static odd_status write_pair(const picture_writer *w, const odd_finding_card *card)
{
    const odd_pictures *p = w->pictures;
    char path[PATH_MAX], file[ODD_FINDING_FILE];
    odd_status st;
    ODD_TRY(p->compare(p->context, card->member[0].row, card->member[1].row, w->difference));
    ODD_TRY(odd_report_folder_path(w->folder, odd_finding_difference(card, file), path));
    ODD_TRY(odd_png_write(path, p->side, p->side, 1, w->difference));
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
        for (int m = 0; m < card->usuals; m++)
            if (!card->usual[m].unread) ODD_TRY(write_once(w, card->usual[m].row));
        if (odd_finding_differs(card)) ODD_TRY(write_pair(w, card));
    }
done:
    return st;
}

odd_status odd_map_pictures_write(const odd_report_folder *folder,
                                  const odd_report_findings *findings, const odd_report_map *map)
{
    if (!findings || !map) return ODD_OK;
    const odd_pictures *p = &findings->pictures;
    picture_writer w = {folder, p, NULL, NULL};
    odd_status st;
    ODD_TRY(ODD_NEW(w.image, (int64_t)p->width * p->height * p->channels));
    for (int i = 0; i < map->kinds; i++)
        if (!map->kind[i].medoid.unread) ODD_TRY(write_once(&w, map->kind[i].medoid.row));
done:
    odd_free(w.image);
    return st;
}

odd_status odd_finding_pictures_write(const odd_report_folder *folder,
                                      const odd_report_findings *findings)
{
    if (!findings) return ODD_OK;
    const odd_pictures *p = &findings->pictures;
    picture_writer w = {folder, p, NULL, NULL};
    odd_status st;
    ODD_TRY(ODD_NEW(w.image, (int64_t)p->width * p->height * p->channels));
    ODD_TRY(ODD_NEW(w.difference, (int64_t)p->side * p->side));
    for (int i = 0; i < findings->lists; i++)
        ODD_TRY(write_list(&w, &findings->list[i]));
done:
    odd_free(w.image);
    odd_free(w.difference);
    return st;
}

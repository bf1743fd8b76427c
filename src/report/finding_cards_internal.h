/**
 * Findings inside the room: their section of the page, and its pictures.
 */
#ifndef ODDLOT_REPORT_FINDING_CARDS_INTERNAL_H
#define ODDLOT_REPORT_FINDING_CARDS_INTERNAL_H

#include "oddlot/base/text.h"
#include "oddlot/report/findings_page.h"
#include "report/report_folder_internal.h"

#include <stdbool.h>

#define ODD_FINDING_FILE 64 /* bytes of the name of a picture, with the final 0 */

/** The section: a table of the checks, then the findings of each. NULL: nothing. */
void odd_findings_section_write(const odd_report_findings *findings, odd_text *html);

/** The findings of one check as cards. */
void odd_finding_cards_write(const odd_finding_list *list, const odd_pictures *pictures,
                             odd_text *html);

/** "img/row-000012.png". Returns buffer. */
const char *odd_finding_picture(int64_t row, char buffer[static ODD_FINDING_FILE]);
/** "img/difference-000012-000031.png", of a pair. Returns buffer. */
const char *odd_finding_difference(const odd_finding_card *card,
                                   char buffer[static ODD_FINDING_FILE]);

/** Is it of two images whose pixels differ, so that it has a picture of where? */
bool odd_finding_differs(const odd_finding_card *card);

/** Write all pictures that the cards want, each once. NULL: none. ODD_IO, ODD_NOMEM. */
odd_status odd_finding_pictures_write(const odd_report_folder *folder,
                                      const odd_report_findings *findings);

/** The map of the catalogue (map_section.c): a table of its kinds, a picture of each. NULL:
 * nothing.
 */
void odd_map_section_write(const odd_report_map *map, odd_text *html);

/** Write the pictures of the map that are not there. NULL: none. ODD_IO, ODD_NOMEM. */
odd_status odd_map_pictures_write(const odd_report_folder *folder,
                                  const odd_report_findings *findings, const odd_report_map *map);

#endif

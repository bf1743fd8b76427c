/* Texts of the report: names and labels of images, kept as long as the page is made. */
#include "stage/report/report_page_internal.h"

odd_status odd_page_text(odd_page *p, odd_image_fact which, int64_t image, const char **text)
{
    odd_text_table *kept = &p->texts;
    odd_status st;
    *text = "";
    ODD_TRY(odd_image_text_of(p->facts, which, image, text));
    if (!**text) { /* what is borrowed is overwritten */
        *text = "";
        goto done;
    }
    ODD_TRY(odd_table_add(kept, *text));
    *text = kept->cells.item[kept->cells.count - 1];
done:
    return st;
}

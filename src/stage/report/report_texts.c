/* Texts of the report: names and labels of images, kept as long as the page is made. */
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

static odd_status grow_texts(odd_kept_texts *kept)
{
    const int64_t room = kept->room > 0 ? 2 * kept->room : 64;
    char **wider;
    odd_status st = ODD_OK;
    if (kept->list.count < kept->room) return ODD_OK;
    ODD_TRY(ODD_NEW(wider, room));
    if (kept->list.count > 0)
        memcpy(wider, kept->list.item, (size_t)kept->list.count * sizeof *wider);
    odd_free(kept->list.item);
    kept->list.item = wider;
    kept->room = room;
done:
    return st;
}

odd_status odd_page_text(odd_page *p, odd_image_fact which, int64_t image, const char **text)
{
    odd_kept_texts *kept = &p->texts;
    odd_status st;
    *text = "";
    ODD_TRY(odd_image_text_of(p->facts, which, image, text));
    if (!**text) { /* what is borrowed is overwritten */
        *text = "";
        goto done;
    }
    ODD_TRY(grow_texts(kept));
    ODD_TRY(odd_texts_add(&kept->list, *text, strlen(*text)));
    *text = kept->list.item[kept->list.count - 1];
done:
    return st;
}

/* Text list: copies of texts, owned by the list. */
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <stdlib.h>
#include <string.h>

void odd_texts_free(odd_list *list)
{
    for (int64_t i = 0; i < list->count; i++)
        free(list->item[i]);
    odd_free(list->item);
    *list = (odd_list){0};
}

odd_status odd_texts_add(odd_list *list, const char *text, size_t length)
{
    if (!(list->item[list->count] = strndup(text, length)))
        return odd_fail(ODD_NOMEM, "cannot allocate a text");
    list->count++;
    return ODD_OK;
}

/* What is known of a published file without opening it by all ranks: what it was made of, and of
 * which files it is. */
#include "store/path_internal.h"
#include "store/segments_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>

void odd_file_fingerprint(const char *path, char *buffer, size_t size)
{
    odd_file *file;
    char *text = NULL;
    if (size == 0) return;
    buffer[0] = '\0';
    if (odd_file_open_here(path, false, &file) == ODD_OK &&
        odd_file_get_text(file, "/", "fingerprint", &text) == ODD_OK && strlen(text) < size &&
        odd_segments_whole(file))
        strcpy(buffer, text);
    odd_free(text);
    odd_file_close(&file);
}

static odd_status add_segment(const char *path, int count, int k, odd_list *out)
{
    char *name = NULL;
    odd_status st;
    ODD_TRY(odd_segment_path(path, count, k, false, &name));
    ODD_TRY(odd_texts_add(out, name, strlen(name)));
done:
    free(name);
    return st;
}

odd_status odd_file_segments(const char *path, odd_list *out)
{
    odd_file *file;
    int count = 0;
    odd_status st = ODD_OK;
    if (odd_file_open_here(path, false, &file) == ODD_OK &&
        odd_segments_count(file, &count) != ODD_OK)
        count = 0;
    if (count > 0) ODD_TRY(ODD_NEW(out->item, count));
    for (int k = 0; k < count; k++)
        ODD_TRY(add_segment(path, count, k, out));
done:
    odd_file_close(&file);
    return st;
}

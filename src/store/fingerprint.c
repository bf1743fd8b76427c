/* Fingerprints: what a file that is whole was made of. */
#include "store/segments_internal.h"

#include "oddlot/base/memory.h"

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

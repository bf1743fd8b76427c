/* The ending of a name against what the file is. */
#include "oddlot/image/measure.h"

#include <string.h>
#include <strings.h>

#define FORMAT_ENDINGS(name, text, endings) endings,
static const char *const endings_of[] = {"", ODD_IMAGE_FORMATS(FORMAT_ENDINGS)};

static bool has_word(const char *words, const char *word, size_t length)
{
    for (size_t size; *words; words += size + (words[size] == ' ')) {
        size = strcspn(words, " ");
        if (size == length && strncasecmp(words, word, size) == 0) return true;
    }
    return false;
}

/* The format that an ending of this length promises; ODD_IMAGE_FORMAT_NONE: none. */
static int promised_format(const char *ending, size_t length)
{
    for (int f = 1; f < ODD_IMAGE_FORMAT_COUNT; f++)
        if (has_word(endings_of[f], ending, length)) return f;
    return ODD_IMAGE_FORMAT_NONE;
}

/* By the last dot among the first `length` bytes of a name. */
static int format_before(const char *name, size_t length)
{
    while (length > 0 && strchr(" \t\r\n", name[length - 1]))
        length--;
    const char *dot = memrchr(name, '.', length);
    return dot ? promised_format(dot + 1, length - (size_t)(dot + 1 - name))
               : ODD_IMAGE_FORMAT_NONE;
}

int odd_image_format_of_name(const char *name)
{
    const char *slash = strrchr(name, '/');
    if (slash) name = slash + 1;
    const int promised = format_before(name, strlen(name));
    return promised ? promised : format_before(name, strcspn(name, "?#"));
}

void odd_measure_ending(const char *name, odd_measured *measured)
{
    const float format = measured->value[ODD_MEASURE_FORMAT];
    if (!(format > 0)) return;
    const int promised = odd_image_format_of_name(name);
    if (promised) measured->value[ODD_MEASURE_ENDING_MATCHES] = (float)(promised == (int)format);
}

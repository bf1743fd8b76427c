/* Names of segments, and the removal of those of before. */
#include "store/path_internal.h"
#include "store/segments_internal.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int64_t odd_segment_row(int64_t rows, int count, int k)
{
    const int64_t longer = rows % count; /* the first ones have a row more */
    return rows / count * k + (k < longer ? k : longer);
}

/* Of "x/features.h5" what stands before ".h5", and without a folder where none is wanted. */
static void stem_of(const char *path, bool folder, const char **stem, int *length)
{
    const char *slash = strrchr(path, '/'), *end = path + strlen(path);
    *stem = folder || !slash ? path : slash + 1;
    if (end - *stem > 3 && strcmp(end - 3, ".h5") == 0) end -= 3;
    *length = (int)(end - *stem);
}

odd_status odd_segment_path(const char *path, int count, int k, bool folder, char **out)
{
    const char *stem;
    int length;
    stem_of(path, folder, &stem, &length);
    return odd_path_format(out, "%.*s.%d-of-%d.h5", length, stem, k + 1, count);
}

/* "x/features.2-of-3.h5", where the file is "x/features.h5": 3. Else 0. */
static int count_in(const char *segment, const char *path)
{
    char *made = NULL;
    int k, count, end = 0;
    const char *stem;
    int length;
    stem_of(path, true, &stem, &length);
    if (sscanf(segment + length, ".%d-of-%d.h5%n", &k, &count, &end) != 2 || end == 0) return 0;
    if (k < 1 || count < k || odd_segment_path(path, count, k - 1, true, &made) != ODD_OK) return 0;
    const bool is = strcmp(made, segment) == 0; /* and not "features.02-of-3.h5" */
    free(made);
    return is ? count : 0;
}

/* A path as a pattern that only it fits. */
static char *as_pattern(const char *stem, int length, const char *more)
{
    char *pattern = malloc(2 * (size_t)length + strlen(more) + 1), *to = pattern;
    if (!pattern) return NULL;
    for (int i = 0; i < length; i++) {
        if (strchr("*?[]\\", stem[i])) *to++ = '\\';
        *to++ = stem[i];
    }
    strcpy(to, more);
    return pattern;
}

void odd_segments_remove_others(const char *path, int count)
{
    const char *stem;
    int length;
    glob_t found = {0};
    stem_of(path, true, &stem, &length);
    char *pattern = as_pattern(stem, length, ".*-of-*.h5");
    if (pattern && glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            const int of = count_in(found.gl_pathv[i], path);
            if (of != 0 && of != count) unlink(found.gl_pathv[i]);
        }
    globfree(&found);
    free(pattern);
}

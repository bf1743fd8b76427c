/* Names of segments, and the removal of those of before. */
#include "store/path_internal.h"
#include "store/segments_internal.h"

#include "oddlot/base/memory.h"

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
static int count_in(const char *segment, const char *path, const char *ending)
{
    char *made = NULL, *named = NULL;
    const char *stem;
    int k, count, length;
    stem_of(path, true, &stem, &length);
    if (sscanf(segment + length, ".%6d-of-%6d.h5", &k, &count) != 2 || k < 1 || count < k) return 0;
    if (odd_segment_path(path, count, k - 1, true, &made) != ODD_OK ||
        odd_path_format(&named, "%s%s", made, ending) != ODD_OK)
        count = 0;
    if (count > 0 && strcmp(named, segment) != 0) count = 0; /* such as "features.02-of-3.h5" */
    free(named);
    free(made);
    return count;
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

static bool is_of_stage(const char *path, const char *stage)
{
    odd_file *file;
    char *text = NULL;
    const bool is = odd_file_open_here(path, false, &file) == ODD_OK &&
                    odd_file_get_text(file, "/", "stage", &text) == ODD_OK &&
                    strcmp(text, stage) == 0;
    odd_free(text);
    odd_file_close(&file);
    return is;
}

/* Of this ending; stage NULL: whoever wrote it. */
static void remove_segments(const char *path, const char *ending, const char *stage, int but)
{
    const char *stem;
    int length;
    char *more = NULL, *pattern = NULL;
    glob_t found = {0};
    stem_of(path, true, &stem, &length);
    if (odd_path_format(&more, ".*-of-*.h5%s", ending) == ODD_OK)
        pattern = as_pattern(stem, length, more);
    if (pattern && glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            const char *segment = found.gl_pathv[i];
            const int of = count_in(segment, path, ending);
            if (of > 0 && of != but && (!stage || is_of_stage(segment, stage))) unlink(segment);
        }
    globfree(&found);
    free(pattern);
    free(more);
}

void odd_segments_remove_others(const char *path, const char *stage, int count)
{
    remove_segments(path, "", stage, count);
}

void odd_segments_remove_unfinished(const char *path)
{
    remove_segments(path, ".partial", NULL, 0);
}

bool odd_file_is_segment(const char *name, const char *file)
{
    const char *stem;
    int length;
    stem_of(file, true, &stem, &length);
    if (strncmp(name, stem, (size_t)length) != 0) return false;
    return count_in(name, file, "") > 0 || count_in(name, file, ".partial") > 0;
}

/* Names that catalogues share: which are those of images, and what to say where none is. */
#include "image/catalogue_internal.h"

#include <string.h>
#include <strings.h>

static const char *without_dot(const char *extension)
{
    return *extension == '.' ? extension + 1 : extension;
}

bool odd_content_wanted(const odd_catalogue_options *options)
{
    bool any = false;
    for (int64_t i = 0; i < options->extensions.count; i++)
        any = any || strcasecmp(without_dot(options->extensions.item[i]), "any") == 0;
    return any;
}

/* True if the ending is one of those that are images unless a job says otherwise: in the table of
 * options they stand as "[jpg, jpeg, ...]". */
static bool is_usual(const char *ending, size_t length)
{
    const odd_option *o = odd_catalogue_option_table;
    while (strcmp(o->key, "extensions") != 0)
        o++;
    for (const char *word = o->value; *word; word += strspn(word, "[], ")) {
        size_t size = strcspn(word, "[], ");
        if (size == length && size > 0 && strncasecmp(word, ending, size) == 0) return true;
        word += size;
    }
    return false;
}

/* True if the part of a name that is `length` long ends in a dot and a wanted ending. */
static bool ends_wanted(const odd_catalogue_options *options, const char *name, size_t length)
{
    const odd_list *wanted = &options->extensions;
    while (length > 0 && strchr(" \t\r\n", name[length - 1]))
        length--;
    const char *dot = memrchr(name, '.', length);
    if (!dot) return false;
    size_t size = length - (size_t)(dot + 1 - name);
    bool found = odd_content_wanted(options) && is_usual(dot + 1, size);
    for (int64_t i = 0; !found && i < wanted->count; i++) {
        const char *ending = without_dot(wanted->item[i]);
        found = strlen(ending) == size && strncasecmp(dot + 1, ending, size) == 0;
    }
    return found;
}

bool odd_name_wanted(const odd_catalogue_options *options, const char *name)
{
    const char *slash = strrchr(name, '/');
    if (slash) name = slash + 1;
    return options->extensions.count == 0 || ends_wanted(options, name, strlen(name)) ||
           ends_wanted(options, name, strcspn(name, "?#"));
}

/* ": 12 files, none ends in .jpg .png: .txt (12)", and what to do. */
static void add_endings(const odd_catalogue_options *options, const odd_passed *passed,
                        odd_text *text)
{
    const bool content = odd_content_wanted(options);
    if (content)
        odd_text_add(text, passed->files == 1 ? ", which is no image" : ", none is an image");
    else
        odd_text_add(text, passed->files == 1 ? ", which does not end in" : ", none ends in");
    for (int64_t i = 0; !content && i < options->extensions.count; i++)
        odd_text_format(text, " .%s", without_dot(options->extensions.item[i]));
    odd_text_add(text, passed->files == 1 ? ": " : "; they are ");
    odd_passed_endings(passed, text);
    if (!content) odd_text_add(text, "; catalogue.extensions=any takes what holds an image");
}

odd_status odd_catalogue_none(const odd_catalogue_options *options, const odd_passed *passed)
{
    odd_text text = ODD_TEXT_EMPTY;
    char count[32];
    odd_text_add(&text, "no images in");
    for (int64_t i = 0; i < options->path.count; i++)
        odd_text_format(&text, "%s '%s'", i > 0 ? "," : "", options->path.item[i]);
    odd_text_format(&text, passed->files == 1 ? ": %s file" : ": %s files",
                    odd_human_count(passed->files, count));
    if (passed->endings > 0) add_endings(options, passed, &text);
    odd_status st = odd_fail(ODD_FORMAT, "%s", odd_text_string(&text));
    odd_text_free(&text);
    return st;
}

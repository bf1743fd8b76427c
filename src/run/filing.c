/* Filing: what each image is filed under, by the labels of the catalogue or the folders that images
 * lie in. */
#include "oddlot/run/filing.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* -- by labels -- */

static bool take_labels(const odd_selection *s, const char *label[])
{
    bool any = false;
    for (int64_t i = 0; i < odd_selection_rows(s); i++) {
        label[i] = odd_selection_label(s, i);
        any = any || *label[i];
    }
    return any;
}

/* -- by folders -- */

static size_t folder_bytes(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) : 0;
}

static bool same_folder(const char *a, const char *b)
{
    const size_t length = folder_bytes(a);
    return length == folder_bytes(b) && memcmp(a, b, length) == 0;
}

/* What the folders of all images begin with, whole names of folders: "train/" of train/a/1.jpg and
 * train/b/2.jpg. */
static size_t common_bytes(const odd_selection *s)
{
    const int64_t rows = odd_selection_rows(s);
    const char *first = odd_selection_name(s, 0);
    size_t common = folder_bytes(first) + 1;
    for (int64_t i = 1; i < rows && common > 0; i++) {
        const char *name = odd_selection_name(s, i);
        size_t same = 0;
        while (same < common && name[same] == first[same])
            same++;
        while (same > 0 && first[same - 1] != '/')
            same--;
        common = same;
    }
    return common;
}

static size_t copy_folder(const char *name, size_t from, char *to)
{
    const size_t length = folder_bytes(name);
    const size_t bytes = length > from ? length - from : 0;
    memcpy(to, name + from, bytes);
    to[bytes] = 0;
    return bytes + 1;
}

/* Neighbours in one folder, of which lists are full, share their text. */
static odd_status take_folders(const odd_selection *s, const char *label[], char **names)
{
    const int64_t rows = odd_selection_rows(s);
    size_t room = 0;
    odd_status st = ODD_OK;
    if (rows == 0) goto done;
    const size_t from = common_bytes(s);
    for (int64_t i = 0; i < rows; i++)
        room += folder_bytes(odd_selection_name(s, i)) + 1;
    ODD_TRY(ODD_NEW(*names, (int64_t)room));
    char *to = *names;
    for (int64_t i = 0; i < rows; i++) {
        const char *name = odd_selection_name(s, i);
        if (i > 0 && same_folder(name, odd_selection_name(s, i - 1))) {
            label[i] = label[i - 1];
            continue;
        }
        label[i] = to;
        to += copy_folder(name, from, to);
    }
done:
    return st;
}

/* -- either -- */

const char *const odd_filing_sources[] = {"auto", "labels", "folders", NULL};

/* label (images): of each image, "" for none. */
static odd_status file_images(const odd_selection *s, const char *from, odd_filing *f,
                              const char *label[])
{
    const bool labelled = take_labels(s, label);
    f->folders = strcmp(from, "folders") == 0 || (!labelled && strcmp(from, "auto") == 0);
    return f->folders ? take_folders(s, label, &f->folder_names) : ODD_OK;
}

odd_status odd_filing_read(const odd_selection *s, const char *from, odd_filing *out)
{
    const int64_t images = odd_selection_rows(s);
    const char **label = NULL;
    odd_status st;
    *out = (odd_filing){0};
    ODD_TRY(ODD_NEW(label, images));
    ODD_TRY(file_images(s, from, out, label));
    ODD_TRY(odd_labels_number(images, label, &out->labels));
done:
    odd_free((void *)label);
    if (st != ODD_OK) odd_filing_free(out);
    return st;
}

void odd_filing_free(odd_filing *filing)
{
    odd_labels_free(&filing->labels);
    odd_free(filing->folder_names);
    *filing = (odd_filing){0};
}

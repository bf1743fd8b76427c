/* Stored models: what an earlier run learnt, for rows that it has not seen. */
#include "oddlot/run/stored_model.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"
#include "oddlot/store/dataset.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <string.h>
#include <sys/stat.h>

/* The file itself, or the stage's file where `given` is the folder of a run. Owned by caller. */
static odd_status model_path(const char *given, const odd_stage *stage, char **out)
{
    struct stat about;
    odd_text path = ODD_TEXT_EMPTY;
    odd_text_add(&path, given);
    if (stat(given, &about) == 0 && S_ISDIR(about.st_mode))
        odd_text_format(&path, "/%s", stage->file);
    *out = path.s; /* handed over */
    return odd_text_status(&path);
}

/* It must come from the same stage, and be of the part that the job names. @local */
static odd_status read_model(const odd_model_source *from, const odd_file *file, odd_bundle *model)
{
    char *stage = NULL, *part = NULL;
    odd_status st;
    ODD_TRY(odd_file_get_text(file, "/", "stage", &stage));
    if (strcmp(stage, from->stage->name) != 0)
        ODD_TRY(odd_fail(ODD_USAGE, "a file of the stage %s, where one of %s is wanted", stage,
                         from->stage->name));
    ODD_TRY(odd_file_get_text(file, "/model", from->attribute, &part));
    if (strcmp(part, from->part) != 0)
        ODD_TRY(odd_fail(ODD_USAGE, "a model of '%s', the job says '%s': set %s.%s", part,
                         from->part, from->stage->name, from->attribute));
    ODD_TRY(odd_bundle_read(file, "model", model));
done:
    odd_free(part);
    odd_free(stage);
    return st;
}

odd_status odd_stored_model_read(const odd_run *run, const odd_model_source *from,
                                 odd_bundle *model)
{
    odd_file *file = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY_ALL(run->comm, model_path(from->given, from->stage, &path));
    ODD_TRY(odd_file_open(run->comm, path, false, &file));
    st = read_model(from, file, model);
    if (st != ODD_OK) st = odd_fail_prefix(st, "%s: ", path);
    ODD_TRY_ALL(run->comm, st);
done:
    odd_file_close(&file);
    odd_free(path);
    return st;
}

odd_status odd_stored_model_digest(const odd_run *run, const odd_model_source *from,
                                   odd_hash *digest)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_status st = ODD_OK;
    *digest = ODD_HASH_START;
    if (!*from->given) return ODD_OK;
    ODD_TRY(odd_stored_model_read(run, from, &model));
    for (int i = 0; i < model.count; i++) {
        const odd_array *a = &model.array[i];
        int64_t bytes;
        ODD_TRY(odd_shape_bytes(&a->shape, &bytes));
        *digest = odd_hash_add_text(*digest, a->name);
        *digest = odd_hash_add(*digest, a->data, (size_t)bytes);
    }
done:
    odd_bundle_free(&model);
    return st;
}

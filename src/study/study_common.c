/* What runs of a study have in common: a stage that one has done is linked into the others which
 * want the same of it. A published file is never written to again, so a link is as good as a copy.
 */
#include "study/study_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/store/file.h"

#include <dirent.h>
#include <string.h>

/* A stage that a run has done. */
struct odd_study_done {
    char wanted[ODD_HASH_TEXT];
    int64_t run;
};

odd_status odd_study_common_new(const odd_study *s, odd_study_common *out)
{
    *out = (odd_study_common){.study = s};
    return ODD_NEW(out->done, odd_study_runs(s) * ODD_MOST_STAGES);
}

void odd_study_common_free(odd_study_common *c)
{
    odd_free(c->done);
}

static bool is_common(const odd_study_part *p, int stage)
{
    const odd_stage *s = p->run->pipeline->stages[stage];
    return s->common && odd_stage_applies(s, p->job);
}

static const odd_study_done *find_done(const odd_study_common *c, const char *wanted)
{
    for (int64_t i = 0; i < c->count; i++)
        if (strcmp(c->done[i].wanted, wanted) == 0) return &c->done[i];
    return NULL;
}

void odd_study_common_add(odd_study_common *c, const odd_study_part *p, bool all_done, int64_t run)
{
    for (int i = 0; p->run->pipeline->stages[i]; i++) {
        if (!is_common(p, i) || find_done(c, p->look.wanted[i])) continue;
        if (!all_done && !p->look.current[i]) continue;
        odd_study_done *done = &c->done[c->count++];
        strcpy(done->wanted, p->look.wanted[i]);
        done->run = run;
    }
}

/* ---- links ---- */

/* True if it is linked. False where the file system has no links, say: the stage is done anew. */
static bool link_file(const char *from, const char *to, const char *name)
{
    odd_text source = ODD_TEXT_EMPTY, target = ODD_TEXT_EMPTY;
    odd_text_format(&source, "%s/%s", from, name);
    odd_text_format(&target, "%s/%s", to, name);
    const bool linked = !source.failed && !target.failed &&
                        odd_file_link(odd_text_string(&source), odd_text_string(&target));
    odd_text_free(&source);
    odd_text_free(&target);
    return linked;
}

static bool link_folder(const char *from, const char *to)
{
    DIR *folder = opendir(from);
    bool linked = folder && odd_folder_make(to) == ODD_OK;
    for (const struct dirent *e; linked && (e = readdir(folder));)
        if (e->d_name[0] != '.') linked = link_file(from, to, e->d_name);
    if (folder) closedir(folder);
    return linked;
}

/* A product in a folder stands for all files there. */
static bool link_product(const char *from, const char *to, const char *product)
{
    const char *slash = strchr(product, '/');
    odd_text source = ODD_TEXT_EMPTY, target = ODD_TEXT_EMPTY;
    bool linked;
    if (!slash) return link_file(from, to, product);
    odd_text_format(&source, "%s/%.*s", from, (int)(slash - product), product);
    odd_text_format(&target, "%s/%.*s", to, (int)(slash - product), product);
    linked = !source.failed && !target.failed &&
             link_folder(odd_text_string(&source), odd_text_string(&target));
    odd_text_free(&source);
    odd_text_free(&target);
    return linked;
}

/* The files over which rows of a stage's file are spread. */
static bool link_segments(const char *from, const char *to, const char *file)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_list segment = {0};
    odd_text_format(&path, "%s/%s", from, file);
    bool linked = !path.failed && odd_file_segments(odd_text_string(&path), &segment) == ODD_OK;
    for (int64_t i = 0; linked && i < segment.count; i++)
        linked = link_file(from, to, segment.item[i]);
    odd_texts_free(&segment);
    odd_text_free(&path);
    return linked;
}

/* The stage's file comes last: it says that the others are there. */
static bool link_stage(const char *from, const odd_run *run, const odd_stage *stage)
{
    const char *product = odd_stage_product(stage, run->job);
    return (!product || link_product(from, run->folder, product)) &&
           link_segments(from, run->folder, stage->file) &&
           link_file(from, run->folder, stage->file);
}

odd_status odd_study_common_link(const odd_study_common *c, const odd_run *whole,
                                 const odd_study_part *p, odd_text *linked)
{
    odd_text from = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    for (int i = 0; p->run->pipeline->stages[i]; i++) {
        const odd_study_done *done;
        if (!is_common(p, i) || p->look.current[i]) continue;
        if (!(done = find_done(c, p->look.wanted[i]))) continue;
        from.length = 0;
        ODD_TRY(odd_study_part_folder(c->study, whole, done->run, &from));
        if (!link_stage(odd_text_string(&from), p->run, p->run->pipeline->stages[i])) continue;
        odd_text_format(linked, "%s%s", linked->length > 0 ? ", " : "",
                        p->run->pipeline->stages[i]->name);
    }
    ODD_TRY(odd_text_status(linked));
done:
    odd_text_free(&from);
    return st;
}

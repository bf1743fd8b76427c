/* Job: the settings of a run, from its file, its defaults and --set. */
#include "base/job_internal.h"

#include "oddlot/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_FILE (1 << 20) /* bytes */

/* Borrowed tables are walked once; from here on a section's options stand in one row. */
static odd_status list_options(const odd_option *table, int *count, odd_option **options)
{
    odd_option option;
    *count = 0;
    while (odd_option_at(table, *count, &option))
        ++*count;
    odd_status st = ODD_NEW(*options, *count);
    for (int i = 0; st == ODD_OK && i < *count; i++)
        odd_option_at(table, i, &(*options)[i]);
    return st;
}

/* Fields are zero until the defaults come, so that a job can be freed at any time. */
static odd_status part_init(odd_job_part *part, const odd_section *section)
{
    odd_status st = ODD_OK;
    part->section = section;
    ODD_TRY(list_options(section->options, &part->option_count, &part->options));
    ODD_TRY((part->fields = odd_alloc(1, section->size)) ? ODD_OK : ODD_NOMEM);
    ODD_TRY(ODD_NEW(part->places, part->option_count));
done:
    return st;
}

static void part_free(odd_job_part *part)
{
    free(part->place.set);
    for (int i = 0; part->options && i < part->option_count; i++) {
        const odd_option *o = &part->options[i];
        if (part->fields) odd_value_free(o, (char *)part->fields + o->offset);
        if (part->places) free(part->places[i].set);
    }
    odd_free(part->fields);
    odd_free(part->places);
    odd_free(part->options);
}

/* "jobs/a.yaml" is in "jobs", "/a.yaml" in "/", "a.yaml" in ".". */
static char *folder_of(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    if (!slash) return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

odd_status odd_job_new(const char *path, const odd_section sections[], int count, odd_job **out)
{
    odd_status st = ODD_OK;
    odd_job *job = NULL;
    ODD_TRY(ODD_NEW(job, 1));
    ODD_TRY(ODD_NEW(job->part, count));
    job->folder = folder_of(path);
    if (path) job->path = strdup(path);
    if (!job->folder || (path && !job->path)) ODD_TRY(odd_fail(ODD_NOMEM, "cannot allocate a job"));
    for (int i = 0; i < count; i++)
        ODD_TRY(part_init(&job->part[job->part_count++], &sections[i]));
    *out = job;
    job = NULL;
done:
    odd_job_free(&job);
    return st;
}

static odd_status read_file(odd_job *job)
{
    char *bytes;
    int64_t size;
    odd_status st = odd_file_slurp(job->path, LARGEST_FILE, &bytes, &size);
    if (st == ODD_OK) st = odd_fill_file(job, bytes, (size_t)size);
    odd_free(bytes);
    return st == ODD_FORMAT ? ODD_USAGE : st; /* too large: the job file is wrong */
}

/* text: NULL: what the file has. */
static odd_status load(const char *path, const char *text, const char *const sets[], int set_count,
                       const odd_section sections[], int section_count, odd_job **out)
{
    odd_status st = ODD_OK;
    odd_job *job = NULL;
    *out = NULL;
    ODD_TRY(odd_job_new(path, sections, section_count, &job));
    ODD_TRY(odd_fill_defaults(job));
    if (text) ODD_TRY(odd_fill_file(job, text, strlen(text)));
    if (path && !text) ODD_TRY(read_file(job));
    for (int i = 0; i < set_count; i++)
        ODD_TRY(odd_fill_set(job, sets[i], "."));
    *out = job;
    job = NULL;
done:
    odd_job_free(&job);
    return st;
}

odd_status odd_job_load(const char *path, const char *const sets[], int set_count,
                        const odd_section sections[], int section_count, odd_job **out)
{
    return load(path, NULL, sets, set_count, sections, section_count, out);
}

odd_status odd_job_load_text(const char *name, const char *text, const char *const sets[],
                             int set_count, const odd_section sections[], int section_count,
                             odd_job **out)
{
    return load(name, text, sets, set_count, sections, section_count, out);
}

void odd_job_free(odd_job **job)
{
    if (!*job) return;
    for (int i = 0; i < (*job)->part_count; i++)
        part_free(&(*job)->part[i]);
    odd_free((*job)->part);
    free((*job)->path);
    free((*job)->folder);
    odd_free(*job);
    *job = NULL;
}

const void *odd_job_section(const odd_job *job, const char *section)
{
    const void *fields = NULL;
    for (int i = 0; i < job->part_count && !fields; i++)
        if (strcmp(job->part[i].section->name, section) == 0) fields = job->part[i].fields;
    ODD_CHECK(fields);
    return fields;
}

void odd_part_section(const char *stage, const char *part, char section[ODD_PART_NAME])
{
    snprintf(section, ODD_PART_NAME, "%s.%s", stage, part);
}

const void *odd_part_options(const odd_job *job, const char *stage, const char *part)
{
    char section[ODD_PART_NAME];
    odd_part_section(stage, part, section);
    return odd_job_section(job, section);
}

bool odd_job_given(const odd_job *job, const char *key)
{
    return odd_path_place(job, key) != NULL;
}

bool odd_list_has(const odd_list *list, const char *text)
{
    for (int64_t i = 0; i < list->count; i++)
        if (strcmp(list->item[i], text) == 0) return true;
    return false;
}

/* The default of a key: a message about a key that the user did not set says where it comes from.
 */
static void add_default(const odd_job *job, const char *key, odd_text *out)
{
    odd_job_part *part;
    const odd_option *o = odd_path_option(job, key, &part);
    if (!o) return;
    odd_text_add(out, " (default ");
    odd_value_write(o, (const char *)part->fields + o->offset, out);
    odd_text_add(out, ")");
}

static void add_place(const odd_job *job, const char *key, odd_text *out)
{
    const odd_job_place *place = odd_path_place(job, key);
    if (place && place->set) {
        odd_text_add(out, place->set);
        return;
    }
    if (job->path) odd_text_format(out, "%s:", job->path);
    if (place) odd_text_format(out, "%zu:%zu:", place->line, place->column);
    odd_text_format(out, "%s%s", job->path ? " " : "", key);
    if (!place) add_default(job, key, out);
}

odd_status odd_job_fail(const odd_job *job, const char *key, const char *format, ...)
{
    odd_text place = ODD_TEXT_EMPTY;
    va_list arguments;
    va_start(arguments, format);
    odd_fail_list(ODD_USAGE, format, arguments);
    va_end(arguments);
    add_place(job, key, &place);
    odd_fail_prefix(ODD_USAGE, "%s: ", odd_text_string(&place));
    odd_text_free(&place);
    return ODD_USAGE;
}

/* Path and value of each setting, in the order of the tables. */
static odd_hash digest_part(odd_hash h, const odd_job_part *part)
{
    const odd_section *section = part->section;
    const char *name = section->was ? section->was : section->name;
    for (int i = 0; i < part->option_count; i++) {
        const odd_option *o = &part->options[i];
        odd_text value = ODD_TEXT_EMPTY;
        odd_value_write(o, (const char *)part->fields + o->offset, &value);
        h = odd_hash_add_text(h, name);
        h = odd_hash_add_text(h, o->key);
        h = odd_hash_add_text(h, odd_text_string(&value));
        odd_text_free(&value);
    }
    return h;
}

odd_hash odd_job_digest(const odd_job *job, const char *section)
{
    odd_hash h = ODD_HASH_START;
    for (int i = 0; i < job->part_count; i++)
        if (strcmp(job->part[i].section->name, section) == 0) h = digest_part(h, &job->part[i]);
    return h;
}

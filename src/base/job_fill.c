/* Job filling: the settings of a YAML document go into the fields of a job.
 *
 * Only keys that are declared are followed, so the walk is as deep and as wide as the tables of
 * options are, whatever the document holds. */
#include "base/job_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    odd_job *job;
    const odd_job_source *source;
    yaml_document_t *document;
    const char *folder; /* where relative paths start */
} filling;

static odd_status fill_settings(const filling *f, const char *path, yaml_mark_t at,
                                const yaml_node_t *node);

static yaml_node_t *node_at(const filling *f, yaml_node_item_t item)
{
    return yaml_document_get_node(f->document, item);
}

/* ---- one option ---------------------------------------------------------------------------- */

static odd_status fill_default(const odd_option *option, void *field);

static void *field_of(const odd_job_part *part, const odd_option *option)
{
    return (char *)part->fields + option->offset;
}

static odd_status set_place(const odd_job_source *source, yaml_mark_t mark, odd_job_place *place)
{
    free(place->set);
    *place = (odd_job_place){NULL, 0, 0};
    if (source->is_file) {
        place->line = mark.line + 1;
        place->column = mark.column + 1;
    } else if (!(place->set = strdup(source->name))) {
        return odd_fail(ODD_NOMEM, "cannot allocate a text");
    }
    return ODD_OK;
}

/* null takes a setting back to its default. */
static odd_status fill_option(const filling *f, odd_job_part *part, const odd_option *option,
                              const char *path, const yaml_node_t *node)
{
    odd_job_place *place = &part->places[option - part->options];
    yaml_mark_t at = node->start_mark;
    if (odd_node_is_null(node)) {
        free(place->set);
        *place = (odd_job_place){NULL, 0, 0};
        return fill_default(option, field_of(part, option));
    }
    odd_status st = odd_node_read(f->document, option, node, field_of(part, option), &at);
    if (st == ODD_OK) st = odd_value_make_absolute(option, f->folder, field_of(part, option));
    if (st == ODD_OK) st = odd_hint_paths(option, field_of(part, option));
    if (st == ODD_OK) return set_place(f->source, node->start_mark, place);
    if (f->source->is_file) odd_fail_prefix(st, "%s: ", path);
    return odd_source_fail(f->source, st, at);
}

/* ---- a mapping of options and sections ------------------------------------------------------ */

static void tell_guess(const filling *f, const char *path)
{
    char guess[ODD_JOB_PATH];
    odd_text hint = ODD_TEXT_EMPTY;
    odd_hint_words(path, &hint);
    if (!hint.s && odd_path_guess(f->job, path, guess))
        odd_text_format(&hint, "; did you mean '%s'?", guess);
    odd_fail(ODD_USAGE, "unknown key '%s'%s", path, odd_text_string(&hint));
    odd_text_free(&hint);
}

static odd_status fail_unknown(const filling *f, const char *path, yaml_mark_t at)
{
    const odd_section *renamed = odd_path_renamed(f->job, path);
    if (renamed)
        odd_fail(ODD_USAGE, "the section '%s' is called '%s' now", renamed->was, renamed->name);
    else
        tell_guess(f, path);
    return odd_source_fail(f->source, ODD_USAGE, at);
}

/* YAML forbids a key given twice, but its library takes it, and the later one would win. */
static odd_status check_key(const filling *f, const yaml_node_t *mapping,
                            const yaml_node_pair_t *pair)
{
    const yaml_node_t *key = node_at(f, pair->key);
    if (key->type != YAML_SCALAR_NODE)
        return odd_source_fail(f->source, odd_node_unexpected("a key", key), key->start_mark);
    if (strchr(odd_node_text(key), '.')) {
        odd_fail(ODD_USAGE, "'%s' has a dot; keys are nested, not dotted", odd_node_text(key));
        return odd_source_fail(f->source, ODD_USAGE, key->start_mark);
    }
    for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < pair; p++) {
        const yaml_node_t *other = node_at(f, p->key);
        if (strcmp(odd_node_text(other), odd_node_text(key)) != 0) continue;
        odd_fail(ODD_USAGE, "'%s' is given twice, first on line %zu", odd_node_text(key),
                 other->start_mark.line + 1);
        return odd_source_fail(f->source, ODD_USAGE, key->start_mark);
    }
    return ODD_OK;
}

static odd_status fill_pair(const filling *f, const char *section, const yaml_node_pair_t *pair)
{
    char path[ODD_JOB_PATH];
    const yaml_node_t *key = node_at(f, pair->key), *value = node_at(f, pair->value);
    const char *name = odd_node_text(key);
    if (!odd_path_join(path, section, name) || *name == '\0')
        return fail_unknown(f, path, key->start_mark);
    return fill_settings(f, path, key->start_mark, value);
}

static void fail_no_mapping(const yaml_node_t *node)
{
    odd_text found = ODD_TEXT_EMPTY;
    odd_node_add_found(node, &found);
    if (node->type == YAML_SCALAR_NODE) odd_hint_words(odd_node_text(node), &found);
    odd_fail(ODD_USAGE, "expected a mapping of settings, found %s", odd_text_string(&found));
    odd_text_free(&found);
}

static odd_status fill_section(const filling *f, const char *section, const yaml_node_t *node)
{
    if (odd_node_is_null(node) || odd_node_is_nothing(node))
        return ODD_OK; /* all its keys commented out */
    if (node->type != YAML_MAPPING_NODE) {
        fail_no_mapping(node);
        if (*section) odd_fail_prefix(ODD_USAGE, "%s: ", section);
        return odd_source_fail(f->source, ODD_USAGE, node->start_mark);
    }
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; pair < node->data.mapping.pairs.top; pair++) {
        odd_status st = check_key(f, node, pair);
        if (st == ODD_OK) st = fill_pair(f, section, pair);
        if (st != ODD_OK) return st;
    }
    return ODD_OK;
}

/* Complaints about a section as a whole name the line that begins it. */
static odd_status note_section(const filling *f, const char *section, yaml_mark_t at)
{
    for (int i = 0; i < f->job->part_count; i++)
        if (strcmp(f->job->part[i].section->name, section) == 0)
            return set_place(f->source, at, &f->job->part[i].place);
    return ODD_OK;
}

static odd_status fill_settings(const filling *f, const char *path, yaml_mark_t at,
                                const yaml_node_t *node)
{
    odd_job_part *part;
    const odd_option *option = odd_path_option(f->job, path, &part);
    if (option) return fill_option(f, part, option, path, node);
    if (!odd_path_is_section(f->job, path)) return fail_unknown(f, path, at);
    odd_status st = note_section(f, path, at);
    return st == ODD_OK ? fill_section(f, path, node) : st;
}

/* ---- the three sources of settings ---------------------------------------------------------- */

odd_status odd_fill_file(odd_job *job, const char *bytes, size_t size)
{
    yaml_document_t document;
    odd_job_source source = {job->path, true, bytes, size};
    char *decoded;
    odd_status st;
    ODD_TRY(odd_source_decode(&source, &decoded));
    ODD_TRY(odd_source_parse(&source, &document));
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    if (!root) odd_log(ODD_LOG_INFO, "%s has no settings: all are at their defaults", job->path);
    if (root) st = fill_section(&(filling){job, &source, &document, job->folder}, "", root);
    yaml_document_delete(&document);
done:
    odd_free(decoded);
    return st;
}

static odd_status fill_word(odd_job *job, const odd_job_source *source, const char *folder,
                            const char *path)
{
    yaml_document_t document;
    const yaml_node_t nothing = {
        .type = YAML_SCALAR_NODE,
        .data.scalar = {.value = (yaml_char_t *)"", .style = YAML_PLAIN_SCALAR_STYLE}};
    odd_status st = odd_source_parse(source, &document);
    if (st != ODD_OK) return st;
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    if (!root) root = &nothing;
    st = fill_settings(&(filling){job, source, &document, folder}, path, root->start_mark, root);
    yaml_document_delete(&document);
    return st;
}

/* A path that is too long is cut, and then it is not known either. */
odd_status odd_fill_set(odd_job *job, const char *word, const char *folder)
{
    char path[ODD_JOB_PATH];
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) return odd_fail(ODD_USAGE, "--set %s: expected key=value", word);
    snprintf(path, sizeof path, "%.*s", (int)(equals - word), word);
    odd_text name = ODD_TEXT_EMPTY;
    odd_text_format(&name, "--set %s", word);
    odd_status st = odd_text_status(&name);
    const odd_job_source source = {name.s, false, equals + 1, strlen(equals + 1)};
    if (st == ODD_OK) st = fill_word(job, &source, folder, path);
    odd_text_free(&name);
    return st;
}

static odd_status read_default(const odd_option *option, const char *value, void *field)
{
    yaml_document_t document;
    yaml_mark_t at;
    const odd_job_source source = {option->key, false, value, strlen(value)};
    odd_status st = odd_source_parse(&source, &document);
    if (st != ODD_OK) return st;
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    st = root ? odd_node_read(&document, option, root, field, &at)
              : odd_fail(ODD_USAGE, "found nothing");
    yaml_document_delete(&document);
    return st;
}

/* The empty default is the empty text or list. A wrong one is a fault of our own tables. */
static odd_status fill_default(const odd_option *option, void *field)
{
    bool empty = !option->value || option->value[0] == '\0';
    if (empty && odd_option_is_text(option)) return odd_value_read(option, "", field);
    if (empty && odd_option_is_list(option)) return odd_value_read_list(NULL, 0, field);
    odd_status st = read_default(option, empty ? "" : option->value, field);
    return st == ODD_USAGE ? odd_fail_prefix(ODD_ARG, "default of '%s': ", option->key) : st;
}

odd_status odd_fill_defaults(odd_job *job)
{
    for (int i = 0; i < job->part_count; i++) {
        const odd_job_part *part = &job->part[i];
        for (const odd_option *o = part->options; o < part->options + part->option_count; o++) {
            odd_status st = fill_default(o, field_of(part, o));
            if (st != ODD_OK) return st;
        }
    }
    return ODD_OK;
}

/* Job YAML: bytes to one YAML document, with line and column for whatever is wrong.
 *
 * libyaml takes hours over a megabyte of '[' and follows any alias. So its events are looked
 * through first, which needs no memory, and files that are too deep never reach its loader. */
#include "base/job_internal.h"

#include <string.h>

#define DEEPEST 32

odd_status odd_source_fail(const odd_job_source *source, odd_status st, yaml_mark_t mark)
{
    if (!source->is_file) return odd_fail_prefix(st, "%s: ", source->name);
    return odd_fail_prefix(st, "%s:%zu:%zu: ", source->name, mark.line + 1, mark.column + 1);
}

yaml_mark_t odd_source_mark(const odd_job_source *source, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < source->size; i++) {
        bool begins = (source->bytes[i] & 0xC0) != 0x80; /* a character */
        mark.index += begins;
        mark.column += begins;
        if (source->bytes[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return mark;
}

static odd_status parser_failed(const odd_job_source *source, const yaml_parser_t *p)
{
    odd_text hint = ODD_TEXT_EMPTY;
    if (p->error == YAML_MEMORY_ERROR || !p->problem)
        return odd_fail(ODD_NOMEM, "cannot parse YAML");
    bool bad_bytes = p->error == YAML_READER_ERROR; /* which have an offset, but no mark */
    yaml_mark_t at = bad_bytes ? odd_source_mark(source, p->problem_offset) : p->problem_mark;
    odd_hint_syntax(source, p, at, &hint);
    odd_fail(ODD_USAGE, "not valid YAML: %s%s", p->problem, odd_text_string(&hint));
    odd_text_free(&hint);
    return odd_source_fail(source, ODD_USAGE, at);
}

/* What this event may not be, NULL if all is well. */
static const char *unsupported_in(const yaml_event_t *e, int depth, int documents)
{
    if (depth > DEEPEST) return "nested too deeply";
    if (documents > 1) return "a second document; a job is one";
    bool anchored = (e->type == YAML_SCALAR_EVENT && e->data.scalar.anchor) ||
                    (e->type == YAML_SEQUENCE_START_EVENT && e->data.sequence_start.anchor) ||
                    (e->type == YAML_MAPPING_START_EVENT && e->data.mapping_start.anchor);
    if (e->type == YAML_ALIAS_EVENT || anchored)
        return "anchors (&) and aliases (*) are not read; quote a text that begins so";
    return NULL;
}

static odd_status check_events(const odd_job_source *source, yaml_parser_t *p)
{
    int depth = 0, documents = 0;
    for (bool more = true; more;) {
        yaml_event_t e;
        if (!yaml_parser_parse(p, &e)) return parser_failed(source, p);
        depth += e.type == YAML_SEQUENCE_START_EVENT || e.type == YAML_MAPPING_START_EVENT;
        depth -= e.type == YAML_SEQUENCE_END_EVENT || e.type == YAML_MAPPING_END_EVENT;
        documents += e.type == YAML_DOCUMENT_START_EVENT;
        more = e.type != YAML_STREAM_END_EVENT;
        const char *what = unsupported_in(&e, depth, documents);
        yaml_mark_t mark = e.start_mark;
        yaml_event_delete(&e);
        if (what) return odd_source_fail(source, odd_fail(ODD_USAGE, "%s", what), mark);
    }
    return ODD_OK;
}

static odd_status load_document(const odd_job_source *source, yaml_parser_t *p,
                                yaml_document_t *document)
{
    return yaml_parser_load(p, document) ? ODD_OK : parser_failed(source, p);
}

static bool start_parser(yaml_parser_t *p, const odd_job_source *source)
{
    if (!yaml_parser_initialize(p)) return false;
    yaml_parser_set_encoding(p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(p, (const unsigned char *)source->bytes, source->size);
    return true;
}

odd_status odd_source_parse(const odd_job_source *source, yaml_document_t *document)
{
    yaml_parser_t p;
    if (!start_parser(&p, source)) return odd_fail(ODD_NOMEM, "cannot parse YAML");
    odd_status st = check_events(source, &p);
    yaml_parser_delete(&p);
    if (st != ODD_OK) return st;
    if (!start_parser(&p, source)) return odd_fail(ODD_NOMEM, "cannot parse YAML");
    st = load_document(source, &p, document);
    yaml_parser_delete(&p);
    return st;
}

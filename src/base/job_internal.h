/* Job: what its files share: where settings came from, how YAML is read, how values are turned
 * into fields and back. */
#ifndef ODDLOT_BASE_JOB_INTERNAL_H
#define ODDLOT_BASE_JOB_INTERNAL_H

#include "oddlot/base/job.h"

#include <yaml.h>

#define ODD_JOB_PATH 256 /* bytes of a dotted path, with the final 0; longer ones are not known */

/* Where a setting was given: a word of --set, or a line of the file; all 0 for a default. */
typedef struct {
    char *set;
    size_t line, column; /* from 1 */
} odd_job_place;

/* One section of a job. */
typedef struct {
    const odd_section *section;
    void *fields;          /* the struct that the offsets of the options point into */
    int option_count;      /* those of bases among them */
    odd_option *options;   /* (option_count) */
    odd_job_place place;   /* of the section's own mapping */
    odd_job_place *places; /* (option_count) */
} odd_job_part;

struct odd_job {
    char *path; /* NULL: no file */
    char *folder;
    odd_job_part *part;
    int part_count;
};

/* job.c */

/** All fields allocated, none filled. path: NULL for no file. */
odd_status odd_job_new(const char *path, const odd_section sections[], int count, odd_job **out);

/* job_paths.c: dotted paths */

/** "fit" and "detector" make "fit.detector"; "" and "fit" make "fit". False if it does not fit. */
bool odd_path_join(char path[static ODD_JOB_PATH], const char *section, const char *key);
/** What follows `section` in `path` ("fit" in "fit.mixture": "mixture"), NULL if not inside it. */
const char *odd_path_inside(const char *path, const char *section);
/** True if `section` or one inside it is declared. */
bool odd_path_is_section(const odd_job *job, const char *section);
/** The option at this path and its part; NULL if there is none. */
const odd_option *odd_path_option(const odd_job *job, const char *path, odd_job_part **part);
/** Where this option or section was given, NULL if unknown or a default. */
const odd_job_place *odd_path_place(const odd_job *job, const char *path);
/** The section that this path is in, or is, by the section's former name; NULL if there is none. */
const odd_section *odd_path_renamed(const odd_job *job, const char *path);
/** The known path that an unknown one was meant to be, written to `guess`; false if none is near.
 */
bool odd_path_guess(const odd_job *job, const char *path, char guess[static ODD_JOB_PATH]);

/* job_yaml.c: bytes to a YAML document */

/* Where YAML comes from. Faults in a file are named with line and column, others without. */
typedef struct {
    const char *name; /* "jobs/a.yaml" or "--set seed=2" */
    bool is_file;
    const char *bytes;
    size_t size;
} odd_job_source;

/** Put the place of a fault before its recorded reason. */
odd_status odd_source_fail(const odd_job_source *source, odd_status st, yaml_mark_t mark);
/** The place of a byte: line and column count characters, as libyaml does. */
yaml_mark_t odd_source_mark(const odd_job_source *source, size_t offset);
/** Parse one document. Owned by caller: yaml_document_delete(), only on success. */
odd_status odd_source_parse(const odd_job_source *source, yaml_document_t *document);

/* job_encoding.c: the bytes of a file to UTF-8 */

/** Make UTF-8 of what a file holds in UTF-8, UTF-16 or UTF-32, without a byte order mark. `owned`:
 *  new bytes of the source, if it needed any, else NULL; owned by caller: odd_free(), also on
 *  failure. */
odd_status odd_source_decode(odd_job_source *source, char **owned);

/* job_syntax_hints.c: what was most likely meant by a file that is not YAML; hints begin with "; "
 * or say nothing */

/** What makes one text of "key:value", "key = value" or of a blank that is none. */
void odd_hint_words(const char *text, odd_text *out);
/** What libyaml's problem at this mark comes from. */
void odd_hint_syntax(const odd_job_source *source, const yaml_parser_t *p, yaml_mark_t at,
                     odd_text *out);
/** Refuse an absolute path of PATH or PATHS that escapes have spoilt: there is no such file. */
odd_status odd_hint_paths(const odd_option *option, const void *field);

/* job_node.c: one node of YAML */

/** The text of a scalar; borrowed. */
const char *odd_node_text(const yaml_node_t *node);
/** `null` or `~`; a plain scalar without a character. */
bool odd_node_is_null(const yaml_node_t *node);
bool odd_node_is_nothing(const yaml_node_t *node);
/** The text of a node, for "expected an integer, found ...". */
void odd_node_add_found(const yaml_node_t *node, odd_text *out);
/** ODD_USAGE: "expected `what`, found ...". */
odd_status odd_node_unexpected(const char *what, const yaml_node_t *node);
/** Read a value into its field. On failure *at is moved to the item that is wrong. */
odd_status odd_node_read(yaml_document_t *document, const odd_option *option,
                         const yaml_node_t *node, void *field, yaml_mark_t *at);

/* job_parts.c: what is chosen by name */

/** "core, mixture, knn" */
void odd_parts_add_names(const odd_option *option, odd_text *out);
/** PART and PART_LIST take only the names that there are; other types any text. ODD_USAGE: "no
 * detector 'cor'; there are: core, knn; did you mean 'core'?" */
odd_status odd_parts_check(const odd_option *option, const char *given);

/* job_fill.c: a YAML document to the fields of a job */

/** Fill the defaults; the settings of the file job->path with these bytes; those of one --set, with
 *  relative paths from `folder` on. */
odd_status odd_fill_defaults(odd_job *job);
odd_status odd_fill_file(odd_job *job, const char *bytes, size_t size);
odd_status odd_fill_set(odd_job *job, const char *word, const char *folder);

/* job_value.c: one value between its text and its field */

/** Read a scalar; the field owns what it holds. The reason names what was expected and found. */
odd_status odd_value_read(const odd_option *option, const char *text, void *field);
/** LIST, PART_LIST and PATHS hold an odd_list, TEXT, CHOICE, PART and PATH a char *. */
bool odd_option_is_list(const odd_option *option);
bool odd_option_is_text(const odd_option *option);
/** Read a list from its items. */
odd_status odd_value_read_list(const char *const items[], int64_t count, void *field);
/** Make the relative paths of PATH and PATHS absolute: they start at `folder`. Others are left. */
odd_status odd_value_make_absolute(const odd_option *option, const char *folder, void *field);
void odd_value_free(const odd_option *option, void *field);
/** The value as YAML on one line: reading it gives the same value. */
void odd_value_write(const odd_option *option, const void *field, odd_text *out);
/** "an integer", "one of a, b" */
void odd_value_expected(const odd_option *option, odd_text *out);
/** Is what is expected a choice of names? */
bool odd_option_is_choice(const odd_option *option);

#endif

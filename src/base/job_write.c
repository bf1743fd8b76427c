/* Job writing: the settings in force as a commented job.yaml, and the reference of all options. */
#include "base/job_internal.h"
#include "oddlot/base/run_folder.h"

#include <stdio.h>
#include <string.h>

#define INDENT        4
#define VALUE_COLUMNS 40 /* of "key: value"; a longer one stands out instead of moving the rest */
#define TYPE_COLUMNS  40 /* of "(what is expected, default)"; after a longer one the help wraps */

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Fill up with blanks until the line that began at `start` is `width` wide. */
static void pad_line(odd_text *out, size_t start, size_t width)
{
    size_t now = out->length - start;
    if (now < width) odd_text_format(out, "%*s", (int)(width - now), "");
}

/* ---- job.yaml ------------------------------------------------------------------------------ */

static void write_setting(const odd_job_part *part, const odd_option *o, odd_text *out)
{
    odd_text_format(out, "%s: ", o->key);
    odd_value_write(o, (const char *)part->fields + o->offset, out);
}

/* Width of the widest "key: value" that is not too wide. */
static size_t width_of_settings(const odd_job_part *part)
{
    size_t width = 0;
    for (int i = 0; i < part->option_count; i++) {
        odd_text line = ODD_TEXT_EMPTY;
        write_setting(part, &part->options[i], &line);
        if (line.length <= VALUE_COLUMNS) width = max_of(width, line.length);
        odd_text_free(&line);
    }
    return width;
}

static void write_options(const odd_job_part *part, size_t indent, odd_text *out)
{
    size_t width = width_of_settings(part);
    for (int i = 0; i < part->option_count; i++) {
        const odd_option *o = &part->options[i];
        size_t start = out->length;
        pad_line(out, start, indent);
        write_setting(part, o, out);
        pad_line(out, start, indent + width);
        odd_text_format(out, "  # %s", o->help);
        if (odd_option_is_choice(o)) {
            odd_text_add(out, ": ");
            odd_value_expected(o, out);
        }
        odd_text_add(out, "\n");
    }
}

/* True if part i is the first one in `section`.child, whose path is written to `child`. */
static bool opens_child(const odd_job *job, const char *section, int i, char child[ODD_JOB_PATH])
{
    const char *name = job->part[i].section->name, *inside = odd_path_inside(name, section);
    if (!inside) return false;
    snprintf(child, ODD_JOB_PATH, "%.*s", (int)(inside - name) + (int)strcspn(inside, "."), name);
    for (int j = 0; j < i; j++) {
        const char *before = job->part[j].section->name;
        if (strcmp(before, child) == 0 || odd_path_inside(before, child)) return false;
    }
    return true;
}

static const odd_job_part *find_part(const odd_job *job, const char *section)
{
    for (int i = 0; i < job->part_count; i++)
        if (strcmp(job->part[i].section->name, section) == 0) return &job->part[i];
    return NULL;
}

static void write_heading(const odd_job_part *part, const char *key, size_t indent, odd_text *out)
{
    if (indent == 0) odd_text_add(out, "\n");
    pad_line(out, out->length, indent);
    odd_text_format(out, "%s:", key);
    if (part && part->section->help[0]) odd_text_format(out, "  # %s", part->section->help);
    odd_text_add(out, "\n");
}

/* The options of a section, then the sections in it, as deep as the tables go. */
static void write_section(const odd_job *job, const char *section, size_t indent, odd_text *out)
{
    char child[ODD_JOB_PATH];
    const odd_job_part *part = find_part(job, section);
    if (part) write_options(part, indent, out);
    for (int i = 0; i < job->part_count; i++) {
        if (!opens_child(job, section, i, child)) continue;
        write_heading(find_part(job, child), odd_path_inside(child, section), indent, out);
        write_section(job, child, indent + INDENT, out);
    }
}

void odd_job_write(const odd_job *job, odd_text *yaml)
{
    odd_text_add(yaml, ODD_JOB_HEAD "\n");
    write_section(job, "", 0, yaml);
}

/* ---- the reference ------------------------------------------------------------------------- */

static void describe_type(const odd_option *o, odd_text *out)
{
    bool empty = !o->value || o->value[0] == '\0';
    odd_text_add(out, "(");
    odd_value_expected(o, out);
    odd_text_format(out, ", default %s)", empty ? "none" : o->value);
}

/* Where the second and the third column of a section stand. */
typedef struct {
    size_t type, help;
} columns;

static columns columns_of(const odd_section *section)
{
    size_t key = 0, type = 0;
    odd_option o;
    for (int i = 0; odd_option_at(section->options, i, &o); i++) {
        odd_text text = ODD_TEXT_EMPTY;
        describe_type(&o, &text);
        key = max_of(key, strlen(o.key));
        if (text.length <= TYPE_COLUMNS) type = max_of(type, text.length);
        odd_text_free(&text);
    }
    return (columns){INDENT + key + 2, INDENT + key + 2 + type + 2};
}

static void describe_option(const odd_option *o, columns at, odd_text *out)
{
    size_t start = out->length;
    pad_line(out, start, INDENT);
    odd_text_add(out, o->key);
    pad_line(out, start, at.type);
    describe_type(o, out);
    if (out->length - start + 2 > at.help) {
        odd_text_add(out, "\n");
        start = out->length;
    }
    pad_line(out, start, at.help);
    odd_text_format(out, "%s\n", o->help);
}

static void describe_section(const odd_section *section, odd_text *out)
{
    columns at = columns_of(section);
    odd_option o;
    odd_text_format(out, "%s: %s\n", *section->name ? section->name : "(top)", section->help);
    for (int i = 0; odd_option_at(section->options, i, &o); i++)
        describe_option(&o, at, out);
}

void odd_job_keys(const odd_section sections[], int section_count, odd_text *out)
{
    char path[ODD_JOB_PATH];
    odd_option o;
    for (int s = 0; s < section_count; s++)
        for (int i = 0; odd_option_at(sections[s].options, i, &o); i++)
            if (odd_path_join(path, sections[s].name, o.key)) odd_text_format(out, "%s\n", path);
}

void odd_job_help(const odd_section sections[], int section_count, odd_text *out)
{
    for (int i = 0; i < section_count; i++) {
        if (i > 0) odd_text_add(out, "\n");
        describe_section(&sections[i], out);
    }
}

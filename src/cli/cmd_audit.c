/* oddlot audit: a catalogue that says itself what it is, by the job that is built in. */
#include "cli/cli_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_SETS = 3, KIND_SIZE = 32 };

/* The words of --set that the catalogue makes. */
typedef struct {
    odd_text kind, path, name;
} audit_words;

/* All of one kind; rank 0 looks, so that all ranks see the same. */
static odd_status recognise(const odd_words *words, char kind[KIND_SIZE])
{
    const char *first = NULL, *next;
    odd_status st = ODD_OK;
    if (words->words == 0)
        return odd_fail(ODD_USAGE, "which catalogue? `oddlot audit FOLDER`, or a CSV file, tar "
                                   "shards, IDX or HDF5 files");
    for (int i = 0; st == ODD_OK && i < words->words; i++) {
        st = odd_catalogue_recognise(words->word[i], &next);
        if (st == ODD_OK && first && strcmp(next, first) != 0)
            st = odd_fail(ODD_USAGE, "'%s' is of kind %s, but '%s' of kind %s: one kind at a time",
                          words->word[0], first, words->word[i], next);
        if (st == ODD_OK) first = next;
    }
    if (st == ODD_OK) snprintf(kind, KIND_SIZE, "%s", first);
    return st;
}

/* A text in quotes, as YAML and JSON have them. */
static void add_paths(const odd_words *words, odd_text *out)
{
    odd_text_add(out, "catalogue.path=[");
    for (int i = 0; i < words->words; i++) {
        odd_text_add(out, i > 0 ? ", " : "");
        odd_text_json(out, words->word[i]);
    }
    odd_text_add(out, "]");
}

/* The run is called after the catalogue: "photos" for ../photos/ and for photos.csv. */
static void add_name(const char *path, odd_text *out)
{
    char *whole = realpath(path, NULL);
    const char *slash = whole ? strrchr(whole, '/') : NULL;
    const char *name = slash && slash[1] ? slash + 1 : "audit";
    const char *dot = strrchr(name, '.');
    odd_text shown = ODD_TEXT_EMPTY;
    odd_text_bytes(&shown, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
    odd_text_add(out, "name=");
    odd_text_json(out, odd_text_string(&shown));
    odd_text_free(&shown);
    free(whole);
}

/* What the user says comes last, and wins. */
static odd_status load_with(const odd_words *words, const audit_words *own, odd_job **job)
{
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    const char **set = NULL;
    odd_status st;
    ODD_TRY(odd_text_status(&own->kind));
    ODD_TRY(odd_text_status(&own->path));
    ODD_TRY(odd_text_status(&own->name));
    ODD_TRY(ODD_NEW(set, OWN_SETS + words->sets));
    set[0] = odd_text_string(&own->kind);
    set[1] = odd_text_string(&own->path);
    set[2] = odd_text_string(&own->name);
    for (int i = 0; i < words->sets; i++)
        set[OWN_SETS + i] = words->set[i];
    ODD_TRY(odd_job_load_text("audit.yaml", odd_audit_job, set, OWN_SETS + words->sets, section,
                              sections, job));
done:
    odd_free(set);
    return st;
}

odd_status odd_load_audit(const odd_words *words, odd_job **job)
{
    audit_words own = {ODD_TEXT_EMPTY, ODD_TEXT_EMPTY, ODD_TEXT_EMPTY};
    char kind[KIND_SIZE] = "";
    const bool looks = odd_rank(MPI_COMM_WORLD) == 0;
    odd_status st;
    ODD_TRY_ALL(MPI_COMM_WORLD, looks ? recognise(words, kind) : ODD_OK);
    MPI_Bcast(kind, KIND_SIZE, MPI_CHAR, 0, MPI_COMM_WORLD);
    odd_text_format(&own.kind, "catalogue.kind=%s", kind);
    add_paths(words, &own.path);
    add_name(words->word[0], &own.name);
    ODD_TRY_ALL(MPI_COMM_WORLD, load_with(words, &own, job));
done:
    odd_text_free(&own.kind);
    odd_text_free(&own.path);
    odd_text_free(&own.name);
    return st;
}

odd_status odd_cmd_audit(int argc, char **argv)
{
    return odd_do_words(argc, argv, NULL, odd_load_audit);
}

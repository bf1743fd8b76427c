/**
 * Passed over: what a listing comes by and does not take, counted, and logged in a few lines. Ranks
 * that list parts of a catalogue count for themselves; what they counted is joined in their order.
 */
#ifndef ODDLOT_IMAGE_PASSED_H
#define ODDLOT_IMAGE_PASSED_H

#include "oddlot/base/text.h"

#define ODD_ENDING_SIZE  16  /* with the final 0; a longer one is no ending */
#define ODD_ENDING_SLOTS 512 /* a power of two; kinds of endings beyond half of it are one kind */

/* Some of one kind, and the name of the first of them. */
typedef struct {
    int64_t count;
    char *first; /* NULL: none; owned */
} odd_passed_kind;

/* Zeroed to begin. Owned: odd_passed_free(). */
typedef struct {
    int64_t files;          /* that could be images: all but those that file managers keep */
    int64_t endings;        /* of them, those passed over for their names, or for what is in them */
    odd_passed_kind kept;   /* files and folders that file managers keep for themselves */
    odd_passed_kind runs;   /* folders that runs write into */
    odd_passed_kind again;  /* folders, or shards, that were listed already */
    odd_passed_kind beside; /* files and folders beside shards */
    struct {
        char ending[ODD_ENDING_SIZE];
        int64_t count;
    } slot[ODD_ENDING_SLOTS];
    int slots;      /* that are used */
    odd_text notes; /* warnings, each with its 0 */
    int64_t *found; /* (paths) images below each path of the catalogue, where that is counted */
    int64_t paths;
} odd_passed;

/** True for files and folders that file managers, cameras' cards and NAS boxes keep for themselves:
 *  "._a.jpg", "Thumbs.db", ".thumbnails". `name` is one without slashes. */
bool odd_is_keepsake(const char *name);

/** Count a file that is no image by its name, or in it. */
void odd_passed_ending(odd_passed *p, const char *name);

/** Count one of a kind, called `name`. ODD_NOMEM. */
odd_status odd_passed_add(odd_passed_kind *kind, const char *name);

/** Count an image below one of `paths` paths, always as many. ODD_NOMEM. */
odd_status odd_passed_found(odd_passed *p, int64_t paths, int64_t path);

/** A warning that is told with what was passed over: only one rank logs. ODD_NOMEM. */
odd_status odd_passed_note(odd_passed *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** As bytes for another process of the same program, appended; what it was, added to what there is;
 *  *size bytes are read, of those that were packed. ODD_NOMEM. */
odd_status odd_passed_pack(const odd_passed *p, odd_text *out);
odd_status odd_passed_join(odd_passed *p, const char *packed, size_t *size);

/** ".txt (12), .pdf (3), no ending (1)": the most frequent first, a few of them. */
void odd_passed_endings(const odd_passed *p, odd_text *out);

/** Log the warnings; and what was passed over, nothing if nothing was. `content`: files were looked
 *  into. */
void odd_passed_log_notes(const odd_passed *p);
void odd_passed_log(const odd_passed *p, bool content);

void odd_passed_free(odd_passed *p);

#endif

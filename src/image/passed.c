/* Passed over: what a listing does not take, by endings and by reason. */
#include "oddlot/image/passed.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TOLD 5 /* kinds of endings that are named */

bool odd_is_keepsake(const char *name)
{
    static const char *const names[] = {
        ".DS_Store",  "Thumbs.db",  "desktop.ini",  ".thumbnails", "__MACOSX",
        "@eaDir",     ".@__thumb",  ".AppleDouble", ".Trashes",    ".Spotlight-V100",
        ".fseventsd", "#recycle",   "$RECYCLE.BIN", "ehthumbs.db", ".directory",
        ".localized", "lost+found", ".apdisk",      NULL,
    };
    for (int i = 0; names[i]; i++)
        if (strcasecmp(name, names[i]) == 0) return true;
    return strncmp(name, "._", 2) == 0 && name[2] != '\0';
}

/* In lower case, with its dot; "" where there is none. */
static void ending_of(const char *name, char ending[static ODD_ENDING_SIZE])
{
    const char *dot = strrchr(name, '.');
    size_t length = dot && dot != name ? strlen(dot) : 0;
    if (length >= ODD_ENDING_SIZE || length < 2) length = 0;
    for (size_t i = 0; i < length; i++)
        ending[i] = (char)tolower((unsigned char)dot[i]);
    ending[length] = '\0';
}

/* An open-addressing table, at most half full; endings that come later are only counted. */
static void add_endings(odd_passed *p, const char ending[static ODD_ENDING_SIZE], int64_t count)
{
    uint64_t i = odd_hash_add_text(ODD_HASH_START, ending).low % ODD_ENDING_SLOTS;
    while (p->slot[i].count > 0 && strcmp(p->slot[i].ending, ending) != 0)
        i = (i + 1) % ODD_ENDING_SLOTS;
    if (p->slot[i].count == 0 && p->slots >= ODD_ENDING_SLOTS / 2) return; /* one of the others */
    p->slots += p->slot[i].count == 0;
    memcpy(p->slot[i].ending, ending, ODD_ENDING_SIZE);
    p->slot[i].count += count;
}

void odd_passed_ending(odd_passed *p, const char *name)
{
    char ending[ODD_ENDING_SIZE];
    ending_of(name, ending);
    p->endings++;
    add_endings(p, ending, 1);
}

odd_status odd_passed_add(odd_passed_kind *kind, const char *name)
{
    if (kind->count++ > 0) return ODD_OK;
    kind->first = strdup(name);
    return kind->first ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a name");
}

static odd_status make_found(odd_passed *p, int64_t paths)
{
    odd_status st = ODD_OK;
    if (p->found) return ODD_OK;
    ODD_TRY(ODD_NEW(p->found, paths));
    p->paths = paths;
done:
    return st;
}

odd_status odd_passed_found(odd_passed *p, int64_t paths, int64_t path)
{
    odd_status st = make_found(p, paths);
    if (st == ODD_OK) p->found[path]++;
    return st;
}

odd_status odd_passed_note(odd_passed *p, const char *format, ...)
{
    char note[ODD_REASON_SIZE];
    va_list words;
    va_start(words, format);
    vsnprintf(note, sizeof note, format, words);
    va_end(words);
    odd_text_bytes(&p->notes, note, strlen(note) + 1);
    return odd_text_status(&p->notes);
}

/* ---- from rank to rank ---- */

enum { KINDS = 4 };

static odd_passed_kind *kind_of(odd_passed *p, int k)
{
    odd_passed_kind *const kind[KINDS] = {&p->kept, &p->runs, &p->again, &p->beside};
    return kind[k];
}

/* The struct as it is, and what it points to. */
odd_status odd_passed_pack(const odd_passed *p, odd_text *out)
{
    odd_passed copy = *p;
    odd_text_bytes(out, &copy, sizeof copy);
    for (int k = 0; k < KINDS; k++) {
        const char *first = kind_of(&copy, k)->first;
        odd_text_bytes(out, first ? first : "", first ? strlen(first) + 1 : 1);
    }
    odd_text_bytes(out, p->notes.s, p->notes.length);
    odd_text_bytes(out, p->found, (size_t)p->paths * sizeof *p->found);
    return odd_text_status(out);
}

static odd_status join_kind(odd_passed_kind *to, const odd_passed_kind *from, const char *first)
{
    odd_status st = ODD_OK;
    if (from->count == 0) return ODD_OK;
    const int64_t count = to->count + from->count;
    if (to->count == 0) ODD_TRY(odd_passed_add(to, first));
    to->count = count;
done:
    return st;
}

/* Packed, they lie anywhere. */
static odd_status join_found(odd_passed *p, int64_t paths, const char *packed)
{
    odd_status st = ODD_OK;
    if (paths == 0) return ODD_OK;
    ODD_TRY(make_found(p, paths));
    for (int64_t i = 0; i < paths; i++) {
        int64_t found;
        memcpy(&found, packed + (size_t)i * sizeof found, sizeof found);
        p->found[i] += found;
    }
done:
    return st;
}

odd_status odd_passed_join(odd_passed *p, const char *packed, size_t *size)
{
    const char *text = packed + sizeof *p;
    odd_passed from;
    odd_status st;
    memcpy(&from, packed, sizeof from);
    p->files += from.files;
    p->endings += from.endings;
    for (int i = 0; i < ODD_ENDING_SLOTS; i++)
        if (from.slot[i].count > 0) add_endings(p, from.slot[i].ending, from.slot[i].count);
    for (int k = 0; k < KINDS; k++, text += strlen(text) + 1)
        ODD_TRY(join_kind(kind_of(p, k), kind_of(&from, k), text));
    odd_text_bytes(&p->notes, text, from.notes.length);
    ODD_TRY(odd_text_status(&p->notes));
    ODD_TRY(join_found(p, from.paths, text + from.notes.length));
    *size = (size_t)(text - packed) + from.notes.length + (size_t)from.paths * sizeof *p->found;
done:
    return st;
}

/* ---- for people ---- */

/* The most frequent ending that comes behind slot `last` in that order (-1: the first of all), -1:
 * there is none. Equal ones come by name. */
static int next_slot(const odd_passed *p, int last)
{
    int best = -1;
    for (int i = 0; i < ODD_ENDING_SLOTS; i++) {
        const bool behind = last < 0 || p->slot[i].count < p->slot[last].count ||
                            (p->slot[i].count == p->slot[last].count &&
                             strcmp(p->slot[i].ending, p->slot[last].ending) > 0);
        if (p->slot[i].count == 0 || !behind) continue;
        if (best < 0 || p->slot[i].count > p->slot[best].count ||
            (p->slot[i].count == p->slot[best].count &&
             strcmp(p->slot[i].ending, p->slot[best].ending) < 0))
            best = i;
    }
    return best;
}

void odd_passed_endings(const odd_passed *p, odd_text *out)
{
    char count[32];
    int64_t rest = p->endings;
    int i = next_slot(p, -1);
    for (int told = 0; told < TOLD && i >= 0; told++, i = next_slot(p, i)) {
        odd_text_add(out, told > 0 ? ", " : "");
        odd_text_printable(out, *p->slot[i].ending ? p->slot[i].ending : "no ending");
        odd_text_format(out, " (%s)", odd_human_count(p->slot[i].count, count));
        rest -= p->slot[i].count;
    }
    if (rest > 0) odd_text_format(out, ", others (%s)", odd_human_count(rest, count));
}

static void log_endings(const odd_passed *p, bool content)
{
    odd_text text = ODD_TEXT_EMPTY;
    char passed[32], files[32];
    odd_passed_endings(p, &text);
    odd_log(ODD_LOG_INFO, "catalogue: %s of %s files passed over, which do not %s: %s%s",
            odd_human_count(p->endings, passed), odd_human_count(p->files, files),
            content ? "begin as images do" : "end in one of catalogue.extensions",
            odd_text_string(&text),
            content ? "" : "; with catalogue.extensions=any those are taken that hold an image");
    odd_text_free(&text);
}

static void log_kind(const odd_passed_kind *kind, const char *what)
{
    odd_text name = ODD_TEXT_EMPTY;
    char count[32];
    if (kind->count == 0) return;
    odd_text_printable(&name, kind->first);
    odd_log(ODD_LOG_INFO, "catalogue: left out %s: %s, %s'%s'", what,
            odd_human_count(kind->count, count), kind->count > 1 ? "the first is " : "",
            odd_text_string(&name));
    odd_text_free(&name);
}

void odd_passed_log_notes(const odd_passed *p)
{
    const char *note = odd_text_string(&p->notes);
    for (const char *end = note + p->notes.length; note < end; note += strlen(note) + 1)
        odd_log(ODD_LOG_WARN, "%s", note);
}

void odd_passed_log(const odd_passed *p, bool content)
{
    if (p->endings > 0) log_endings(p, content);
    log_kind(&p->kept, "what file managers keep for themselves");
    log_kind(&p->runs, "what oddlot itself wrote");
    log_kind(&p->beside, "what is beside the shards");
    log_kind(&p->again, "what leads to something listed already");
}

void odd_passed_free(odd_passed *p)
{
    free(p->kept.first);
    free(p->runs.first);
    free(p->again.first);
    free(p->beside.first);
    odd_text_free(&p->notes);
    odd_free(p->found);
    p->found = NULL;
    p->paths = 0;
    p->kept = p->runs = p->again = p->beside = (odd_passed_kind){0, NULL};
}

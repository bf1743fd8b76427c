/* Passed over: what a listing does not take, by endings and by reason. */
#include "oddlot/image/passed.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/log.h"
#include "oddlot/base/text.h"

#include <ctype.h>
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
void odd_passed_ending(odd_passed *p, const char *name)
{
    char ending[ODD_ENDING_SIZE];
    ending_of(name, ending);
    uint64_t i = odd_hash_add_text(ODD_HASH_START, ending).low % ODD_ENDING_SLOTS;
    p->endings++;
    while (p->slot[i].count > 0 && strcmp(p->slot[i].ending, ending) != 0)
        i = (i + 1) % ODD_ENDING_SLOTS;
    if (p->slot[i].count == 0 && p->slots >= ODD_ENDING_SLOTS / 2) return; /* one of the others */
    p->slots += p->slot[i].count == 0;
    memcpy(p->slot[i].ending, ending, sizeof ending);
    p->slot[i].count++;
}

odd_status odd_passed_add(odd_passed_kind *kind, const char *name)
{
    if (kind->count++ > 0) return ODD_OK;
    kind->first = strdup(name);
    return kind->first ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a name");
}

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
    p->kept = p->runs = p->again = p->beside = (odd_passed_kind){0, NULL};
}

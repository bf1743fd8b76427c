/**
 * Findings: what an audit says to a person, one by one: about an image, a pair or a group, of one
 * kind, by one check, with how much it matters, what was measured, and a sentence.
 *
 * Each rank adds its own. odd_findings_gather() brings them to rank 0 in one order that does not
 * depend on ranks: by kind, the most severe first, then by check and by rows. Memory is bounded: of
 * each check the `most` worst are kept (check.most, 100,000), all are counted. A finding takes
 * about 100 bytes, its sentence and 8 bytes a member; a sink holds twice what it keeps at a time.
 * Rank 0 has what all ranks have kept while it joins it, so up to `most` findings of a check from
 * each rank and no more than there are, and of groups and copies all members, then the `most` of
 * each check, with the text of findings.csv.
 */
#ifndef ODDLOT_RUN_FINDINGS_H
#define ODDLOT_RUN_FINDINGS_H

#include "oddlot/base/status.h"
#include "oddlot/run/ignored.h"
#include "oddlot/run/image_facts.h"
#include "oddlot/store/file.h"

#include <math.h>
#include <mpi.h>
#include <stdint.h>

/* name, word, what people read of it; in the order in which they are shown */
#define ODD_FINDING_KINDS(X)                                                                       \
    X(UNREADABLE, "unreadable", "files that cannot be read")                                       \
    X(PLACEHOLDER, "placeholder", "pictures that stand for many products")                         \
    X(DUPLICATE, "duplicate", "images that are there more than once")                              \
    X(HYGIENE, "hygiene", "images that are technically poor")                                      \
    X(DAMAGE, "damage", "images that look damaged")                                                \
    X(RULE, "rule", "images that break the rules of a channel")                                    \
    X(GROUP, "group", "groups of images that are apart from all others")                           \
    X(ODD, "odd", "images that are unlike the others")                                             \
    X(CATEGORY, "category",                                                                        \
      "images that fit another category better, and categories that are unclear")

#define ODD_FINDING_ENUM(name, word, about) ODD_FINDING_##name,
typedef enum { ODD_FINDING_KINDS(ODD_FINDING_ENUM) ODD_FINDING_KIND_COUNT } odd_finding_kind;

/** "rule", and what people read of it. Static. @local */
const char *odd_finding_kind_word(odd_finding_kind kind);
const char *odd_finding_kind_about(odd_finding_kind kind);

enum {
    ODD_FINDING_CHECK = 32,    /* bytes of the name of a check, with the final 0 */
    ODD_FINDING_UNIT = 32,     /* of a unit */
    ODD_FINDING_SENTENCE = 512 /* of a sentence */
};

enum { ODD_BOX_LEFT, ODD_BOX_TOP, ODD_BOX_RIGHT, ODD_BOX_BOTTOM, ODD_BOX_SIDES };
#define ODD_BOX_NONE                                                                               \
    {                                                                                              \
        NAN, NAN, NAN, NAN                                                                         \
    }

typedef struct {
    odd_finding_kind kind;
    const char *check;        /* "blur" */
    double severity;          /* 0 ... 1 */
    double value, limit;      /* as measured, and what it should have kept to; NaN: none */
    const char *unit;         /* of both; "": a number, or none */
    const char *sentence;     /* for a person: "the product fills 41 % of the picture; google wants
                                 75 to 90 %" */
    float box[ODD_BOX_SIDES]; /* where it is seen, shares of width and height as the upright file
                                 has them; NaN: everywhere, or nowhere in particular */
    const int64_t *row;       /* (rows) of the catalogue, each once; the first is the one that it is
                                 about, of a group the best copy */
    int64_t rows;             /* at least 1 */
} odd_finding;

/* What a check found in all. */
typedef struct {
    odd_finding_kind kind;
    char check[ODD_FINDING_CHECK];
    int64_t found;      /* findings, those that are listed and those that are not */
    int64_t listed;     /* of them: at most `most` */
    int64_t ignored;    /* left out, not among the found */
    int64_t unmeasured; /* images of which the check could not know */
    double worst;       /* severity, of the found; 0 where there are none */
} odd_findings_tally;

typedef struct odd_findings odd_findings;

/** An empty sink. most: findings of a check that are kept, at least 1. @local; @same most */
odd_status odd_findings_new(int64_t most, odd_findings **out);
void odd_findings_free(odd_findings **findings);

/** Leave out from now on what is on this list, and count it. Kept: both. @local */
void odd_findings_ignore(odd_findings *findings, const odd_ignored *ignored,
                         odd_image_facts *facts);

/** Add one; all that it points to is copied. One thread at a time. @local; ODD_NOMEM; where some
 *  are left out, what odd_image_text_of() returns */
odd_status odd_findings_add(odd_findings *findings, const odd_finding *finding);

/** Add to the images of which a check could not know: it is told that it was there, also where it
 *  found nothing. @local; ODD_NOMEM */
odd_status odd_findings_note(odd_findings *findings, odd_finding_kind kind, const char *check,
                             int64_t unmeasured);

/** Bring all to rank 0, in order; the others keep none. The tallies are those of all, on every
 *  rank. @collective; ODD_NOMEM */
odd_status odd_findings_gather(MPI_Comm comm, odd_findings *findings);

/** Which measure a check judges, from 1 on; 0: one that no other does. */
typedef int (*odd_finding_measure)(odd_finding_kind kind, const char *check);

/** Where gathered findings of two kinds judge one measure of an image, the more severe one stays
 *  and names both; of equals that of the later kind. Tallies are those of rank 0 then. @local;
 *  ODD_NOMEM */
odd_status odd_findings_join(odd_findings *findings, odd_finding_measure of);

int64_t odd_findings_count(const odd_findings *findings);
/** The i-th; what it points to is borrowed until the next change. @local */
odd_finding odd_findings_at(const odd_findings *findings, int64_t i);

/** Tallies by kind and name of the check, once gathered or read. @local */
int odd_findings_tallies(const odd_findings *findings);
const odd_findings_tally *odd_findings_tally_at(const odd_findings *findings, int i);
/** All of them, by kind and in a kind those with the worst findings first:
 * (odd_findings_tallies(f)). Owned by caller: odd_free(); what it points to is lent. @local;
 * ODD_NOMEM */
odd_status odd_findings_tallies_sorted(const odd_findings *f, const odd_findings_tally ***out);

/** Write gathered findings:
 *    finding/  kind (word), check, severity, value, limit, unit, sentence, box (n, 4), first (n +
 * 1) member/   row: finding i has first[i] ... first[i + 1] - 1 of them tally/    kind, check,
 * found, listed, ignored, unmeasured, worst
 *  @collective */
odd_status odd_findings_write(MPI_Comm comm, odd_file *file, const odd_findings *findings);

/** Read them again, of each check the first `most`, which the tallies then call listed; 0: tallies
 *  alone. images: of the catalogue. A few thousand are in memory at a time besides. Owned by
 * caller.
 *  @local; ODD_FORMAT */
odd_status odd_findings_read(const odd_file *file, int64_t images, int64_t most,
                             odd_findings **out);

/** The name of an image; borrowed until the next call. @local */
typedef odd_status (*odd_image_namer)(void *context, int64_t image, const char **name);

/** One line each: kind, check, severity, path, value, limit, unit, sentence, box ("left top right
 *  bottom"), members (their count), others (a list of JSON: the further paths). Fields are safe for
 *  spreadsheets, see odd_text_csv(). name: such as odd_image_name_of(). @local; ODD_IO, ODD_NOMEM,
 *  what `name` returns */
odd_status odd_findings_write_csv(const char *path, const odd_findings *findings,
                                  odd_image_namer name, void *context);

#endif

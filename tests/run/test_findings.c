/* Findings: the same list, whichever ranks they come from; the worst are kept, all are counted;
 * what is written is read again. */
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { COUNT = 97, IMAGES = 50, MOST_MEMBERS = 4 };

/* Finding i of the test: five checks of three kinds, some equally severe, one to four members. */
static odd_status add_finding(odd_findings *f, int i)
{
    static const char *const check[] = {"blur", "dark", "width", "same", "border"};
    static const odd_finding_kind kind[] = {ODD_FINDING_HYGIENE, ODD_FINDING_HYGIENE,
                                            ODD_FINDING_RULE, ODD_FINDING_DUPLICATE,
                                            ODD_FINDING_RULE};
    int64_t row[MOST_MEMBERS];
    char sentence[64];
    for (int k = 0; k < MOST_MEMBERS; k++)
        row[k] = (i * 7 + k * 11) % IMAGES;
    snprintf(sentence, sizeof sentence, "number %d", i);
    const odd_finding finding = {
        .kind = kind[i % 5],
        .check = check[i % 5],
        .severity = (i * 13 % 10) / 10.0,
        .value = i % 3 ? (double)i : (double)NAN,
        .limit = i % 4 ? (double)NAN : -(double)i,
        .unit = i % 2 ? "pixels" : "",
        .sentence = sentence,
        .box = {0, 0, i % 2 ? NAN : 0.5f, 1},
        .row = row,
        .rows = 1 + i % MOST_MEMBERS,
    };
    return odd_findings_add(f, &finding);
}

/* All findings that `mine` picks of this rank, gathered over comm. */
static odd_findings *gathered(MPI_Comm comm, int64_t most)
{
    odd_findings *f = NULL;
    bool good = odd_findings_new(most, &f) == ODD_OK;
    /* the order in which they are added says nothing, either */
    for (int i = COUNT; i-- > 0;)
        if (i * 5 % odd_size(comm) == odd_rank(comm)) good = good && add_finding(f, i) == ODD_OK;
    good = good && odd_findings_note(f, ODD_FINDING_HYGIENE, "grey", odd_rank(comm) == 0) == ODD_OK;
    if (check_all(comm, good)) check_all(comm, odd_findings_gather(comm, f) == ODD_OK);
    return f;
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_finding(odd_finding a, odd_finding b)
{
    bool same = a.kind == b.kind && strcmp(a.check, b.check) == 0 && a.severity == b.severity &&
                same_number(a.value, b.value) && same_number(a.limit, b.limit) &&
                strcmp(a.unit, b.unit) == 0 && strcmp(a.sentence, b.sentence) == 0 &&
                a.rows == b.rows;
    for (int k = 0; k < ODD_BOX_SIDES; k++)
        same = same && same_number((double)a.box[k], (double)b.box[k]);
    return same && memcmp(a.row, b.row, (size_t)a.rows * sizeof *a.row) == 0;
}

static bool same_tallies(const odd_findings *a, const odd_findings *b)
{
    bool same = odd_findings_tallies(a) == odd_findings_tallies(b);
    for (int i = 0; same && i < odd_findings_tallies(a); i++) {
        const odd_findings_tally *p = odd_findings_tally_at(a, i), *q = odd_findings_tally_at(b, i);
        same = p->kind == q->kind && strcmp(p->check, q->check) == 0 && p->found == q->found &&
               p->listed == q->listed && p->ignored == q->ignored &&
               p->unmeasured == q->unmeasured && p->worst == q->worst;
    }
    return same;
}

static bool same_findings(const odd_findings *a, const odd_findings *b)
{
    bool same = odd_findings_count(a) == odd_findings_count(b) && same_tallies(a, b);
    for (int64_t i = 0; same && i < odd_findings_count(a); i++)
        same = same_finding(odd_findings_at(a, i), odd_findings_at(b, i));
    return same;
}

/* By kind, then falling severity, then check. */
static bool in_order(const odd_findings *f)
{
    for (int64_t i = 1; i < odd_findings_count(f); i++) {
        const odd_finding a = odd_findings_at(f, i - 1), b = odd_findings_at(f, i);
        if (a.kind != b.kind ? a.kind > b.kind : a.severity < b.severity) return false;
        if (a.kind == b.kind && a.severity == b.severity && strcmp(a.check, b.check) > 0)
            return false;
    }
    return true;
}

static void test_any_ranks(void)
{
    odd_findings *f = gathered(WORLD, COUNT), *alone = gathered(MPI_COMM_SELF, COUNT);
    const bool root = odd_rank(WORLD) == 0;
    check_all(WORLD, odd_findings_count(alone) == COUNT && in_order(alone));
    check_all(WORLD, root ? same_findings(f, alone) : odd_findings_count(f) == 0);
    check_all(WORLD, same_tallies(f, alone));
    /* same; blur, dark, grey; border, width: by kind, then by name */
    const odd_findings_tally *first = odd_findings_tally_at(f, 0);
    const odd_findings_tally *grey = odd_findings_tally_at(f, 3);
    check_all(WORLD, odd_findings_tallies(f) == 6 && strcmp(first->check, "same") == 0);
    check_all(WORLD, strcmp(grey->check, "grey") == 0 && grey->found == 0 && grey->unmeasured == 1);
    odd_findings_free(&f);
    odd_findings_free(&alone);
}

static void test_most(void)
{
    enum { MOST = 6 };
    odd_findings *f = gathered(WORLD, MOST), *all = gathered(MPI_COMM_SELF, COUNT);
    int64_t of_check[6] = {0};
    bool good = true;
    for (int t = 0; t < odd_findings_tallies(f); t++) {
        const odd_findings_tally *a = odd_findings_tally_at(f, t),
                                 *b = odd_findings_tally_at(all, t);
        good = good && a->found == b->found && a->worst == b->worst;
        good = good && a->listed == (a->found < MOST ? a->found : MOST);
    }
    check_all(WORLD, good);
    /* those that stay are the first of each check in the list of all */
    for (int64_t i = 0, at = 0; odd_rank(WORLD) == 0 && i < odd_findings_count(all); i++) {
        const odd_finding finding = odd_findings_at(all, i);
        int t = 0;
        while (strcmp(odd_findings_tally_at(all, t)->check, finding.check) != 0)
            t++;
        if (of_check[t]++ >= MOST) continue;
        good = good && at < odd_findings_count(f) && same_finding(finding, odd_findings_at(f, at));
        at++;
    }
    check_all(WORLD, good);
    odd_findings_free(&f);
    odd_findings_free(&all);
}

/* Many more than a sink keeps: what it drops on the way changes nothing. */
static void test_pruned(void)
{
    enum { MANY = 150000, MOST = 40 };
    const odd_finding_kind kind = ODD_FINDING_RULE;
    odd_findings *f = NULL;
    bool good = odd_findings_new(MOST, &f) == ODD_OK;
    for (int64_t i = 0; i < MANY && good; i++) {
        const int64_t row = i * 7919 % MANY;
        const odd_finding finding = {kind, "width", (double)row / MANY, 0,    0,
                                     "",   "",      ODD_BOX_NONE,       &row, 1};
        good = odd_findings_add(f, &finding) == ODD_OK;
    }
    if (!check_all(WORLD, good && odd_findings_gather(WORLD, f) == ODD_OK)) return;
    good = odd_findings_tally_at(f, 0)->found == (int64_t)MANY * odd_size(WORLD);
    for (int64_t i = 0; i < odd_findings_count(f); i++)
        good = good && odd_findings_at(f, i).row[0] == MANY - 1 - i / odd_size(WORLD);
    check_all(WORLD, good);
    check_all(WORLD, odd_findings_count(f) == (odd_rank(WORLD) == 0 ? MOST : 0));
    odd_findings_free(&f);
}

static odd_file *written(const odd_findings *f)
{
    odd_file *file = NULL;
    if (!check_all(WORLD, odd_file_create(WORLD, fixture_path("findings.h5"), &fixture_from,
                                          &file) == ODD_OK))
        return NULL;
    check_all(WORLD, odd_findings_write(WORLD, file, f) == ODD_OK);
    if (!check_all(WORLD, odd_file_publish(&file) == ODD_OK)) return NULL;
    check_all(WORLD, odd_file_open(WORLD, fixture_path("findings.h5"), false, &file) == ODD_OK);
    return file;
}

/* Of each check the first `most` of those that are there. f: read whole */
static bool is_beginning(const odd_findings *f, const odd_findings *some, int64_t most)
{
    int64_t at = 0;
    bool good = odd_findings_tallies(f) == odd_findings_tallies(some);
    for (int64_t i = 0; good && i < odd_findings_count(f); i++) {
        const odd_finding finding = odd_findings_at(f, i);
        int64_t before = 0;
        for (int64_t j = 0; j < i; j++)
            before += strcmp(odd_findings_at(f, j).check, finding.check) == 0;
        if (before >= most) continue;
        good = at < odd_findings_count(some) &&
               strcmp(odd_findings_at(some, at).sentence, finding.sentence) == 0 &&
               odd_findings_at(some, at).rows == finding.rows;
        at++;
    }
    return good && at == odd_findings_count(some);
}

static void check_some(const odd_file *file, const odd_findings *whole)
{
    static const int64_t most[] = {0, 1, 3, COUNT};
    for (size_t m = 0; m < sizeof most / sizeof *most; m++) {
        odd_findings *some = NULL;
        check_all(WORLD, odd_findings_read(file, IMAGES, most[m], &some) == ODD_OK &&
                             is_beginning(whole, some, most[m]));
        odd_findings_free(&some);
    }
}

static void check_written(odd_findings *f)
{
    odd_findings *again = NULL;
    fixture_folder(WORLD);
    odd_file *file = written(f);
    if (!file) return;
    if (check_all(WORLD, odd_findings_read(file, IMAGES, INT64_MAX, &again) == ODD_OK))
        check_all(WORLD, odd_rank(WORLD) != 0 || same_findings(f, again));
    if (again) check_some(file, again);
    odd_findings_free(&again);
    /* a catalogue that does not have these images */
    const bool some = odd_findings_count(f) > 0;
    check_all(WORLD, !some || odd_findings_read(file, IMAGES / 2, INT64_MAX, &again) == ODD_FORMAT);
    odd_findings_free(&again);
    odd_file_close(&file);
    fixture_remove(WORLD);
    check_all(WORLD, odd_store_open_objects() == 0);
}

static void test_file(void)
{
    odd_findings *f = gathered(WORLD, COUNT), *none = NULL;
    check_written(f);
    odd_findings_free(&f);
    if (check_all(WORLD, odd_findings_new(1, &none) == ODD_OK &&
                             odd_findings_gather(WORLD, none) == ODD_OK))
        check_written(none);
    odd_findings_free(&none);
}

const char *odd_test_name = "findings";
static odd_status add_judged(odd_findings *f, odd_finding_kind kind, const char *check, int64_t row,
                             double severity)
{
    const odd_finding finding = {.kind = kind,
                                 .check = check,
                                 .severity = severity,
                                 .value = 1,
                                 .limit = 2,
                                 .unit = "",
                                 .sentence = "it fills 41 %",
                                 .box = ODD_BOX_NONE,
                                 .row = &row,
                                 .rows = 1};
    return odd_findings_add(f, &finding);
}

static int fill_measure(odd_finding_kind kind, const char *check)
{
    return kind == ODD_FINDING_HYGIENE && strcmp(check, "small") == 0 ? 1
           : kind == ODD_FINDING_RULE && strcmp(check, "fill") == 0   ? 1
                                                                      : 0;
}

/* Image 1: the rule is more severe; 2: hygiene; 3: alike; 4 and 5: one of them, and another. */
static odd_status add_all_judged(odd_findings *f)
{
    const odd_finding_kind hygiene = ODD_FINDING_HYGIENE, rule = ODD_FINDING_RULE;
    odd_status st;
    ODD_TRY(add_judged(f, hygiene, "small", 1, 0.3));
    ODD_TRY(add_judged(f, rule, "fill", 1, 0.7));
    ODD_TRY(add_judged(f, hygiene, "small", 2, 0.9));
    ODD_TRY(add_judged(f, rule, "fill", 2, 0.6));
    ODD_TRY(add_judged(f, hygiene, "small", 3, 0.5));
    ODD_TRY(add_judged(f, rule, "fill", 3, 0.5));
    ODD_TRY(add_judged(f, hygiene, "small", 4, 0.2));
    ODD_TRY(add_judged(f, rule, "width", 4, 0.8));
    ODD_TRY(add_judged(f, rule, "fill", 5, 0.4));
done:
    return st;
}

static void check_joined(const odd_findings *f)
{
    static const char *const check[] = {"small", "small", "width", "fill", "fill", "fill"};
    static const int64_t row[] = {2, 4, 4, 1, 3, 5};
    static const bool both[] = {true, false, false, true, true, false};
    CU_ASSERT_EQUAL(odd_findings_count(f), 6);
    for (int i = 0; i < 6 && odd_findings_count(f) == 6; i++) {
        const odd_finding is = odd_findings_at(f, i);
        CU_ASSERT(strcmp(is.check, check[i]) == 0 && is.row[0] == row[i]);
        CU_ASSERT((strstr(is.sentence, " finds, too") != NULL) == both[i]);
    }
    for (int i = 0; i < odd_findings_tallies(f); i++) {
        const odd_findings_tally *t = odd_findings_tally_at(f, i);
        CU_ASSERT_EQUAL(t->found, t->listed);
        if (strcmp(t->check, "fill") == 0) CU_ASSERT(t->found == 3 && t->worst == 0.7);
    }
}

static void test_joined(void)
{
    odd_findings *f = NULL;
    CU_ASSERT(odd_findings_new(100, &f) == ODD_OK);
    CU_ASSERT(add_all_judged(f) == ODD_OK);
    CU_ASSERT(odd_findings_gather(MPI_COMM_SELF, f) == ODD_OK);
    CU_ASSERT(odd_findings_join(f, fill_measure) == ODD_OK);
    check_joined(f);
    CU_ASSERT(strstr(odd_findings_at(f, 0).sentence, "as rule 'fill' finds, too") != NULL);
    odd_findings_free(&f);
}

CU_TestInfo odd_tests[] = {
    {"any ranks", test_any_ranks}, {"most", test_most},     {"pruned", test_pruned},
    {"file", test_file},           {"joined", test_joined}, CU_TEST_INFO_NULL,
};

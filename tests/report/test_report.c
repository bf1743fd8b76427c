/* Report: what a page holds, that it is well-formed and safe whatever the names are, and that it
 * takes its place whole. */
#include "oddlot/report/report.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot_test.h"
#include "report/contact_sheet_internal.h"
#include "report/heat_picture_internal.h"
#include "report/html_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOSTILE "a/<script>alert('1')</script>\" onload=\"alert(2)\n%s\xFF\x01.png"

static char scratch[] = "/tmp/oddlot-report-XXXXXX";
static char place[64], file[128];

static void open_scratch(void)
{
    strcpy(scratch + strlen(scratch) - 6, "XXXXXX");
    CU_ASSERT_PTR_NOT_NULL(mkdtemp(scratch));
    snprintf(place, sizeof place, "%s/report", scratch);
}

static void close_scratch(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    CU_ASSERT_EQUAL(system(command), 0);
}

static const char *in_report(const char *name)
{
    snprintf(file, sizeof file, "%s/%s", place, name);
    return file;
}

static bool is_there(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* Owned by caller: odd_free(). */
static char *read_page(void)
{
    char *page = NULL;
    int64_t size;
    CU_ASSERT_EQUAL(odd_file_slurp(in_report("index.html"), 1 << 26, &page, &size), ODD_OK);
    return page;
}

static char *write_and_read(const odd_report_data *data)
{
    CU_ASSERT_EQUAL(odd_report_write(place, data), ODD_OK);
    return read_page();
}

static int count_of(const char *page, const char *what)
{
    int count = 0;
    for (const char *at = page; at && (at = strstr(at, what)); at += strlen(what))
        count++;
    return count;
}

/* The elements of our pages that have no end. */
static bool is_void(const char *name)
{
    return strcmp(name, "meta") == 0 || strcmp(name, "img") == 0 || strcmp(name, "input") == 0;
}

/* From the '<' of a tag to behind its '>', which may also stand in a quoted attribute. */
static const char *tag_end(const char *tag)
{
    bool quoted = false;
    for (; *tag && (quoted || *tag != '>'); tag++)
        quoted ^= *tag == '"';
    return *tag ? tag + 1 : tag;
}

/* Every tag is closed in order; scripts and styles are skipped as what they are. */
static bool is_balanced(const char *page)
{
    char open[32][16], name[16];
    int depth = 0;
    for (const char *at = page, *next; (at = strchr(at, '<')); at = next) {
        next = tag_end(at);
        if (at[1] == '!') continue;
        bool closes = at[1] == '/';
        size_t length = strcspn(at + 1 + closes, " >/");
        if (length == 0 || length >= sizeof name) return false;
        memcpy(name, at + 1 + closes, length);
        name[length] = '\0';
        if (closes && (depth == 0 || strcmp(open[--depth], name) != 0)) return false;
        if (closes || is_void(name) || next[-2] == '/') continue;
        if (depth == 32) return false;
        strcpy(open[depth++], name);
        if (strcmp(name, "script") == 0) next = strstr(next, "</script>");
        if (strcmp(name, "style") == 0) next = strstr(next, "</style>");
    }
    return depth == 0;
}

static void check_page(const char *page)
{
    CU_ASSERT(is_balanced(page));
    CU_ASSERT_EQUAL(count_of(page, "<h1>"), 1);
    CU_ASSERT_EQUAL(count_of(page, "<script"), 1);
    CU_ASSERT_EQUAL(count_of(page, "http:") + count_of(page, "https:"), 0);
    CU_ASSERT_EQUAL(count_of(page, "onload=\""), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "script-src 'sha256-"));
}

/* No coordinate of a path is anything but a number. */
static void check_paths(const char *page)
{
    for (const char *at = page; (at = strstr(at, " d=\"")); at++) {
        size_t length = strcspn(at + 4, "\"");
        CU_ASSERT_EQUAL(strspn(at + 4, "MLHVhvlz0123456789.- "), length);
    }
}

static const uint8_t pixels[4 * 4 * 3] = {255, 0, 0, 0, 255, 0, 0, 0, 255};

static odd_flagged flagged_image(int64_t rank, const char *name, int truth)
{
    return (odd_flagged){.rank = rank,
                         .row = 100 + rank,
                         .name = name,
                         .label = "shoe",
                         .reason = "far away",
                         .score = 9.5 - (double)rank,
                         .probability = 0.75,
                         .truth = truth,
                         .width = 4,
                         .height = 4,
                         .channels = 3,
                         .pixels = pixels};
}

static const odd_fact facts[] = {{"images", "200"}, {"flagged", "3"}, {HOSTILE, HOSTILE},
                                 {"time", "2 s"},   {"seed", "1"},    {"empty", NULL}};
static const odd_fact metrics[] = {{"sensitivity", "66.7 %"}, {"AUC", "0.9"}, {HOSTILE, "1e9"}};
static const odd_report_confusion confusion = {1234, 1, 98, 2};

/* Of those that are finite; truth NULL: not known. */
static odd_histogram histogram_of(const double score[], const int8_t truth[], int n,
                                  double threshold)
{
    odd_histogram h = {.min = INFINITY, .max = -INFINITY};
    double sample[200];
    for (int i = 0; i < n; i++) {
        if (!isfinite(score[i])) continue;
        sample[h.finite++] = score[i];
        h.min = fmin(h.min, score[i]);
        h.max = fmax(h.max, score[i]);
    }
    odd_histogram_place(&h, h.finite, sample, threshold);
    for (int i = 0; i < n; i++)
        if (isfinite(score[i])) odd_histogram_add(&h, score[i], truth ? truth[i] : -1);
    return h;
}

typedef struct {
    odd_report_data data;
    odd_flagged flagged[3];
    odd_scatter_point scatter[60];
    odd_curve_point curve[4];
    double score[200];
    int8_t truth[200];
} fixture;

/* Everything there is to show, with hostile texts and numbers among it. */
static odd_report_data *full_report(fixture *f)
{
    for (int i = 0; i < 200; i++) {
        f->score[i] = i == 7 ? (double)NAN : i == 8 ? (double)INFINITY : i % 50;
        f->truth[i] = (int8_t)(i % 10 == 0 ? 1 : i == 9 ? -1 : 0);
    }
    for (int i = 0; i < 60; i++)
        f->scatter[i] =
            (odd_scatter_point){(float)i, (float)(i * i), (int8_t)(i % 3 - 1), (int8_t)(i % 2)};
    f->scatter[4].x = NAN;
    f->curve[1] = (odd_curve_point){0.2, 0.8};
    f->curve[2] = (odd_curve_point){0.5, -INFINITY};
    f->curve[3] = (odd_curve_point){1, 1};
    f->flagged[0] = flagged_image(1, HOSTILE, 1);
    f->flagged[1] = flagged_image(2, "b/plain.png", 0);
    f->flagged[2] = flagged_image(3, "c/none.png", -1);
    f->flagged[2].pixels = NULL;
    f->flagged[2].score = NAN;
    f->flagged[2].label = HOSTILE;
    f->data = (odd_report_data){.title = "Shoes & " HOSTILE,
                                .subtitle = HOSTILE,
                                .fact = facts,
                                .facts = 6,
                                .metric = metrics,
                                .metrics = 3,
                                .confusion = &confusion,
                                .flagged = f->flagged,
                                .flagged_count = 3,
                                .flagged_total = 1500,
                                .score_name = HOSTILE,
                                .histogram = histogram_of(f->score, f->truth, 200, 40),
                                .threshold = 40,
                                .scatter = f->scatter,
                                .scatter_count = 60,
                                .scatter_total = 22105,
                                .roc = f->curve,
                                .roc_count = 4,
                                .auc = 0.9,
                                .objective = f->curve,
                                .objective_count = 4,
                                .error = facts,
                                .errors = 3,
                                .error_total = 4000,
                                .settings = "a: </pre>" HOSTILE};
    return &f->data;
}

static void full_page(void)
{
    fixture f = {0};
    open_scratch();
    char *page = write_and_read(full_report(&f));
    check_page(page);
    check_paths(page);
    CU_ASSERT_EQUAL(count_of(page, "<li"), 3);
    CU_ASSERT_EQUAL(count_of(page, "<img "), 2);
    CU_ASSERT_EQUAL(count_of(page, "<svg "), 4);
    CU_ASSERT_EQUAL(count_of(page, "<h2>"), 6);
    CU_ASSERT_EQUAL(count_of(page, " data-truth=\"odd\""), 1);
    CU_ASSERT_EQUAL(count_of(page, " data-truth=\"theme\""), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "Showing 60 of 22,105 images."));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "The 3 oddest of 1,500 flagged images"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "The first 3 of 4,000"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "threshold 40<"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "<td class=\"good\">1,234<small>99.9 %</small>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "66.7 %<i class=\"meter\" style=\"--share:0.6670\">"));
    CU_ASSERT_EQUAL(count_of(page, "class=\"meter\""), 2);
    odd_free(page);
    CU_ASSERT(is_there(in_report("img/000001.png")));
    CU_ASSERT(is_there(in_report("img/000002.png")));
    CU_ASSERT(!is_there(in_report("img/000003.png")));
    CU_ASSERT(is_there(in_report("img/contact-sheet.png")));
    close_scratch();
}

static const float heat[16] = {0, 0, 0, 0, 0, 4, 3, 0, 0, 1, 0, 0, 0, 0, 0, -1};

/* The colours lie over the image, words say where, and nothing is said of the others. */
static void heat_over_images(void)
{
    fixture f = {0};
    open_scratch();
    full_report(&f);
    f.flagged[0].heat = (odd_heat){heat, 1, 1, 2, 1};
    f.flagged[1].heat = (odd_heat){.map = heat};
    char *page = write_and_read(&f.data);
    check_page(page);
    CU_ASSERT_EQUAL(count_of(page, "<img class=\"heat\" src=\"img/000001-heat.png\" alt=\"\""), 1);
    CU_ASSERT_EQUAL(count_of(page, "hottest 2 × 1 pixels, 1 from left, 1 from top"), 1);
    CU_ASSERT_EQUAL(count_of(page, "no place is warm"), 1);
    CU_ASSERT_EQUAL(count_of(page, "It looks at 4 × 4 pixels"), 1);
    CU_ASSERT_EQUAL(count_of(page, "id=\"heat\""), 1);
    odd_free(page);
    CU_ASSERT(is_there(in_report("img/000001-heat.png")));
    CU_ASSERT(!is_there(in_report("img/000002-heat.png")));
    close_scratch();
}

static void heat_has_colours(void)
{
    odd_flagged image = flagged_image(1, "a", -1);
    uint8_t *rgba = NULL;
    image.heat = (odd_heat){heat, 1, 1, 2, 1};
    CU_ASSERT_EQUAL(odd_heat_picture_make(&image, &rgba), ODD_OK);
    CU_ASSERT(rgba[4 * 5] == 128 && rgba[4 * 5 + 1] == 0 && rgba[4 * 5 + 2] == 60);
    CU_ASSERT_EQUAL(rgba[4 * 5 + 3], 170);
    /* three fifths of the way from just warm: a fifth behind the middle colour */
    CU_ASSERT(rgba[4 * 6] == 196 && rgba[4 * 6 + 1] == 75 && rgba[4 * 6 + 2] == 12);
    CU_ASSERT_EQUAL(rgba[4 * 6 + 3], 131);
    CU_ASSERT_EQUAL(rgba[4 * 9 + 3], 0); /* less than half of the way */
    CU_ASSERT_EQUAL(rgba[4 * 15 + 3], 0);
    odd_free(rgba);
}

static void how_networks_learnt(void)
{
    const odd_band_point seen[] = {{1, 0.7, 0.6, 0.8}, {2, NAN, NAN, NAN}, {3, 0.5, 0.5, 0.5}};
    const char *const cell[] = {"Damage", "AUC", HOSTILE, "0.9"};
    const odd_report_training training = {.networks = 2,
                                          .loss = {seen, seen, 3, 3},
                                          .fact = facts,
                                          .facts = 3,
                                          .label = "Kinds",
                                          .cell = cell,
                                          .lines = 2,
                                          .columns = 2};
    const odd_report_training coder = {.networks = 1, .loss = {seen, NULL, 1, 0}};
    odd_report_data data = {.threshold = NAN, .training = &training};
    open_scratch();
    char *page = write_and_read(&data);
    check_page(page);
    check_paths(page);
    CU_ASSERT_EQUAL(count_of(page, "<section id=\"training\">"), 1);
    CU_ASSERT_EQUAL(count_of(page, "2 networks have learnt"), 1);
    CU_ASSERT_EQUAL(count_of(page, "<svg "), 1); /* accuracy is not known */
    CU_ASSERT_EQUAL(count_of(page, "class=\"band"), 2);
    CU_ASSERT_EQUAL(count_of(page, "held out</text>"), 1);
    CU_ASSERT_EQUAL(count_of(page, "<table "), 1);
    odd_free(page);
    data.training = &coder;
    page = write_and_read(&data);
    check_page(page);
    CU_ASSERT_EQUAL(count_of(page, "1 network has learnt"), 1);
    CU_ASSERT_EQUAL(count_of(page, "held out</text>") + count_of(page, "<table "), 0);
    odd_free(page);
    close_scratch();
}

static void same_data_same_page(void)
{
    fixture f = {0};
    open_scratch();
    char *first = write_and_read(full_report(&f)), *second = write_and_read(&f.data);
    CU_ASSERT_STRING_EQUAL(first, second);
    odd_free(first);
    odd_free(second);
    close_scratch();
}

/* Row r: 2 x 2 pixels, left r, right 10 r. */
static odd_status read_pair(void *context, int64_t row, uint8_t *out)
{
    ++*(int *)context;
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(i % 2 == 0 ? row : 10 * row);
    return ODD_OK;
}

static odd_status compare_pair(void *context, int64_t a, int64_t b, uint8_t *out)
{
    ++*(int *)context;
    *out = (uint8_t)(a + b);
    return ODD_OK;
}

/* Pictures are written once, of a pair also where it differs; boxes are shares; names are text. */
static void findings_are_shown(void)
{
    const float none[4] = {NAN, NAN, NAN, NAN};
    odd_finding_member one[] = {{3, HOSTILE, "shoe", false, {0.25F, 0, 0.75F, 0.5F}}};
    odd_finding_member pair[] = {{3, "a.png", "", false, {0}}, {4, "b.png", "", false, {0}}};
    odd_finding_member usual[] = {{6, HOSTILE, "", false, {0}}, {4, "b.png", "", false, {0}}};
    odd_finding_member lost[] = {{5, "c.png", NULL, true, {0}}};
    memcpy(pair[0].box, none, sizeof none);
    memcpy(pair[1].box, none, sizeof none);
    memcpy(lost[0].box, none, sizeof none);
    memcpy(usual[0].box, none, sizeof none);
    memcpy(usual[1].box, none, sizeof none);
    const odd_finding_card cards[] = {{"too little", "%", 0.5, 41, 75, one, 1, 1, usual, 2},
                                      {"the same <b>", "", 0.25, 0.1, NAN, pair, 2, 2, NULL, 0},
                                      {"cannot be read", "", 1, NAN, NAN, lost, 1, 1, NULL, 0}};
    const odd_finding_list lists[] = {
        {"rule", "fill", "rules", "make it <anew>", &cards[0], 1, 1200, 2, 7, 0.5},
        {"duplicate", "near", "twice", "keep one", &cards[1], 1, 1, 0, 0, 0.25},
        {"hygiene", "blur", "soft", "take it again", NULL, 0, 0, 0, 0, 0},
        {"hygiene", "fill", "lost in the picture", NULL, &cards[0], 1, 1, 0, 0, 0.5},
        {"hygiene", "dark", "too dark", "more light", NULL, 0, 0, 0, 0, 0},
        {"placeholder", "placeholder", "", NULL, NULL, 0, 0, 0, 0, 0},
        {"unreadable", "unreadable", "not read", "upload it again", &cards[2], 1, 1, 0, 0, 1}};
    int reads = 0;
    const odd_report_findings findings = {lists, 7, {2, 2, 1, read_pair, compare_pair, 1, &reads}};
    const odd_report_data data = {.threshold = NAN, .findings = &findings};
    open_scratch();
    char *page = write_and_read(&data);
    check_page(page);
    CU_ASSERT_EQUAL(count_of(page, "<li class="), 4);
    CU_ASSERT_EQUAL(count_of(page, "<li class=\"several\">"), 1);
    CU_ASSERT_EQUAL(count_of(page, "style=\"left:25.0%;top:0.0%;width:50.0%;height:50.0%\"></i>"),
                    2);
    CU_ASSERT_EQUAL(count_of(page, "class=\"box\""), 2);
    CU_ASSERT_EQUAL(count_of(page, "The 1 worst of 1,200."), 1);
    CU_ASSERT_EQUAL(count_of(page, "href=\"#finding-"), 4);
    CU_ASSERT_EQUAL(count_of(page, "href=\"#finding-rule-fill\""), 1); /* names may be the same */
    CU_ASSERT_EQUAL(count_of(page, "id=\"finding-hygiene-fill\""), 1);
    CU_ASSERT_EQUAL(count_of(page, "nothing found: hygiene blur, dark; placeholder.</p>"), 1);
    CU_ASSERT_EQUAL(count_of(page, "<b>"), count_of(page, "</b>")); /* none by a sentence */
    CU_ASSERT_EQUAL(count_of(page, "<td class=\"words\">make it &lt;anew&gt;</td>"), 1);
    CU_ASSERT_EQUAL(count_of(page, "take it again"), 0); /* there is nothing to do */
    CU_ASSERT_EQUAL(count_of(page, "measured <b>41</b> %</span><span>limit <b>75</b>"), 2);
    CU_ASSERT(is_there(in_report("img/row-000003.png")));
    CU_ASSERT(is_there(in_report("img/row-000004.png")));
    CU_ASSERT(is_there(in_report("img/row-000006.png")));
    CU_ASSERT_EQUAL(count_of(page, "the most alike usual ones"),
                    2); /* in each list with the card */
    CU_ASSERT(!is_there(in_report("img/row-000005.png")));
    CU_ASSERT(is_there(in_report("img/difference-000003-000004.png")));
    CU_ASSERT_EQUAL(reads, 3 + 1); /* each picture once, and one comparison */
    odd_free(page);
    close_scratch();
}

/* The oddest are shown, and not called flagged. */
static void none_passes(void)
{
    fixture f = {0};
    open_scratch();
    full_report(&f);
    f.data.flagged_total = 0;
    char *page = write_and_read(&f.data);
    check_page(page);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "<h2>Oddest images</h2>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "No image passed the threshold."));
    CU_ASSERT_EQUAL(count_of(page, "Flagged"), 0);
    odd_free(page);
    close_scratch();
}

static void empty_page(void)
{
    const odd_report_data nothing = {.threshold = NAN};
    open_scratch();
    char *page = write_and_read(&nothing);
    check_page(page);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "No image was flagged."));
    CU_ASSERT_EQUAL(count_of(page, "<svg "), 0);
    CU_ASSERT(!is_there(in_report("img/contact-sheet.png")));
    odd_free(page);
    close_scratch();
}

static void one_row_and_equal_scores(void)
{
    const double score[] = {3, 3, 3, NAN};
    const odd_scatter_point points[] = {{1, 1, -1, 0}};
    odd_report_data data = {.scatter = points, .scatter_count = 1};
    open_scratch();
    for (int n = 1; n <= 4; n++) {
        data.threshold = n == 4 ? 1e308 : n == 3 ? -INFINITY : 3;
        data.histogram = histogram_of(score, NULL, n, data.threshold);
        char *page = write_and_read(&data);
        check_page(page);
        check_paths(page);
        CU_ASSERT_EQUAL(count_of(page, "<svg "), 2);
        odd_free(page);
    }
    data.histogram = histogram_of(&score[3], NULL, 1, 3); /* not one finite score */
    char *page = write_and_read(&data);
    check_paths(page);
    CU_ASSERT_EQUAL(count_of(page, "<svg "), 1);
    odd_free(page);
    close_scratch();
}

static void crowded_scatter_is_thinned(void)
{
    enum { MANY = 12345 };
    odd_scatter_point *points;
    CU_ASSERT_EQUAL(ODD_NEW(points, MANY), ODD_OK);
    for (int i = 0; i < MANY; i++)
        points[i] = (odd_scatter_point){(float)(i % 100), (float)(i / 100), 0, 0};
    open_scratch();
    odd_report_data data = {.threshold = NAN, .scatter = points, .scatter_count = MANY};
    char *page = write_and_read(&data);
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "Showing 5,000 of 12,345 images."));
    CU_ASSERT_EQUAL(count_of(page, "h0"), 5000 + 1); /* one in the legend */
    odd_free(page);
    odd_free(points);
    close_scratch();
}

static void names_keep_their_end(void)
{
    const char *accents = "ééééééééééééééé"; /* two bytes each: the cut falls between them */
    CU_ASSERT_EQUAL(odd_html_name_head("short.png"), 9);
    CU_ASSERT_EQUAL(odd_html_name_head("folder/of/many/picture_0001.png"), 17);
    CU_ASSERT_EQUAL(odd_html_name_head(accents), 16);
    CU_ASSERT_EQUAL(odd_html_name_head(accents + 1), 15);
}

static void every_text_is_escaped(void)
{
    odd_text html = ODD_TEXT_EMPTY;
    odd_html(&html, "<b title=\"%s\">100 % of %s</b>", "\"<&>'", NULL);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&html),
                           "<b title=\"&quot;&lt;&amp;&gt;&#39;\">100 % of </b>");
    odd_text_free(&html);
}

static void contact_sheet_pastes_whole_pixels(void)
{
    odd_flagged images[3];
    const uint8_t grey[2] = {10, 200};
    uint8_t *sheet, wide[300 * 2];
    int width, height;
    memset(wide, 100, sizeof wide);
    wide[0] = 0;
    images[0] = (odd_flagged){.width = 2, .height = 1, .channels = 1, .pixels = grey};
    images[1] = (odd_flagged){.width = 0, .height = 1, .channels = 1, .pixels = grey};
    images[2] = (odd_flagged){.width = 300, .height = 2, .channels = 1, .pixels = wide};
    CU_ASSERT_EQUAL(odd_contact_sheet_make(images, 3, &width, &height, &sheet), ODD_OK);
    CU_ASSERT_EQUAL(width, 2 * 112 + 3 * 6);
    CU_ASSERT_EQUAL(height, 112 + 2 * 6);
    const uint8_t *middle = sheet + (int64_t)(6 + 56) * width * 3;
    CU_ASSERT_EQUAL(middle[3 * 6], 10); /* 56 times as large: the left half, the right half */
    CU_ASSERT_EQUAL(middle[3 * (6 + 55)], 10);
    CU_ASSERT_EQUAL(middle[3 * (6 + 56)], 200);
    CU_ASSERT_EQUAL(middle[3 * (6 + 111)], 200);
    CU_ASSERT_EQUAL(middle[3 * (6 + 112)], 246);
    const uint8_t *thin = sheet + (int64_t)(6 + 55) * width * 3 + 3 * (2 * 6 + 112);
    CU_ASSERT_EQUAL(thin[0], 75); /* the mean of 2 x 2 pixels, one of them black */
    CU_ASSERT_EQUAL(thin[3], 100);
    odd_free(sheet);
    CU_ASSERT_EQUAL(odd_contact_sheet_make(images, 0, &width, &height, &sheet), ODD_OK);
    CU_ASSERT_PTR_NULL(sheet);
}

static void new_report_replaces_the_old_one(void)
{
    fixture f = {0};
    const odd_report_data nothing = {.title = "second", .threshold = NAN};
    char beside[80], slashed[80];
    open_scratch();
    odd_free(write_and_read(full_report(&f)));
    snprintf(beside, sizeof beside, "%s.partial", place);
    snprintf(slashed, sizeof slashed, "%s//", place);
    CU_ASSERT_EQUAL(mkdir(beside, 0777), 0); /* left by a kill, with a file in it */
    CU_ASSERT_EQUAL(odd_file_spill(strcat(beside, "/index.html"), "x", 1), ODD_OK);
    CU_ASSERT_EQUAL(odd_report_write(slashed, &nothing), ODD_OK);
    char *page = read_page();
    CU_ASSERT_PTR_NOT_NULL(strstr(page, "<h1>second</h1>"));
    odd_free(page);
    CU_ASSERT(!is_there(in_report("img/000001.png")));
    snprintf(beside, sizeof beside, "%s.partial", place);
    CU_ASSERT(!is_there(beside));
    close_scratch();
}

static void other_folders_are_left_alone(void)
{
    const odd_report_data nothing = {.threshold = NAN};
    open_scratch();
    CU_ASSERT_EQUAL(mkdir(place, 0777), 0);
    CU_ASSERT_EQUAL(odd_file_spill(in_report("thesis.tex"), "x", 1), ODD_OK);
    CU_ASSERT_EQUAL(odd_report_write(place, &nothing), ODD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "report/thesis.tex"));
    CU_ASSERT(is_there(in_report("thesis.tex")));
    CU_ASSERT(!is_there(in_report("index.html")));
    close_scratch();
}

static void failures_name_the_path(void)
{
    fixture f = {0};
    open_scratch();
    CU_ASSERT_EQUAL(odd_report_write("/dev/null/report", full_report(&f)), ODD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "/dev/null/report"));
    f.flagged[1].width = 2000000; /* fails after the first picture was written */
    CU_ASSERT_EQUAL(odd_report_write(place, &f.data), ODD_ARG);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "000002.png"));
    CU_ASSERT(!is_there(place));
    CU_ASSERT_EQUAL(rmdir(scratch), 0); /* nothing is left beside it */
}

const char *odd_test_name = "report.report";
CU_TestInfo odd_tests[] = {
    {"a full page, with hostile texts", full_page},
    {"heat over images", heat_over_images},
    {"heat has colours", heat_has_colours},
    {"how networks learnt", how_networks_learnt},
    {"the same data give the same page", same_data_same_page},
    {"findings with boxes, strips and differences", findings_are_shown},
    {"where none passes, the oddest are shown", none_passes},
    {"a page about nothing", empty_page},
    {"one row, equal scores, none finite", one_row_and_equal_scores},
    {"a crowded scatter plot is thinned", crowded_scatter_is_thinned},
    {"names keep their end", names_keep_their_end},
    {"every text is escaped", every_text_is_escaped},
    {"the contact sheet pastes whole pixels", contact_sheet_pastes_whole_pixels},
    {"a new report replaces the old one", new_report_replaces_the_old_one},
    {"other folders are left alone", other_folders_are_left_alone},
    {"failures name the path", failures_name_the_path},
    CU_TEST_INFO_NULL,
};

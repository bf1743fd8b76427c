/* Judge: where the limit lies, and how much it matters to be beyond it. Rules: what channels say.
 */
#include "oddlot_test.h"

#include "stage/check/rules_internal.h"

#include <math.h>
#include <string.h>

/* Of 0 ... 100 with quartiles 40 and 60, or all alike. */
static const odd_spread wide = {1000, 50, 40, 60, 20 / 1.349};
static const odd_spread alike = {1000, 50, 50, 50, 0};
static const odd_spread few = {19, 50, 40, 60, 20 / 1.349};

static void test_limit(void)
{
    const odd_judge low = {.high = false}, high = {.high = true}, apart = {.least = 5};
    const odd_judge_options between = {.surely = 10, .never = 45, .spread = 2};
    const odd_judge_options above = {.surely = 95, .never = 60, .spread = 2};
    const odd_judge_options any = {.surely = 0, .never = 100, .spread = 2};
    CU_ASSERT_DOUBLE_EQUAL(odd_judge_limit(&low, &between, &wide), 50 - 40 / 1.349, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(odd_judge_limit(&high, &above, &wide), 50 + 40 / 1.349, 1e-9);
    /* no further than `never`, however alike, nor than `surely`, however different */
    CU_ASSERT_EQUAL(odd_judge_limit(&low, &between, &alike), 45);
    CU_ASSERT_EQUAL(odd_judge_limit(&high, &above, &alike), 60);
    const odd_judge_options far = {.surely = 10, .never = 45, .spread = 9};
    CU_ASSERT_EQUAL(odd_judge_limit(&low, &far, &wide), 10);
    const odd_judge_options off = {.surely = 10, .never = 45, .spread = 0};
    CU_ASSERT_EQUAL(odd_judge_limit(&low, &off, &wide), 10);
    CU_ASSERT_EQUAL(odd_judge_limit(&low, &between, &few), 10);
    /* what is nearly as the median is like it */
    CU_ASSERT_EQUAL(odd_judge_limit(&apart, &any, &alike), 45);
}

static void check_rises(const odd_judge *judge, double limit)
{
    double before = judge->severity[0];
    for (int i = 0; i <= 20; i++) {
        const double severity =
            odd_judge_severity(judge, limit + (judge->worst - limit) * i / 10, limit);
        CU_ASSERT(severity >= before && severity <= judge->severity[1]);
        before = severity;
    }
    CU_ASSERT_DOUBLE_EQUAL(before, judge->severity[1], 1e-12);
    CU_ASSERT_EQUAL(odd_judge_severity(judge, limit, limit), judge->severity[0]);
}

static void test_severity(void)
{
    const odd_judge low = {.worst = 0, .severity = {0.3, 0.8}};
    const odd_judge high = {.high = true, .worst = 255, .severity = {0.5, 1}};
    check_rises(&low, 40);
    check_rises(&high, 200);
    CU_ASSERT_DOUBLE_EQUAL(odd_judge_severity(&low, 20, 40), 0.55, 1e-12);
    CU_ASSERT_EQUAL(odd_judge_severity(&high, 255, 255), 1);
}

static void test_numbers(void)
{
    static const odd_number_style share = {100, 1, "%"}, octaves = {0, 0, "pixels"},
                                  plain = {1, 2, ""};
    char text[48];
    CU_ASSERT_STRING_EQUAL(odd_number_text(&share, 0.4163, text), "41.6 %");
    CU_ASSERT_STRING_EQUAL(odd_number_text(&octaves, 9, text), "512 pixels");
    CU_ASSERT_STRING_EQUAL(odd_number_text(&plain, 0.125, text), "0.12");
}

/* ---- rules ---- */

static odd_rule_book book_of(const char *a, const char *b)
{
    odd_rule_book book = {0};
    for (int i = 0; odd_channels[i].name; i++)
        if (strcmp(odd_channels[i].name, a) == 0 || (b && strcmp(odd_channels[i].name, b) == 0))
            book.channel[book.count++] = odd_channels[i];
    return book;
}

static odd_ruling ruling(const odd_rule_book *book, const char *name, double value)
{
    odd_ruling out = {0};
    for (const odd_rule *rule = odd_rules; rule->name; rule++)
        if (strcmp(rule->name, name) == 0) odd_rule_judge(rule, book, value, &out);
    return out;
}

static void test_ranges(void)
{
    const odd_rule_book book = book_of("google", "amazon"), google = book_of("google", NULL);
    odd_ruling r = ruling(&book, "fill", 0.41);
    CU_ASSERT(r.asked && r.broken && r.limit == 0.85);
    CU_ASSERT_STRING_EQUAL(r.sentence,
                           "the product fills 41 %; google wants 75 to 90 %, amazon wants "
                           "at least 85 %");
    r = ruling(&book, "fill", 0.95);
    CU_ASSERT(r.broken && r.limit == 0.9);
    CU_ASSERT_STRING_EQUAL(r.sentence, "the product fills 95 %; google wants 75 to 90 %");
    r = ruling(&book, "fill", 0.87);
    CU_ASSERT(r.asked && !r.broken);
    /* at a limit is within it */
    CU_ASSERT(!ruling(&google, "width", 500).broken && ruling(&google, "width", 499).broken);
    CU_ASSERT(!ruling(&google, "bytes", 16e6).broken);
    CU_ASSERT_STRING_EQUAL(ruling(&google, "bytes", 18.25e6).sentence,
                           "the file has 18.25 MB; google takes at most 16.00 MB");
    /* further beyond is more severe */
    double before = 0;
    for (int width = 499; width > 0; width -= 50) {
        const double severity = ruling(&google, "width", width).severity;
        CU_ASSERT(severity > before && severity <= 1);
        before = severity;
    }
}

static void test_asked(void)
{
    const odd_rule_book google = book_of("google", "ebay"), none = book_of("none", NULL);
    CU_ASSERT(ruling(&google, "ending", 0).broken && !ruling(&google, "ending", 1).broken);
    CU_ASSERT_STRING_EQUAL(ruling(&google, "border", 0.05).sentence,
                           "there is a frame, or bars, at the picture; not taken by google, ebay");
    CU_ASSERT(!ruling(&google, "border", 0).broken);
    CU_ASSERT(!ruling(&google, "colour_mode", 0).asked);
    for (const odd_rule *rule = odd_rules; rule->name; rule++)
        CU_ASSERT(none.count == 1 && !ruling(&none, rule->name, 0).asked);
}

static void test_formats(void)
{
    const odd_rule_book walmart = book_of("walmart", NULL), none = book_of("none", NULL);
    odd_ruling r;
    odd_format_judge(&walmart, ODD_IMAGE_FORMAT_GIF, &r);
    CU_ASSERT(r.broken);
    CU_ASSERT_STRING_EQUAL(r.sentence, "the file is GIF; walmart takes JPEG PNG BMP");
    odd_format_judge(&walmart, ODD_IMAGE_FORMAT_PNG, &r);
    CU_ASSERT(r.asked && !r.broken);
    odd_format_judge(&none, ODD_IMAGE_FORMAT_GIF, &r);
    CU_ASSERT(!r.asked && !r.broken);
}

const char *odd_test_name = "judge";
CU_TestInfo odd_tests[] = {
    {"limit", test_limit},   {"severity", test_severity}, {"numbers", test_numbers},
    {"ranges", test_ranges}, {"asked", test_asked},       {"formats", test_formats},
    CU_TEST_INFO_NULL,
};

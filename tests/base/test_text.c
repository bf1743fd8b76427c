/* Tests of texts: growth, escapes for hostile names, figures for people, distances of words. */
#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *odd_test_name = "base/text";

static void texts_grow(void)
{
    odd_text t = ODD_TEXT_EMPTY;
    CU_ASSERT_STRING_EQUAL(odd_text_string(&t), "");
    for (int i = 0; i < 1000; i++)
        odd_text_format(&t, "%03d,", i);
    CU_ASSERT_EQUAL(t.length, 4000);
    CU_ASSERT(strncmp(t.s, "000,001,002,", 12) == 0);
    CU_ASSERT_STRING_EQUAL(t.s + 3992, "998,999,");
    odd_text_bytes(&t, "a\0b", 3);
    CU_ASSERT(t.length == 4003 && t.s[4002] == 'b' && t.s[4003] == '\0');
    CU_ASSERT_EQUAL(odd_text_status(&t), ODD_OK);
    odd_text_free(&t);
    CU_ASSERT(t.s == NULL && t.length == 0);
}

static void a_failed_text_says_so_once(void)
{
    odd_text t = ODD_TEXT_EMPTY;
    odd_text_add(&t, "kept");
    odd_text_bytes(&t, "", SIZE_MAX / 2); /* refused before a byte is read */
    odd_text_add(&t, "not added");
    CU_ASSERT_STRING_EQUAL(odd_text_string(&t), "kept");
    CU_ASSERT_EQUAL(odd_text_status(&t), ODD_NOMEM);
    odd_text_free(&t);
    CU_ASSERT_EQUAL(odd_text_status(&t), ODD_OK);
}

typedef void escaper(odd_text *t, const char *s);

static void check(escaper *escape, const char *s, const char *wanted)
{
    odd_text t = ODD_TEXT_EMPTY;
    escape(&t, s);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&t), wanted);
    if (strcmp(odd_text_string(&t), wanted) != 0)
        fprintf(stderr, "got %s wanted %s\n", odd_text_string(&t), wanted);
    odd_text_free(&t);
}

static void csv_fields(void)
{
    check(odd_text_csv, "", "");
    check(odd_text_csv, "shoe 1.png", "shoe 1.png");
    check(odd_text_csv, "a,b", "\"a,b\"");
    check(odd_text_csv, "say \"hi\"", "\"say \"\"hi\"\"\"");
    check(odd_text_csv, "\"", "\"\"\"\"");
    check(odd_text_csv, "two\nlines", "\"two\nlines\"");
    check(odd_text_csv, " x", "\" x\"");
    check(odd_text_csv, "\xFF\xFE", "\xFF\xFE"); /* a path must stay that path */
}

static void csv_formulas_are_disarmed(void)
{
    check(odd_text_csv, "=1+2", "'=1+2");
    check(odd_text_csv, "=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\"");
    check(odd_text_csv, "@SUM", "'@SUM");
    check(odd_text_csv, "+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0");
    check(odd_text_csv, "\tx", "'\tx");
    check(odd_text_csv, "-1+1", "'-1+1");
    check(odd_text_csv, "-nan", "'-nan");
    check(odd_text_csv, "-1.5e-3", "-1.5e-3"); /* numbers stay numbers */
    check(odd_text_csv, "+2", "+2");
    check(odd_text_csv, "-", "'-");
}

static void html(void)
{
    check(odd_text_html, "<img src=\"x\" onerror='y'>&",
          "&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;&amp;");
    check(odd_text_html, "caf\xC3\xA9\n", "caf\xC3\xA9\n");
    check(odd_text_html, "\xFFz\x01\xE2\x82", "\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

static void json(void)
{
    check(odd_text_json, "", "\"\"");
    check(odd_text_json, "a\"b\\c/", "\"a\\\"b\\\\c/\"");
    check(odd_text_json, "\n\t\x1F\x7F", "\"\\n\\u0009\\u001f\\u007f\"");
    check(odd_text_json, "</script>", "\"\\u003c/script>\"");
    check(odd_text_json, "\xC3\xA9\xF0\x9F\x90\x99\xC0",
          "\"\xC3\xA9\xF0\x9F\x90\x99\xEF\xBF\xBD\"");
    check(odd_text_json, "\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF", "\"\\u0085\\u2028\\ufeff\"");
}

static void url(void)
{
    check(odd_text_url, "images/a b#1?.png", "images/a%20b%231%3F.png");
    check(odd_text_url, "javascript:x", "javascript%3Ax");
    check(odd_text_url, "\xC3\xA9%~_-.\xFF", "%C3%A9%25~_-.%FF");
}

static void printable(void)
{
    check(odd_text_printable, "a\033[31m\nb\xFF", "a?[31m?b?");
    check(odd_text_printable, "caf\xC3\xA9", "caf\xC3\xA9");
    check(odd_text_printable, "", "");
}

static void human_bytes(void)
{
    char b[32];
    CU_ASSERT_STRING_EQUAL(odd_human_bytes(0, b), "0 B");
    CU_ASSERT_STRING_EQUAL(odd_human_bytes(1023, b), "1023 B");
    CU_ASSERT_STRING_EQUAL(odd_human_bytes(1024, b), "1.0 KiB");
    CU_ASSERT_STRING_EQUAL(odd_human_bytes(1048575, b), "1.0 MiB");
    CU_ASSERT_STRING_EQUAL(odd_human_bytes(4509715661, b), "4.2 GiB");
    CU_ASSERT_STRING_EQUAL(odd_human_bytes(INT64_MAX, b), "8.0 EiB");
    CU_ASSERT_STRING_EQUAL(odd_human_bytes(-2048, b), "-2.0 KiB");
}

static void human_seconds(void)
{
    char b[32];
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(0, b), "0 ms");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(0.0351, b), "35 ms");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(3.42, b), "3.4 s");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(9.97, b), "10 s");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(59.6, b), "1 min 00 s");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(307, b), "5 min 07 s");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(3720, b), "1 h 02 min");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(183600, b), "2 d 03 h");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(NAN, b), "?");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(INFINITY, b), "?");
    CU_ASSERT_STRING_EQUAL(odd_human_seconds(-1, b), "?");
}

static void human_count(void)
{
    char b[32];
    CU_ASSERT_STRING_EQUAL(odd_human_count(0, b), "0");
    CU_ASSERT_STRING_EQUAL(odd_human_count(999, b), "999");
    CU_ASSERT_STRING_EQUAL(odd_human_count(131784, b), "131,784");
    CU_ASSERT_STRING_EQUAL(odd_human_count(-1000, b), "-1,000");
    CU_ASSERT_STRING_EQUAL(odd_human_count(-100, b), "-100");
    CU_ASSERT_STRING_EQUAL(odd_human_count(INT64_MIN, b), "-9,223,372,036,854,775,808");
}

static void distances(void)
{
    char word[80];
    memset(word, 'a', sizeof word);
    word[79] = '\0';
    CU_ASSERT_EQUAL(odd_text_distance("", ""), 0);
    CU_ASSERT_EQUAL(odd_text_distance("", "abc"), 3);
    CU_ASSERT_EQUAL(odd_text_distance("abc", ""), 3);
    CU_ASSERT_EQUAL(odd_text_distance("kitten", "sitting"), 3);
    CU_ASSERT_EQUAL(odd_text_distance("sitting", "kitten"), 3);
    CU_ASSERT_EQUAL(odd_text_distance("sede", "seed"), 1); /* neighbours swapped */
    CU_ASSERT_EQUAL(odd_text_distance("ca", "abc"), 3);    /* optimal string alignment, not 2 */
    CU_ASSERT_EQUAL(odd_text_distance(word, "a"), INT_MAX);
    CU_ASSERT_EQUAL(odd_text_distance(word + 15, word + 15), 0); /* 64 bytes, the longest */
}

static void widths(void)
{
    CU_ASSERT_EQUAL(odd_text_width(""), 0);
    CU_ASSERT_EQUAL(odd_text_width("abc"), 3);
    CU_ASSERT_EQUAL(odd_text_width("0.98 ± 0.01"), 11);
    CU_ASSERT_EQUAL(odd_text_width("日本"), 2);
}

static void lists_own_their_texts(void)
{
    char source[] = "one two";
    odd_list list = {.item = odd_alloc(2, sizeof *list.item)};
    CU_ASSERT_EQUAL(odd_texts_add(&list, source, 3), ODD_OK);
    CU_ASSERT_EQUAL(odd_texts_add(&list, source + 7, 0), ODD_OK);
    source[0] = 'O';
    CU_ASSERT_EQUAL(list.count, 2);
    CU_ASSERT_STRING_EQUAL(list.item[0], "one");
    CU_ASSERT_STRING_EQUAL(list.item[1], "");
    odd_texts_free(&list);
    CU_ASSERT(list.item == NULL && list.count == 0);
    odd_texts_free(&list); /* an empty one is fine */
}

CU_TestInfo odd_tests[] = {
    {"texts grow", texts_grow},
    {"a failed text says so once", a_failed_text_says_so_once},
    {"CSV fields", csv_fields},
    {"CSV formulas are disarmed", csv_formulas_are_disarmed},
    {"HTML", html},
    {"JSON", json},
    {"URL", url},
    {"printable", printable},
    {"bytes for people", human_bytes},
    {"seconds for people", human_seconds},
    {"counts for people", human_count},
    {"distances of words", distances},
    {"widths", widths},
    {"lists own their texts", lists_own_their_texts},
    CU_TEST_INFO_NULL,
};

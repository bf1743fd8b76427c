/* JSON list: what odd_text_json() writes is read again; what is no list of strings is refused. */
#include "oddlot_test.h"

#include "oddlot/base/json_list.h"

#include <string.h>

/* The strings, joined by bars; "-": refused. */
static const char *read_back(const char *json, odd_text *joined)
{
    odd_list list;
    joined->length = 0;
    if (odd_json_list(json, &list) != ODD_OK) {
        CU_ASSERT(list.count == 0 && list.item == NULL);
        return "-";
    }
    for (int64_t i = 0; i < list.count; i++) {
        odd_text_add(joined, i > 0 ? "|" : "");
        odd_text_add(joined, list.item[i]);
    }
    odd_texts_free(&list);
    return joined->length > 0 ? joined->s : "";
}

static void test_read(void)
{
    static const char *const cases[][2] = {
        {"", ""},
        {" [ ] ", ""},
        {"[\"a\"]", "a"},
        {" [\"a\" , \"b,]\\\"\\\\c\"] ", "a|b,]\"\\c"},
        {"[\"\\n\\t\\/\\u0041\\u00e9\\u20AC\"]", "\n\t/A\xC3\xA9\xE2\x82\xAC"},
        {"[\"\\ud83d\\ude00\", \"\"]", "\xF0\x9F\x98\x80|"},
        {"[\"\\ud83dx\", \"\\ude00\", \"\\u0000\"]", "\xEF\xBF\xBDx|\xEF\xBF\xBD|\xEF\xBF\xBD"},
        {"[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]", "1|2|3|4|5|6|7|8|9|10"},
    };
    odd_text joined = ODD_TEXT_EMPTY;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_STRING_EQUAL(read_back(cases[i][0], &joined), cases[i][1]);
    odd_text_free(&joined);
}

static void test_refused(void)
{
    static const char *const wrong[] = {
        "a",         "[",   "[\"a\"",        "[\"a",     "[\"a\\",   "[\"\\x\"]", "[\"\\u12\"]",
        "[\"\\u\"]", "[1]", "[\"a\" \"b\"]", "[\"a\",]", "[,\"a\"]", "[\"a\"] x", "{}",
    };
    odd_text joined = ODD_TEXT_EMPTY;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_STRING_EQUAL(read_back(wrong[i], &joined), "-");
    odd_text_free(&joined);
}

static void test_written(void)
{
    static const char name[] = "a \"quoted\"\\ <b>\n\x01 \xC3\xA9 \xF0\x9F\x98\x80.jpg";
    odd_text json = ODD_TEXT_EMPTY, joined = ODD_TEXT_EMPTY;
    odd_text_add(&json, "[");
    odd_text_json(&json, name);
    odd_text_add(&json, "]");
    CU_ASSERT_STRING_EQUAL(read_back(odd_text_string(&json), &joined), name);
    odd_text_free(&json);
    odd_text_free(&joined);
}

const char *odd_test_name = "json_list";
CU_TestInfo odd_tests[] = {
    {"read", test_read},
    {"refused", test_refused},
    {"written", test_written},
    CU_TEST_INFO_NULL,
};

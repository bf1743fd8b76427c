/* Formats: rarer ones, and rarer kinds of the common ones, against Pillow or their specification;
 * every refusal tells what is wrong. */
#include "decode_case.h"

#include "formats_data.h"

#define CASES ((int)(sizeof formats_cases / sizeof *formats_cases))

static void known_images(void)
{
    begin();
    for (int i = 0; i < CASES; i++)
        CU_ASSERT(case_holds(&formats_cases[i]));
}

static void many_threads(void)
{
    begin();
    CU_ASSERT_EQUAL(count_wrong(formats_cases, CASES), 0);
}

static void mutations(void)
{
    begin();
    judge_mutants(formats_cases, CASES, 20);
}

/* Cut anywhere, an image is refused or, where all its pixels are there, as it was. */
static void cut_anywhere(void)
{
    begin();
    for (int i = 0; i < CASES; i++) {
        const decode_case *c = &formats_cases[i];
        odd_prepare_options options = options_of(c);
        for (size_t size = 1; size < c->size; size += 1 + c->size / 40) {
            uint8_t *exact = malloc(size);
            memcpy(exact, c->bytes, size);
            judge(&(decode_case){.bytes = exact, .size = size}, &options);
            free(exact);
        }
    }
}

const char *odd_test_name = "image/formats";
CU_TestInfo odd_tests[] = {
    {"known images", known_images}, {"many threads", many_threads}, {"mutations", mutations},
    {"cut anywhere", cut_anywhere}, CU_TEST_INFO_NULL,
};

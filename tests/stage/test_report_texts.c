/* Texts of the report stay, whichever images are asked for after them. */
#include "stage_fixture.h"

#include "stage/report/report_page_internal.h"

const char *odd_test_name = "stage/report_texts";

enum { IMAGES = 200 };

/* Every third has none. */
static const char *label_at(const void *context, int64_t row)
{
    static char text[16];
    (void)context;
    snprintf(text, sizeof text, "label %d", (int)row);
    return row % 3 == 0 ? "" : text;
}

static odd_file *ingest_of(void)
{
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, fixture_path("ingest.h5"), &fixture_from, &file));
    ODD_TRY(odd_column_write_text(file, "label", WORLD, IMAGES, 0, IMAGES, label_at, NULL, "test"));
    ODD_TRY(odd_file_publish(&file));
    ODD_TRY(odd_file_open(WORLD, fixture_path("ingest.h5"), false, &file));
done:
    if (st != ODD_OK) odd_file_discard(&file);
    return file;
}

static void test_stay(void)
{
    odd_page p = {0};
    const char *text[IMAGES];
    fixture_folder(WORLD);
    odd_file *ingest = ingest_of();
    if (!check_all(WORLD, ingest && odd_image_facts_open(ingest, IMAGES, &p.facts) == ODD_OK))
        return;
    for (int64_t i = 0; i < IMAGES; i++)
        CU_ASSERT(odd_page_text(&p, ODD_IMAGE_LABEL, i, &text[i]) == ODD_OK);
    odd_image_facts_close(&p.facts);
    for (int64_t i = 0; i < IMAGES; i++)
        CU_ASSERT_STRING_EQUAL(text[i], label_at(NULL, i));
    CU_ASSERT(odd_image_facts_open(ingest, IMAGES, &p.facts) == ODD_OK);
    CU_ASSERT(odd_page_text(&p, ODD_IMAGE_LABEL, IMAGES, &text[0]) == ODD_FORMAT);
    odd_image_facts_close(&p.facts);
    odd_table_free(&p.texts);
    odd_file_close(&ingest);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"stay", test_stay},
    CU_TEST_INFO_NULL,
};

/* Training images: which of the ingest can be learnt from, in memory or read one by one; how they
 * are loaded, as they are or damaged. */
#include "oddlot/run/columns.h"
#include "oddlot/store/dataset.h"
#include "training_fixture.h"

#include "stage/ingest/ingest_internal.h"

const char *odd_test_name = "stage/train_images";

/* ---- where they are ---- */

/* What may be wrong with the ingest. */
typedef struct {
    int64_t states, marks; /* rows of the columns `status`, `held_out` (-1: there is none) */
    bool none_is_readable;
} ingest_faults;

static const ingest_faults no_faults = {.states = IMAGES, .marks = IMAGES};

static odd_status write_ingest(const char *path, const ingest_faults *f)
{
    const odd_shape stack = {ODD_U8, 1, 4, {IMAGES, SIDE, SIDE, 1}};
    const odd_partition part = odd_partition_rows(WORLD, IMAGES);
    const int64_t mine = odd_rank(WORLD) == 0; /* rank 0 writes the columns */
    uint8_t level[IMAGES * LEVELS], status[IMAGES + 1] = {0}, held[IMAGES + 1] = {0};
    odd_file *file = NULL;
    odd_dataset *dataset = NULL;
    odd_status st;
    for (int64_t i = 0; i < part.n_local * LEVELS; i++)
        level[i] = level_of(part.row0 + i / LEVELS, (int)(i % LEVELS));
    for (int64_t i = 0; i < IMAGES; i++) {
        status[i] = i == UNREADABLE || f->none_is_readable ? 2 : ODD_IMAGE_OK;
        held[i] = i % 5 == 0;
    }
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_dataset_create(file, "images", &stack, "test", "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, part.row0, part.n_local, level));
    odd_dataset_close(&dataset);
    ODD_TRY(odd_column_write(file, "status", ODD_U8, f->states, 0, mine * f->states, status, "test",
                             ""));
    if (f->marks >= 0)
        ODD_TRY(odd_column_write(file, "held_out", ODD_U8, f->marks, 0, mine * f->marks, held,
                                 "test", ""));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&dataset);
    odd_file_discard(&file);
    return st;
}

/* Open the images of an ingest for the levels 0 ... 255. *file stays open. */
static odd_status open_images(const ingest_faults *f, double gigabytes, odd_file **file,
                              odd_train_images *images)
{
    const odd_run_options options = {.memory = gigabytes};
    const odd_run run = {.comm = WORLD, .options = &options};
    const char *path = fixture_path("ingest.h5");
    odd_status st;
    *images = (odd_train_images){0};
    ODD_TRY(write_ingest(path, f));
    ODD_TRY(odd_file_open(WORLD, path, false, file));
    ODD_TRY(odd_train_images_open(&run, *file, "levels", images));
done:
    return st;
}

static void close_images(odd_file **file, odd_train_images *images)
{
    odd_train_images_close(images);
    odd_file_close(file);
    check_all(WORLD, odd_store_open_objects() == 0);
}

static void test_which(void)
{
    odd_train_images images;
    odd_file *file = NULL;
    bool good = true;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_images(&no_faults, 1, &file, &images) == ODD_OK)) return;
    check_all(WORLD, images.n == IMAGES && images.bytes == LEVELS && images.width == SIDE &&
                         images.height == SIDE && images.channels == 1);
    check_all(WORLD, images.readable == IMAGES - 1 && odd_shorter_side(&images) == SIDE);
    for (int64_t i = 0; i < images.readable; i++)
        good = good && images.row[i] == i + (i >= UNREADABLE);
    for (int64_t i = 0; i < IMAGES; i++)
        good = good && images.held_out[i] == (i % 5 == 0);
    check_all(WORLD, good && images.all);
    close_images(&file, &images);
    fixture_remove(WORLD);
}

/* Old ingests hold nothing out. */
static void test_no_marks(void)
{
    ingest_faults f = no_faults;
    odd_train_images images;
    odd_file *file = NULL;
    bool good = true;
    f.marks = -1;
    fixture_folder(WORLD);
    if (!check_all(WORLD, open_images(&f, 1, &file, &images) == ODD_OK)) return;
    for (int64_t i = 0; i < IMAGES; i++)
        good = good && images.held_out[i] == 0;
    check_all(WORLD, good);
    close_images(&file, &images);
    fixture_remove(WORLD);
}

static void refused(ingest_faults f, odd_status status, const char *words)
{
    odd_train_images images;
    odd_file *file = NULL;
    check_all(WORLD, open_images(&f, 1, &file, &images) == status);
    check_all(WORLD, strstr(odd_fail_reason(), words) != NULL);
    close_images(&file, &images);
}

static void test_refused(void)
{
    fixture_folder(WORLD);
    refused((ingest_faults){.states = IMAGES - 1, .marks = IMAGES}, ODD_FORMAT,
            "40 images and the status of 39");
    refused((ingest_faults){.states = IMAGES, .marks = IMAGES + 1}, ODD_FORMAT,
            "40 images and 41 marks");
    refused((ingest_faults){.states = IMAGES, .marks = IMAGES, .none_is_readable = true}, ODD_USAGE,
            "nothing to learn");
    fixture_remove(WORLD);
}

/* ---- batches ---- */

enum { COUNT = 7 };
static const int64_t rows[COUNT] = {3, 39, 0, 3, 12, 20, 7}; /* in any order, also twice */

static bool as_they_are(const odd_train_batch *batch, const float input[])
{
    bool good = true;
    for (int64_t i = 0; i < COUNT; i++)
        for (int k = 0; k < LEVELS; k++)
            good = good && fabsf(input[i * LEVELS + k] - level_of(rows[i], k)) < 1e-3f;
    for (int i = 0; i < COUNT; i++)
        good = good && batch->label[i] == 0 && batch->value[i] == 0 && batch->altered[i] == 0;
    return good;
}

/* From memory, and read one by one. */
static void test_as_they_are(void)
{
    static const double gigabytes[] = {1, 1e-9};
    fixture_folder(WORLD);
    for (int m = 0; m < 2; m++) {
        odd_train_images images;
        odd_file *file = NULL;
        odd_train_batch batch;
        if (!check_all(WORLD, open_images(&no_faults, gigabytes[m], &file, &images) == ODD_OK))
            return;
        check_all(WORLD, (images.all != NULL) == (m == 0));
        check_all(WORLD, odd_train_batch_new(&images, COUNT, &batch) == ODD_OK);
        check_all(WORLD, odd_train_batch_load(&images, NULL, COUNT, rows, 1, &batch) == ODD_OK &&
                             as_they_are(&batch, batch.input));
        odd_train_batch_free(&batch);
        close_images(&file, &images);
    }
    fixture_remove(WORLD);
}

static const char *const squares[] = {"train.network=[dense 2]", "train.damage.kinds=[square]",
                                      "train.damage.side=2", NULL};

/* The white pixels of image i: a square of 2 x 2, or none. */
static int white_pixels(const odd_train_batch *batch, int64_t i)
{
    int white = 0;
    for (int k = 0; k < LEVELS; k++)
        white += batch->input[i * LEVELS + k] == 1;
    return white;
}

static bool all_but_white_stay(const odd_train_batch *batch, int64_t i, int64_t row)
{
    bool good = true;
    for (int k = 0; k < LEVELS; k++) {
        const float value = batch->input[i * LEVELS + k];
        good = good && (value == 1 || fabsf(value - level_of(row, k) / 255.f) < 1e-6f);
    }
    return good;
}

/* Levels are below 200 in these images: what is white was made so. */
static void test_damaged(void)
{
    training t;
    odd_train_batch batch;
    int damaged = 0;
    bool good = true;
    training_open(WORLD, squares, &odd_task_damage, &t);
    const odd_train_images *images = &t.t.images;
    good = odd_train_batch_new(images, IMAGES, &batch) == ODD_OK &&
           odd_train_batch_keep_clean(images, &batch) == ODD_OK;
    if (!check_all(WORLD, good)) return;
    for (uint32_t turn = 0; turn < 3; turn++) {
        good = odd_train_batch_load(images, &odd_damage_of(&t.t)->task, images->readable,
                                    images->row, turn, &batch) == ODD_OK &&
               good;
        for (int64_t i = 0; i < images->readable; i++) {
            const int64_t row = images->row[i];
            const bool is = odd_damage_task_kind(&odd_damage_of(&t.t)->task, row, turn) >= 0;
            good = good && batch.label[i] == is && batch.value[i] == (float)is &&
                   batch.altered[i] == is && white_pixels(&batch, i) == (is ? 4 : 0) &&
                   all_but_white_stay(&batch, i, row);
            good = good && batch.clean[i * LEVELS] == (float)(1 / 255.) * (float)level_of(row, 0);
            damaged += is;
        }
    }
    check_all(WORLD, good);
    /* half of 117: standard deviation 5.4 */
    check_all(WORLD, damaged > 58 - 27 && damaged < 58 + 27);
    odd_train_batch_free(&batch);
    training_close(&t);
}

/* Of this row in this turn: alone, among others, on any thread, again. */
static void test_no_matter_among_which(void)
{
    training t;
    odd_train_batch all, one;
    bool good = true;
    training_open(WORLD, squares, &odd_task_damage, &t);
    const odd_train_images *images = &t.t.images;
    good = odd_train_batch_new(images, IMAGES, &all) == ODD_OK &&
           odd_train_batch_new(images, 1, &one) == ODD_OK;
    all.augment = one.augment =
        (odd_augment_task){.how = {.flip = true, .shift = 2, .brightness = 0.2}, .seed = 6};
    if (!check_all(WORLD, good)) return;
    good = odd_train_batch_load(images, &odd_damage_of(&t.t)->task, images->readable, images->row,
                                5, &all) == ODD_OK;
    for (int64_t i = 0; i < images->readable; i++) {
        good = odd_train_batch_load(images, &odd_damage_of(&t.t)->task, 1, &images->row[i], 5,
                                    &one) == ODD_OK &&
               good;
        good = good && one.label[0] == all.label[i] &&
               memcmp(one.input, all.input + i * LEVELS, LEVELS * sizeof(float)) == 0;
    }
    check_all(WORLD, good);
    odd_train_batch_free(&all);
    odd_train_batch_free(&one);
    training_close(&t);
}

/* train.damage.fresh=false: the same in every turn; true: not. */
static void test_fresh(void)
{
    static const char *const fresh[] = {"train.damage.fresh=true", "train.damage.fresh=false"};
    for (int f = 0; f < 2; f++) {
        const char *const sets[] = {squares[0], squares[1], squares[2], fresh[f], NULL};
        training t;
        odd_train_batch first, later;
        training_open(WORLD, sets, &odd_task_damage, &t);
        const odd_train_images *images = &t.t.images;
        bool good = odd_train_batch_new(images, IMAGES, &first) == ODD_OK &&
                    odd_train_batch_new(images, IMAGES, &later) == ODD_OK;
        const int64_t n = images->readable;
        good = good &&
               odd_train_batch_load(images, &odd_damage_of(&t.t)->task, n, images->row, 1,
                                    &first) == ODD_OK &&
               odd_train_batch_load(images, &odd_damage_of(&t.t)->task, n, images->row, 2,
                                    &later) == ODD_OK;
        const size_t bytes = (size_t)(n * LEVELS) * sizeof(float);
        check_all(WORLD, good && (memcmp(first.input, later.input, bytes) == 0) == (f == 1));
        odd_train_batch_free(&first);
        odd_train_batch_free(&later);
        training_close(&t);
    }
}

CU_TestInfo odd_tests[] = {
    {"which can be learnt from", test_which},
    {"old ingests", test_no_marks},
    {"refused", test_refused},
    {"loaded as they are", test_as_they_are},
    {"loaded damaged", test_damaged},
    {"no matter among which", test_no_matter_among_which},
    {"damage anew in every turn, or not", test_fresh},
    CU_TEST_INFO_NULL,
};

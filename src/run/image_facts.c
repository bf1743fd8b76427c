/* Image facts: columns of ingest.h5, of which a block of rows is kept. */
#include "oddlot/run/image_facts.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/store/dataset.h"

#include <string.h>

#define BLOCK_BYTES 32768 /* of texts: few enough for one of them, many for the next ones */

static const char *const column_name[ODD_IMAGE_TEXTS] = {"path", "label", "split", "group"};

/* Rows [first, first + held) are in `cell`. */
typedef struct {
    odd_dataset *dataset; /* NULL: nobody has asked for it yet */
    size_t width;
    int64_t rows; /* of a block */
    int64_t first, held;
    char *cell; /* (rows, width) */
    char *text; /* (width + 1) the one that is lent */
} text_column;

struct odd_image_facts {
    const odd_file *ingest;
    int64_t images;
    text_column column[ODD_IMAGE_TEXTS];
    odd_dataset *truth;
};

odd_status odd_image_facts_open(const odd_file *ingest, int64_t images, odd_image_facts **out)
{
    odd_status st = ODD_NEW(*out, 1);
    if (st == ODD_OK) **out = (odd_image_facts){.ingest = ingest, .images = images};
    return st;
}

void odd_image_facts_close(odd_image_facts **facts)
{
    odd_image_facts *f = *facts;
    if (!f) return;
    for (int k = 0; k < ODD_IMAGE_TEXTS; k++) {
        odd_dataset_close(&f->column[k].dataset);
        odd_free(f->column[k].cell);
        odd_free(f->column[k].text);
    }
    odd_dataset_close(&f->truth);
    odd_free(f);
    *facts = NULL;
}

int64_t odd_image_facts_images(const odd_image_facts *facts)
{
    return facts->images;
}

static odd_status open_column(const odd_image_facts *f, const char *name, odd_type type,
                              odd_dataset **out)
{
    const odd_shape expected = {.type = type, .rank = 1, .shape = {f->images}};
    return odd_dataset_expect(f->ingest, name, &expected, out);
}

static odd_status open_texts(const odd_image_facts *f, odd_image_fact which, text_column *c)
{
    odd_status st;
    ODD_TRY(open_column(f, column_name[which], ODD_STRING, &c->dataset));
    c->width = odd_dataset_shape(c->dataset)->width;
    c->rows = odd_max(1, BLOCK_BYTES / (int64_t)c->width);
    ODD_TRY((c->cell = odd_alloc(c->rows, c->width)) ? ODD_OK : ODD_NOMEM);
    ODD_TRY(ODD_NEW(c->text, (int64_t)c->width + 1));
done:
    if (st != ODD_OK) { /* it is not open then, whoever asks again */
        odd_dataset_close(&c->dataset);
        odd_free(c->cell);
        c->cell = NULL;
    }
    return st;
}

static odd_status read_block(text_column *c, int64_t images, int64_t row)
{
    const int64_t count = odd_min(c->rows, images - row);
    odd_status st;
    c->held = 0;
    ODD_TRY(odd_dataset_read(c->dataset, row, count, ODD_STRING, c->cell));
    c->first = row;
    c->held = count;
done:
    return st;
}

static odd_status check_image(const odd_image_facts *f, int64_t image)
{
    if (image >= 0 && image < f->images) return ODD_OK;
    return odd_fail(ODD_FORMAT, "there is no image %lld among %lld", (long long)image,
                    (long long)f->images);
}

/* In the file a cell may be full, with no 0 at its end. */
odd_status odd_image_text_of(odd_image_facts *f, odd_image_fact which, int64_t image,
                             const char **text)
{
    text_column *c = &f->column[which];
    odd_status st;
    *text = "";
    ODD_TRY(check_image(f, image));
    if (!c->dataset) ODD_TRY(open_texts(f, which, c));
    if (image < c->first || image >= c->first + c->held) ODD_TRY(read_block(c, f->images, image));
    memcpy(c->text, c->cell + (size_t)(image - c->first) * c->width, c->width);
    *text = c->text;
done:
    return st;
}

odd_status odd_image_name_of(void *facts, int64_t image, const char **name)
{
    return odd_image_text_of(facts, ODD_IMAGE_NAME, image, name);
}

odd_status odd_image_truth_of(odd_image_facts *f, int64_t image, int8_t *truth)
{
    int32_t value = -1;
    odd_status st;
    ODD_TRY(check_image(f, image));
    if (!f->truth) ODD_TRY(open_column(f, "truth", ODD_I32, &f->truth));
    ODD_TRY(odd_dataset_read(f->truth, image, 1, ODD_I32, &value));
    if (value < -1 || value > 1)
        st = odd_fail(ODD_FORMAT, "ingest.h5 has %d as the truth of image %lld", value,
                      (long long)image);
done:
    *truth = (int8_t)value;
    return st;
}

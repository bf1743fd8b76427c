/* Fuzzes manifests: any bytes as a CSV file of images; the list must be one that other ranks take,
 * and as small as it may be cut, the file must be what it is whole. */
#include "fuzz.h"

#include "oddlot/base/memory.h"
#include "oddlot/image/catalogue.h"
#include "oddlot/image/csv_rows.h"

#include <unistd.h>

/* Fields and rows of a file, but for header lines that are told again. */
typedef struct {
    int fd;
    int64_t fields, rows, pieces;
    int64_t skip;
} seen;

static odd_status take_field(void *context, const char *field)
{
    seen *s = context;
    (void)field;
    s->fields += s->skip == 0;
    return ODD_OK;
}

static odd_status take_row(void *context, int64_t line)
{
    seen *s = context;
    ODD_CHECK(line >= 1);
    s->rows += s->skip == 0;
    s->skip = 0;
    return ODD_OK;
}

static odd_status parse(seen *s, const odd_csv_piece *piece)
{
    const odd_csv_taker taker = {s, take_field, take_row, 0};
    return odd_csv_parse(s->fd, "m.csv", "path", piece, &taker);
}

static odd_status take_piece(void *context, const odd_csv_piece *piece)
{
    seen *s = context;
    s->skip = s->pieces++ > 0;
    return parse(s, piece);
}

static void check_cut(int fd)
{
    seen whole = {.fd = fd}, cut = {.fd = fd};
    const odd_status st = parse(&whole, NULL);
    ODD_CHECK(odd_csv_cut(fd, "m.csv", 0, &cut, take_piece) == st);
    ODD_CHECK(st != ODD_OK || (whole.rows == cut.rows && whole.fields == cut.fields));
}

static void check_list(char *path)
{
    odd_catalogue_options options = {.kind = "manifest",
                                     .path = {&path, 1},
                                     .label_from = "none",
                                     .dataset = "",
                                     .label_dataset = ""};
    odd_catalogue list = ODD_CATALOGUE_EMPTY;
    odd_catalogue_outline outline = {0};
    odd_passed passed = {0};
    odd_status st = odd_catalogue_manifest.look(&options, "/", &outline, &passed);
    if (st == ODD_OK)
        st = odd_catalogue_manifest.list(&options, "/", &outline, 0, outline.units, &list, &passed);
    ODD_CHECK(st == ODD_OK || st == ODD_FORMAT || st == ODD_NOMEM);
    if (st == ODD_OK) st = odd_catalogue_manifest.complete(&list);
    if (st == ODD_OK) ODD_CHECK(odd_catalogue_check(&list) == ODD_OK);
    odd_catalogue_free(&list);
    odd_free(outline.bytes);
    odd_passed_free(&passed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[FUZZ_PATH];
    int fd = fuzz_file(bytes, size, path);
    check_cut(fd);
    check_list(path);
    close(fd);
    return 0;
}

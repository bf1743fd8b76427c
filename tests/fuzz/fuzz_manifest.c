/* Fuzzes manifests: any bytes as a CSV file of images; the list must survive being packed. */
#include "fuzz.h"

#include "oddlot/base/memory.h"
#include "oddlot/image/catalogue.h"

#include <unistd.h>

static void check_packed(const odd_catalogue *list)
{
    char *bytes;
    int64_t size;
    odd_catalogue again = ODD_CATALOGUE_EMPTY;
    ODD_CHECK(odd_catalogue_pack(list, &bytes, &size) == ODD_OK);
    ODD_CHECK(odd_catalogue_unpack(bytes, size, &again) == ODD_OK);
    ODD_CHECK(again.count == list->count);
    odd_catalogue_free(&again);
    odd_free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[FUZZ_PATH], *item = path;
    odd_catalogue_options options = {.kind = "manifest",
                                     .path = {&item, 1},
                                     .label_from = "none",
                                     .dataset = "",
                                     .label_dataset = ""};
    odd_catalogue list = ODD_CATALOGUE_EMPTY;
    int fd = fuzz_file(bytes, size, path);
    odd_status st = odd_catalogue_manifest.list(&options, "/", &list);
    ODD_CHECK(st == ODD_OK || st == ODD_FORMAT || st == ODD_NOMEM);
    if (st == ODD_OK) check_packed(&list);
    odd_catalogue_free(&list);
    close(fd);
    return 0;
}

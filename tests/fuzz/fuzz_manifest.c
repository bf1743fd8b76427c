/* Fuzzes manifests: any bytes as a CSV file of images; the list must be one that other ranks take.
 */
#include "fuzz.h"

#include "oddlot/image/catalogue.h"

#include <unistd.h>

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
    odd_passed passed = {0};
    odd_status st = odd_catalogue_manifest.list(&options, "/", NULL, 0, 1, &list, &passed);
    ODD_CHECK(st == ODD_OK || st == ODD_FORMAT || st == ODD_NOMEM);
    if (st == ODD_OK) st = odd_catalogue_manifest.complete(&list);
    if (st == ODD_OK) ODD_CHECK(odd_catalogue_check(&list) == ODD_OK);
    odd_catalogue_free(&list);
    odd_passed_free(&passed);
    close(fd);
    return 0;
}

/* Stochastic depth of a list of layers. */
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"

#include <stdio.h>
#include <string.h>

static bool is_sum(const char *item)
{
    while (*item == ' ' || *item == '\t')
        item++;
    return strncmp(item, "add ", 4) == 0;
}

void odd_layer_list_free(odd_layer_list *list)
{
    for (int i = 0; list->item && i < list->count; i++)
        odd_free(list->item[i]);
    odd_free(list->item);
    *list = (odd_layer_list){0};
}

static odd_status append_item(odd_layer_list *list, const char *item)
{
    const int64_t length = (int64_t)strlen(item) + 1;
    odd_status st;
    ODD_TRY(ODD_NEW(list->item[list->count], length));
    memcpy(list->item[list->count++], item, (size_t)length);
done:
    return st;
}

odd_status odd_train_drop_paths(int items, const char *const item[], double most,
                                odd_layer_list *out)
{
    char words[48];
    int sums = 0, sum = 0;
    odd_status st;
    *out = (odd_layer_list){0};
    for (int i = 0; i < items; i++)
        sums += is_sum(item[i]);
    if (sums == 0)
        return odd_fail(ODD_ARG, "no `add` in the list of layers, before which a branch could be "
                                 "dropped");
    ODD_TRY(ODD_NEW(out->item, (int64_t)items + sums));
    for (int i = 0; i < items; i++) {
        if (is_sum(item[i])) {
            snprintf(words, sizeof words, "drop_path %.9g", most * ++sum / sums);
            ODD_TRY(append_item(out, words));
        }
        ODD_TRY(append_item(out, item[i]));
    }
done:
    if (st != ODD_OK) odd_layer_list_free(out);
    return st;
}

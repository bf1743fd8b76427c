/* Job nodes: one node of YAML becomes the value of one option, or a reason why not. */
#include "base/job_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *odd_node_text(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

static bool is_plain_scalar(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* "null" and ~ without quotes; quoted they are texts. */
bool odd_node_is_null(const yaml_node_t *node)
{
    if (!is_plain_scalar(node)) return false;
    return strcmp(odd_node_text(node), "~") == 0 || strcasecmp(odd_node_text(node), "null") == 0;
}

bool odd_node_is_nothing(const yaml_node_t *node)
{
    return is_plain_scalar(node) && node->data.scalar.length == 0;
}

void odd_node_add_found(const yaml_node_t *node, odd_text *out)
{
    if (node->type == YAML_SEQUENCE_NODE)
        odd_text_add(out, "a list");
    else if (node->type == YAML_MAPPING_NODE)
        odd_text_add(out, "a mapping");
    else if (odd_node_is_nothing(node))
        odd_text_add(out, "nothing");
    else
        odd_text_format(out, "'%.60s'", odd_node_text(node));
}

odd_status odd_node_unexpected(const char *what, const yaml_node_t *node)
{
    odd_text found = ODD_TEXT_EMPTY;
    odd_node_add_found(node, &found);
    odd_fail(ODD_USAGE, "expected %s, found %s", what, odd_text_string(&found));
    odd_text_free(&found);
    return ODD_USAGE;
}

static odd_status fail_option(const odd_option *option, const yaml_node_t *node)
{
    odd_text what = ODD_TEXT_EMPTY;
    odd_value_expected(option, &what);
    odd_node_unexpected(odd_text_string(&what), node);
    odd_text_free(&what);
    return ODD_USAGE;
}

/* A scalar with something in it, without the zero bytes that only an escape can bring; where parts
 * are named, one that there is. */
static odd_status check_scalar(const odd_option *option, const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE || odd_node_is_nothing(node))
        return fail_option(option, node);
    if (strlen(odd_node_text(node)) != node->data.scalar.length)
        return odd_fail(ODD_USAGE, "a text with a zero byte");
    return odd_parts_check(option, odd_node_text(node));
}

/* On failure *at is moved to the item that is wrong. */
static odd_status read_sequence(yaml_document_t *document, const odd_option *option,
                                const yaml_node_t *node, void *field, yaml_mark_t *at)
{
    odd_status st = ODD_OK;
    const yaml_node_item_t *items = node->data.sequence.items.start;
    int64_t count = node->data.sequence.items.top - items;
    const char **texts = calloc((size_t)count + 1, sizeof *texts);
    if (!texts) return odd_fail(ODD_NOMEM, "cannot allocate a list");
    for (int64_t i = 0; i < count; i++) {
        const yaml_node_t *item = yaml_document_get_node(document, items[i]);
        *at = item->start_mark;
        ODD_TRY(check_scalar(option, item));
        texts[i] = odd_node_text(item);
    }
    st = odd_value_read_list(texts, count, field);
done:
    free(texts);
    return st;
}

odd_status odd_node_read(yaml_document_t *document, const odd_option *option,
                         const yaml_node_t *node, void *field, yaml_mark_t *at)
{
    if (odd_option_is_list(option) && node->type == YAML_SEQUENCE_NODE)
        return read_sequence(document, option, node, field, at);
    odd_status st = check_scalar(option, node);
    return st == ODD_OK ? odd_value_read(option, odd_node_text(node), field) : st;
}

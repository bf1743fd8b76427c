/**
 * Shard output: runs and reports of oddlot that were packed together with the images.
 */
#ifndef ODDLOT_IMAGE_SHARD_OUTPUT_INTERNAL_H
#define ODDLOT_IMAGE_SHARD_OUTPUT_INTERNAL_H

#include "oddlot/base/run_folder.h"
#include "oddlot/image/passed.h"

#define ODD_OUTPUT_HEAD ODD_REPORT_NEAR /* bytes of a member to look at */

/* Folders in a shard that oddlot wrote. Owned: odd_output_free(). */
typedef struct {
    char **folder; /* paths as odd_member_path() makes them */
    int64_t count, room;
} odd_shard_output;

/** True for members that may show that their folder is one. */
bool odd_output_suspected(const char *member, int64_t size);

/** Look at the first bytes of such a member. ODD_NOMEM. */
odd_status odd_output_look(odd_shard_output *output, const char *member, const void *head,
                           size_t size);

/** Once all were looked at, before what follows. */
void odd_output_sort(odd_shard_output *output);

/** Is the member in one of them? ODD_NOMEM. */
odd_status odd_output_holds(const odd_shard_output *output, const char *member, bool *holds);

/** Count them; `shard` goes before their names. ODD_NOMEM. */
odd_status odd_output_count(const odd_shard_output *output, const char *shard, odd_passed *passed);

void odd_output_free(odd_shard_output *output);

#endif

/**
 * Segments: the files that hold the rows of one dataset between them.
 *
 * A catalogue of 10^8 images has features of half a terabyte: several files are spread over more
 * disks of a parallel file system, and are copied and kept one by one. Segment k of F of
 * "features.h5" is "features.k-of-F.h5" beside it, with an even run of the rows. They belong to the
 * file that has the dataset, appear and go with it, and have its fingerprint.
 */
#ifndef ODDLOT_STORE_SEGMENTS_INTERNAL_H
#define ODDLOT_STORE_SEGMENTS_INTERNAL_H

#include "store/file_internal.h"

/* segment_names.c */

/** The first row of segment k (from 0; k = count: the end) of `rows` rows. @local */
int64_t odd_segment_row(int64_t rows, int count, int k);

/** The name of segment k (from 0) of the file `path`: "features.1-of-3.h5", with the folder of
 *  `path` or without. Owned by caller: free(). ODD_NOMEM. @local */
odd_status odd_segment_path(const char *path, int count, int k, bool folder, char **out);

/** Remove segments of the file of that name that are not those of a cut into `count`; 0: all. Only
 *  files of this stage go. @local: one rank */
void odd_segments_remove_others(const char *path, const char *stage, int count);

/** Remove what a killed program had not finished of segments, of any cut. @local: one rank */
void odd_segments_remove_unfinished(const char *path);

/* segments.c */

/** Begin the segments of a file that is written; they are published and discarded with it.
 *  @collective; ODD_IO, ODD_NOMEM */
odd_status odd_segments_create(odd_file *file, int count);

/** How many a file of ours says that it has; 0: none. ODD_FORMAT beyond ODD_SEGMENTS_MOST. @local
 */
odd_status odd_segments_count(const odd_file *file, int *count);

/** Open the segments of a file of ours for reading. ODD_IO, ODD_FORMAT naming the one that is
 *  missing or of another run. Owned by caller. @local */
odd_status odd_segments_open(const odd_file *file, odd_file ***out, int *count);
void odd_segments_close(odd_file ***segments, int count); /* @local */

/** Where the file has any: are they all there, and of the same run? @local */
bool odd_segments_whole(const odd_file *file);

#endif

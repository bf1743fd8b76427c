/**
 * Views: an audit looks at images in several ways (how they are laid out, what they show, what was
 * measured of them), ranks them in each by how odd they are, and joins the rankings into one. What
 * is usual in one view may be odd in another: a tight group of room scenes among packshots is the
 * most usual thing of all to a network, but nothing like the rest in its layout.
 */
#ifndef ODDLOT_STAGE_VIEWS_H
#define ODDLOT_STAGE_VIEWS_H

#include "oddlot/base/job.h"
#include "oddlot/detect/detector.h"
#include "oddlot/store/file.h"

#include <stdbool.h>
#include <stdint.h>

enum { ODD_MOST_VIEWS = 8 };

extern const odd_section odd_views_section;

/** Does the job look at its images in several ways? @local */
bool odd_has_views(const odd_job *job);

/** The columns that the views of a job give, the joined one first: column (1 + ODD_MOST_VIEWS),
 *  each the `-log10` of a share of usual images that are as odd. Returns the count. @local */
int odd_view_columns(const odd_job *job, odd_score_column column[]);

/** The values of columns of views.h5 for the rows [first, first + count) of features.h5:
 *  value (count, columns). @local; ODD_FORMAT, ODD_IO */
odd_status odd_view_values_read(const odd_job *job, const odd_file *views, int64_t first,
                                int64_t count, double value[]);

/** One sentence why an image is odd, from the values of its columns: the views that find it so,
 *  and what of its measures is least usual. row: of features.h5. @local */
odd_status odd_view_reason(const odd_job *job, const odd_file *views, int64_t row,
                           const double value[], char *buffer, size_t size);

#endif

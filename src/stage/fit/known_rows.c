/* What is known of the rows that a detector learns from. */
#include "oddlot/run/columns.h"
#include "oddlot/run/run.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/calibration.h"
#include "stage/fit/fit_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

/* The image of each of my rows, which are some of the features': (n_local). @local */
static odd_status read_images(const odd_file *features, const odd_stored_rows *rows, int64_t images,
                              int64_t **out)
{
    const int64_t n = rows->rows.part.n_local;
    odd_partition between = {0};
    int64_t *image = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, n));
    ODD_TRY(odd_image_count(features, "row", &between.n));
    if (n > 0) {
        between.row0 = odd_stored_row(rows, 0);
        between.n_local = odd_stored_row(rows, n - 1) - between.row0 + 1;
    }
    if (between.row0 + between.n_local > between.n)
        ODD_TRY(odd_fail(ODD_FORMAT, "features.h5 has fewer rows than reduce.h5"));
    ODD_TRY(ODD_NEW(image, between.n_local));
    ODD_TRY(odd_feature_images_part(features, images, &between, image));
    for (int64_t i = 0; i < n; i++)
        (*out)[i] = image[odd_stored_row(rows, i) - between.row0];
done:
    odd_free(image);
    return st;
}

/* @local */
static odd_status read_verified(const odd_job *job, const odd_file *ingest,
                                const odd_file *features, const odd_stored_rows *rows,
                                int64_t **image, uint8_t **out)
{
    const int64_t n = rows->rows.part.n_local;
    int64_t images;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, n));
    ODD_TRY(odd_image_count(ingest, "verified", &images));
    ODD_TRY(read_images(features, rows, images, image));
    ODD_TRY(odd_image_column_of(ingest, "ingest.h5", "verified", ODD_U8, images, n, *image, *out));
    ODD_TRY(odd_calibration_hide(job, ingest, n, *image, *out));
done:
    return st;
}

/* Odd ones are of none. first: the image of the first number of the filing. @local */
static odd_status set_classes(odd_image_facts *facts, int64_t first, int64_t n,
                              const int64_t image[], odd_known_rows *out)
{
    const odd_labels *labels = &out->filing.labels;
    odd_status st = ODD_OK;
    if (labels->count > INT32_MAX)
        ODD_TRY(odd_fail(ODD_ARG, "%lld classes are too many", (long long)labels->count));
    ODD_TRY(ODD_NEW(out->class_of, n));
    for (int64_t i = 0; i < n; i++) {
        int8_t truth;
        ODD_TRY(odd_image_truth_of(facts, image[i], &truth));
        out->class_of[i] = truth == ODD_TRUTH_ODD ? -1 : (int32_t)labels->of[image[i] - first];
    }
    out->known.class_of = out->class_of;
    out->known.classes = (int32_t)labels->count;
    out->known.names = labels->name;
done:
    return st;
}

/* @collective */
static odd_status read_classes(const odd_run *run, const odd_file *ingest, int64_t n,
                               const int64_t image[], odd_known_rows *out)
{
    const odd_fit_options *o = odd_job_section(run->job, "fit");
    const int64_t first = n > 0 ? image[0] : 0, count = n > 0 ? image[n - 1] - first + 1 : 0;
    odd_image_facts *facts = NULL;
    int64_t images;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_image_count(ingest, "verified", &images));
    ODD_TRY_ALL(run->comm, odd_image_facts_open(ingest, images, &facts));
    ODD_TRY(odd_filing_read(run->comm, facts, first, count, o->classes_from, &out->filing));
    ODD_TRY_ALL(run->comm, set_classes(facts, first, n, image, out));
done:
    odd_image_facts_close(&facts);
    return st;
}

odd_status odd_known_rows_read(odd_run *run, const odd_stored_rows *rows, bool classes,
                               odd_known_rows *out)
{
    odd_file *ingest = NULL, *features = NULL;
    int64_t *image = NULL;
    odd_status st;
    *out = (odd_known_rows){0};
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    ODD_TRY_ALL(run->comm, read_verified(run->job, ingest, features, rows, &image, &out->verified));
    out->known.verified = out->verified;
    if (!classes) goto done;
    ODD_TRY(read_classes(run, ingest, rows->rows.part.n_local, image, out));
done:
    odd_file_close(&features);
    odd_file_close(&ingest);
    odd_free(image);
    return st;
}

void odd_known_rows_free(odd_known_rows *known)
{
    odd_filing_free(&known->filing);
    odd_free(known->verified);
    odd_free(known->class_of);
    *known = (odd_known_rows){0};
}

/* Feature sink: rows of features into features.h5, dense or as the places of ones. */
#include "stage/features/feature_output_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

static const char about[] = "a row of features for each readable image";

static odd_status create_dense(odd_file *file, int64_t n, int width,
                               const odd_feature_output_options *options, odd_dataset **out)
{
    const odd_type type = odd_feature_type(options);
    const odd_shape matrix = {.type = type, .rank = 2, .shape = {n, width}};
    const int files = odd_feature_files(options, n * width * (int64_t)odd_type_size(type));
    return odd_dataset_create_split(file, "features", &matrix, about, "", files, out);
}

odd_status odd_feature_sink_open(MPI_Comm comm, odd_file *file, int64_t n, int64_t row0,
                                 int64_t n_local, int width,
                                 const odd_feature_output_options *options, bool bits,
                                 odd_feature_sink *out)
{
    *out = (odd_feature_sink){.file = file, .n = n, .row0 = row0, .width = width};
    if (!bits) return create_dense(file, n, width, options, &out->dense);
    return odd_agree(comm, ODD_NEW(out->bits, n_local * odd_bits_bytes(width)));
}

odd_status odd_feature_sink_add(odd_feature_sink *sink, int64_t count, const float x[])
{
    odd_status st = ODD_OK;
    if (sink->dense)
        st = odd_dataset_write(sink->dense, sink->row0 + sink->taken, count, x);
    else
        odd_bits_pack(count, sink->width, x,
                      sink->bits + sink->taken * odd_bits_bytes(sink->width));
    sink->taken += count;
    return st;
}

odd_status odd_feature_sink_finish(odd_feature_sink *sink)
{
    const bool written = sink->dense;
    odd_dataset_close(&sink->dense);
    if (written) return ODD_OK;
    return odd_sparse_write(sink->file, "features", sink->n, sink->width,
                            "where a row of features is 1; for each readable image", sink->row0,
                            sink->taken, sink->bits);
}

void odd_feature_sink_close(odd_feature_sink *sink)
{
    odd_dataset_close(&sink->dense);
    odd_free(sink->bits);
    sink->bits = NULL;
}

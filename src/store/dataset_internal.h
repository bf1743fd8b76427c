/**
 * Dataset, as the files of this room see it.
 */
#ifndef ODDLOT_STORE_DATASET_INTERNAL_H
#define ODDLOT_STORE_DATASET_INTERNAL_H

#include "store/file_internal.h"

#include "oddlot/store/dataset.h"

struct odd_dataset {
    hid_t id;
    hid_t transfer; /* how to read */
    odd_file *file; /* borrowed */
    char *name;
    odd_shape shape;
    int64_t rows, row_bytes; /* a scalar is one row */
    int tally;               /* writing: its number in file->tally */

    /* Where its rows lie in other files: */
    int segments;          /* 0: they lie in this one */
    odd_dataset **segment; /* the rows of each */
    odd_file **opened;     /* reading: these files; writing: NULL, they are file->segment */
};

/* dataset_here.c */

/** A dataset without anything of HDF5 yet; its shape. odd_dataset_close_here(), also on failure.
 *  @local; ODD_NOMEM, ODD_ARG */
odd_status odd_dataset_new(const odd_file *file, const char *name, odd_dataset **out);
odd_status odd_dataset_set_shape(odd_dataset *d, const odd_shape *shape);

/** Open it in HDF5. split: it is a virtual one of ours, whose shape is a claim until its segments
 *  are opened. @local; ODD_FORMAT */
odd_status odd_dataset_open_here(odd_dataset *d, bool *split);
void odd_dataset_close_here(odd_dataset **dataset); /* but for its segments; @local */

/** ODD_FORMAT, naming file, dataset and both, unless its shape is the one that is wanted:
 * dimensions of -1 and widths of 0 are any; halves: ODD_F16 will do for ODD_F32. @local */
odd_status odd_dataset_insist(const odd_dataset *d, const odd_shape *wanted, bool halves);

/** The space of `rows` rows of that shape. Owned by caller: H5Sclose(). @local */
hid_t odd_dataset_space(const odd_shape *shape, int64_t rows);
/** The same of all rows, with row0 ... row0 + count - 1 chosen. Owned by caller. @local */
hid_t odd_dataset_rows(const odd_dataset *d, int64_t row0, int64_t count);

/** Write or read rows that are there, of this rank alone; no tally is kept. @local; ODD_IO,
 *  ODD_FORMAT */
odd_status odd_dataset_write_here(odd_dataset *d, int64_t row0, int64_t count, const char *data);
odd_status odd_dataset_read_here(const odd_dataset *d, int64_t row0, int64_t count, odd_type type,
                                 void *data);

/* dataset_create.c */

/** A dataset that all ranks want alike, with its tally, and without anything of HDF5 yet.
 *  @collective; ODD_DIFFER, ODD_ARG, ODD_NOMEM */
odd_status odd_dataset_prepare(odd_file *file, const char *name, const odd_shape *shape,
                               const char *about, const char *unit, odd_dataset **out);

/** How every dataset is created. Owned by caller: H5Pclose(). @local */
hid_t odd_dataset_properties(void);
/** Create it in HDF5, as the properties say. By all ranks, not agreed on; ODD_IO */
odd_status odd_dataset_create_hdf5(odd_dataset *d, hid_t properties);

/** Its attributes. @collective; ODD_IO */
odd_status odd_dataset_describe(const odd_dataset *d, const char *about, const char *unit);

/* dataset_split.c */

/** Open what the segments of a virtual dataset of ours hold; with this its shape is proved.
 *  ODD_IO, ODD_FORMAT where one is missing, of another run, or of another shape. @local */
odd_status odd_split_open(odd_dataset *d);
void odd_split_close(odd_dataset *d); /* of any dataset what it has of segments; @local */

/** As odd_dataset_write_here() and odd_dataset_read_here(), where rows lie in segments. @local */
odd_status odd_split_write(odd_dataset *d, int64_t row0, int64_t count, const char *data);
odd_status odd_split_read(const odd_dataset *d, int64_t row0, int64_t count, odd_type type,
                          char *data);

#endif

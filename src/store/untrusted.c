/* Checks on HDF5 files that we do not trust, made before anything is allocated by their word. */
#include "store/untrusted_internal.h"

#include "oddlot/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The signature of HDF5, and the superblock versions with checksums, which oddlot writes. */
static const unsigned char signature[8] = "\x89HDF\r\n\x1a\n";
enum { SUPERBLOCK_WITH_CHECKSUM = 2 };

/* Deflate cannot shrink by more than this. */
enum { DEFLATE_LIMIT = 1032 };

static odd_status check_open_file(int fd, const char *path, bool any, int64_t *bytes)
{
    struct stat about;
    unsigned char start[sizeof signature + 1] = {0};
    if (fstat(fd, &about) != 0)
        return odd_fail(ODD_IO, "cannot examine '%s': %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode)) return odd_fail(ODD_FORMAT, "'%s' is not a regular file", path);
    if (pread(fd, start, sizeof start, 0) < 0)
        return odd_fail(ODD_IO, "cannot read '%s': %s", path, strerror(errno));
    *bytes = about.st_size;
    bool hdf5 = memcmp(start, signature, sizeof signature) == 0;
    /* Other writers may have put a block of their own before HDF5's. */
    if (!hdf5 && (!any || H5Fis_hdf5(path) <= 0))
        return odd_fail(ODD_FORMAT, "'%s' is not an HDF5 file", path);
    if (!any && start[sizeof signature] < SUPERBLOCK_WITH_CHECKSUM)
        return odd_fail(ODD_FORMAT, "'%s' was not written by oddlot", path);
    return ODD_OK;
}

odd_status odd_untrusted_file(const char *path, bool any, int64_t *bytes)
{
    *bytes = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* do not wait at a named pipe */
    if (fd < 0) return odd_fail(ODD_IO, "cannot open '%s': %s", path, strerror(errno));
    odd_status st = check_open_file(fd, path, any, bytes);
    close(fd);
    H5Eclear2(H5E_DEFAULT);
    return st;
}

bool odd_file_is_hdf5(const char *path)
{
    unsigned char start[sizeof signature];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    const bool whole = pread(fd, start, sizeof start, 0) == sizeof start;
    close(fd);
    return whole && memcmp(start, signature, sizeof start) == 0;
}

static bool is_known_filter(H5Z_filter_t filter)
{
    return filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE ||
           filter == H5Z_FILTER_FLETCHER32;
}

/* Only how the bytes are laid out; *factor is the most by which they can outnumber those stored. */
static odd_status check_storage(hid_t layout, int64_t *factor)
{
    *factor = 1;
    H5D_layout_t kind = H5Pget_layout(layout);
    if (kind != H5D_COMPACT && kind != H5D_CONTIGUOUS && kind != H5D_CHUNKED)
        return odd_fail(ODD_FORMAT, "virtual storage, which points into other files");
    if (H5Pget_external_count(layout) != 0)
        return odd_fail(ODD_FORMAT, "external storage, which points into other files");
    int filters = kind == H5D_CHUNKED ? H5Pget_nfilters(layout) : 0;
    for (int i = 0; i < filters; i++) {
        unsigned flags, config;
        size_t values = 0;
        H5Z_filter_t id =
            H5Pget_filter2(layout, (unsigned)i, &flags, &values, NULL, 0, NULL, &config);
        if (!is_known_filter(id))
            return odd_fail(ODD_FORMAT, "filter %d, which oddlot does not use", (int)id);
        if (id == H5Z_FILTER_DEFLATE) *factor *= DEFLATE_LIMIT;
    }
    return filters >= 0 ? ODD_OK : odd_fail(ODD_FORMAT, "filters that cannot be read");
}

/* The elements as so many bytes each. */
static odd_status read_extent(hid_t type, hid_t space, odd_shape *shape)
{
    hsize_t size[H5S_MAX_RANK];
    *shape = (odd_shape){.type = ODD_STRING, .width = H5Tget_size(type)};
    H5S_class_t kind = H5Sget_simple_extent_type(space);
    if (kind != H5S_SCALAR && kind != H5S_SIMPLE) return odd_fail(ODD_FORMAT, "no data at all");
    shape->rank = H5Sget_simple_extent_ndims(space);
    if (shape->rank < 0 || shape->rank > ODD_MAX_RANK)
        return odd_fail(ODD_FORMAT, "%d dimensions; at most %d", shape->rank, ODD_MAX_RANK);
    H5Sget_simple_extent_dims(space, size, NULL);
    for (int i = 0; i < shape->rank; i++) {
        if (size[i] > INT64_MAX) return odd_fail(ODD_FORMAT, "a dimension beyond all sizes");
        shape->shape[i] = (int64_t)size[i];
    }
    return ODD_OK;
}

static odd_status check_size(const odd_file *file, hid_t dataset, const odd_shape *shape,
                             int64_t factor)
{
    int64_t claimed, stored = (int64_t)H5Dget_storage_size(dataset);
    if (odd_shape_bytes(shape, &claimed) != ODD_OK)
        return odd_fail(ODD_FORMAT, "%s", odd_fail_reason());
    if (claimed > 0 && (stored < 0 || stored > file->bytes || claimed / factor > stored))
        return odd_fail(ODD_FORMAT, "%lld bytes claimed, %lld stored in a file of %lld",
                        (long long)claimed, (long long)stored, (long long)file->bytes);
    return ODD_OK;
}

odd_status odd_untrusted_storage(const odd_file *file, hid_t dataset, odd_shape *shape)
{
    odd_status st;
    int64_t factor;
    *shape = (odd_shape){0};
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hid_t layout = H5Dget_create_plist(dataset);
    if (type < 0 || space < 0 || layout < 0) ODD_TRY(odd_hdf5_fail(ODD_FORMAT, "damaged"));
    ODD_TRY(check_storage(layout, &factor));
    ODD_TRY(read_extent(type, space, shape));
    ODD_TRY(check_size(file, dataset, shape, factor));
done:
    if (layout >= 0) H5Pclose(layout);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    H5Eclear2(H5E_DEFAULT);
    return st;
}

static odd_status element_of(hid_t dataset, odd_shape *shape)
{
    hid_t type = H5Dget_type(dataset);
    odd_status st = odd_element_of(type, &shape->type, &shape->width);
    H5Tclose(type);
    return st;
}

/* In our elements, which may be wider than those that are stored. */
static odd_status in_elements(const odd_shape *stored, odd_shape *shape)
{
    int64_t bytes;
    shape->rank = stored->rank;
    memcpy(shape->shape, stored->shape, sizeof shape->shape);
    if (odd_shape_bytes(shape, &bytes) == ODD_OK) return ODD_OK;
    return odd_fail(ODD_FORMAT, "%s", odd_fail_reason());
}

odd_status odd_untrusted_dataset(const odd_file *file, const char *name, hid_t dataset,
                                 odd_shape *shape)
{
    odd_shape stored;
    *shape = (odd_shape){0};
    odd_status st = element_of(dataset, shape);
    if (st == ODD_OK) st = odd_untrusted_storage(file, dataset, &stored);
    if (st == ODD_OK) st = in_elements(&stored, shape);
    return st == ODD_OK ? st : odd_fail_prefix(st, "dataset '%s' of '%s': ", name, file->path);
}

/* Only what is said of a dataset. */
static odd_status read_dataset_extent(hid_t dataset, odd_shape *shape)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    const odd_status st = type >= 0 && space >= 0 ? read_extent(type, space, shape)
                                                  : odd_hdf5_fail(ODD_FORMAT, "damaged");
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return st;
}

odd_status odd_untrusted_extent(const odd_file *file, const char *name, hid_t dataset,
                                odd_shape *shape)
{
    odd_shape said;
    *shape = (odd_shape){0};
    odd_status st = element_of(dataset, shape);
    if (st == ODD_OK) st = read_dataset_extent(dataset, &said);
    if (st == ODD_OK && said.rank == 0) st = odd_fail(ODD_FORMAT, "a virtual scalar");
    if (st == ODD_OK) st = in_elements(&said, shape);
    return st == ODD_OK ? st : odd_fail_prefix(st, "dataset '%s' of '%s': ", name, file->path);
}

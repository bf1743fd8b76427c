# Every foreign library, found once: the needed ones, then those of optional parts. Each room links only what its row in
# src/CMakeLists.txt names. At the end CMakeLists.txt prints what was found.
list(APPEND CMAKE_MODULE_PATH ${PROJECT_SOURCE_DIR}/src/cmake)
include(CheckSymbolExists)
include(CheckFunctionExists)
find_package(PkgConfig REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS C)
find_package(ZLIB REQUIRED)

# -- MPI: the one place that knows which it is --
find_package(MPI REQUIRED COMPONENTS C)
set(CMAKE_REQUIRED_LIBRARIES MPI::MPI_C)
check_symbol_exists(OPEN_MPI mpi.h ODDLOT_OPEN_MPI)
unset(CMAKE_REQUIRED_LIBRARIES)
if(ODDLOT_OPEN_MPI)
    set(ODDLOT_MPI_NAME "Open MPI")
    set(ODDLOT_MPI_OF_DEBIAN openmpi) # in the names of its packages for ScaLAPACK and HDF5
    set(ODDLOT_MPI_OF_INTEL openmpi)  # and of MKL's BLACS
    set(ODDLOT_OTHER_MPI mpich)       # of Debian
else()
    set(ODDLOT_MPI_NAME "MPICH or of its kind")
    set(ODDLOT_MPI_FLAGS $<$<C_COMPILER_ID:GNU>:-Wno-stringop-overflow>) # its MPI_STATUSES_IGNORE is no array
    set(ODDLOT_MPI_OF_DEBIAN mpich)
    set(ODDLOT_MPI_OF_INTEL intelmpi) # which has MPICH's interface
    set(ODDLOT_OTHER_MPI openmpi)
endif()

# -- HDF5, parallel, by its compiler wrapper h5pcc --
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 COMPONENTS C)
set(odd_hdf5_wanted "Parallel HDF5 is needed, for the MPI of ${MPI_C_COMPILER}: install libhdf5-${ODDLOT_MPI_OF_DEBIAN}-dev "
    "(Debian) or load your cluster's module of it, and name it by -DHDF5_ROOT=PREFIX or "
    "-DHDF5_C_COMPILER_EXECUTABLE=PATH/h5pcc in a fresh build folder.")
if(NOT HDF5_FOUND)
    message(FATAL_ERROR "No HDF5 was found. " ${odd_hdf5_wanted})
elseif(NOT HDF5_IS_PARALLEL)
    message(FATAL_ERROR "The HDF5 that was found, in ${HDF5_INCLUDE_DIRS}, is a serial one. " ${odd_hdf5_wanted})
elseif("${HDF5_INCLUDE_DIRS} ${HDF5_LIBRARIES}" MATCHES "hdf5.${ODDLOT_OTHER_MPI}")
    message(FATAL_ERROR "The HDF5 that was found, in ${HDF5_INCLUDE_DIRS}, is for another MPI. " ${odd_hdf5_wanted})
endif()
# Before others, as vips' pkg-config file may drag the serial one in.
add_library(oddlot_hdf5 INTERFACE)
target_include_directories(oddlot_hdf5 BEFORE INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(oddlot_hdf5 INTERFACE ${HDF5_LIBRARIES})
target_compile_definitions(oddlot_hdf5 INTERFACE H5_USE_110_API) # which all versions since 1.10 have

# -- BLAS, LAPACK, ScaLAPACK, by the variables that CMake's own modules have: BLA_VENDOR, BLAS_LIBRARIES, ... --
# Left open, it is what the compiler brings along (LibSci), else the generic names, so that Debian's alternatives (or
# LD_LIBRARY_PATH) choose which one runs, else whatever there is.
if(NOT BLA_VENDOR AND NOT DEFINED ENV{BLA_VENDOR} AND NOT BLAS_LIBRARIES)
    check_function_exists(dgemm_ ODDLOT_COMPILER_HAS_BLAS)
    if(NOT ODDLOT_COMPILER_HAS_BLAS)
        set(BLA_VENDOR Generic)
        find_package(LAPACK QUIET)
        if(NOT LAPACK_FOUND)
            unset(BLA_VENDOR)
        endif()
    endif()
endif()
find_package(BLAS REQUIRED)
find_package(LAPACK REQUIRED)
find_package(ScaLAPACK)
if(NOT ScaLAPACK_FOUND)
    message(FATAL_ERROR "No ScaLAPACK was found that links with this MPI (${MPI_C_COMPILER}), LAPACK (${LAPACK_LIBRARIES}) "
            "and BLAS (${BLAS_LIBRARIES}): install libscalapack-${ODDLOT_MPI_OF_DEBIAN}-dev (Debian), or name yours by "
            "-DSCALAPACK_ROOT=PREFIX or -DSCALAPACK_LIBRARIES=\"FILE;FILE\".")
endif()

# -- what comes with a pkg-config file: target pkg::NAME --
function(odd_pkg name module)
    pkg_check_modules(${name} ${ARGN} IMPORTED_TARGET GLOBAL ${module})
    if(${name}_FOUND)
        add_library(pkg::${name} ALIAS PkgConfig::${name})
    endif()
    set(${name}_FOUND ${${name}_FOUND} PARENT_SCOPE)
    set(${name}_VERSION ${${name}_VERSION} PARENT_SCOPE)
endfunction()
odd_pkg(yaml yaml-0.1 REQUIRED)
odd_pkg(xxhash libxxhash REQUIRED)
odd_pkg(jpeg libjpeg REQUIRED)
odd_pkg(png libpng REQUIRED)
odd_pkg(webp libwebp REQUIRED)
odd_pkg(archive libarchive REQUIRED)

# libcsv comes without a pkg-config file.
find_path(ODDLOT_CSV_INCLUDE csv.h REQUIRED)
find_library(ODDLOT_CSV NAMES csv REQUIRED)
add_library(pkg::csv INTERFACE IMPORTED GLOBAL)
target_include_directories(pkg::csv INTERFACE ${ODDLOT_CSV_INCLUDE})
target_link_libraries(pkg::csv INTERFACE ${ODDLOT_CSV})

# -- optional parts --
# odd_optional(NAME "what it brings" FOUND "what is missing"): ODDLOT_NAME is AUTO, ON or OFF; ODDLOT_WITH_NAME is the
# answer, ODDLOT_WITHOUT_NAME why not.
function(odd_optional name brings found missing)
    set(ODDLOT_${name} AUTO CACHE STRING "${brings}: AUTO (where the libraries are found), ON or OFF")
    set_property(CACHE ODDLOT_${name} PROPERTY STRINGS AUTO ON OFF)
    set(with OFF)
    set(why "")
    if(ODDLOT_${name} STREQUAL "AUTO" AND NOT found)
        set(why "${missing} not found")
    elseif(ODDLOT_${name} STREQUAL "AUTO")
        set(with ON)
    elseif(NOT ODDLOT_${name})
        set(why "ODDLOT_${name}=${ODDLOT_${name}}")
    elseif(found)
        set(with ON)
    else()
        message(FATAL_ERROR "ODDLOT_${name}=${ODDLOT_${name}}, and ${missing} not found: install it, or leave the part "
                "out by -DODDLOT_${name}=OFF")
    endif()
    set(ODDLOT_WITH_${name} ${with} PARENT_SCOPE)
    set(ODDLOT_WITHOUT_${name} "${why}" PARENT_SCOPE)
endfunction()

# Of what libvips asks for only glib is ours to know. Another of them wants hdf5.pc, which on Debian 13 leads nowhere
# where MPICH's HDF5 is installed: libvips would seem to be missing. (Of pkgconf; others ask for all.)
set(ENV{PKG_CONFIG_MAXIMUM_TRAVERSE_DEPTH} 2)
odd_pkg(vips vips QUIET)
unset(ENV{PKG_CONFIG_MAXIMUM_TRAVERSE_DEPTH})
odd_pkg(glib gobject-2.0 QUIET)
if(vips_FOUND AND glib_FOUND)
    target_link_libraries(PkgConfig::vips INTERFACE PkgConfig::glib)
else()
    set(vips_FOUND OFF)
endif()
odd_pkg(openjp2 libopenjp2 QUIET)
odd_pkg(jxl libjxl QUIET)
odd_optional(VIPS "TIFF, GIF, HEIC, AVIF, animated WebP, ICC profiles" "${vips_FOUND}" "libvips (libvips-dev)")
odd_optional(JPEG2000 "JPEG 2000" "${openjp2_FOUND}" "OpenJPEG (libopenjp2-7-dev)")
odd_optional(JPEGXL "JPEG XL" "${jxl_FOUND}" "libjxl (libjxl-dev)")

# Networks: oneDNN; the schema of ONNX files, and the compiler that makes C of it.
find_package(OneDNN 2...<4 QUIET)
odd_pkg(protobuf_c libprotobuf-c QUIET)
find_path(ODDLOT_ONNX_SCHEMA onnx.proto PATH_SUFFIXES onnx)
find_program(ODDLOT_PROTOC_C protoc-c)
set(odd_missing "")
foreach(need "OneDNN_FOUND|oneDNN 2 or 3 (libdnnl-dev)" "protobuf_c_FOUND|protobuf-c (libprotobuf-c-dev)"
        "ODDLOT_PROTOC_C|protoc-c (protobuf-c-compiler)" "ODDLOT_ONNX_SCHEMA|onnx.proto (libonnx-dev)")
    string(REPLACE "|" ";" need "${need}")
    list(GET need 0 found)
    if(NOT ${found})
        list(GET need 1 words)
        list(APPEND odd_missing "${words}")
    endif()
endforeach()
list(JOIN odd_missing ", " odd_missing_words)
set(odd_found ON)
if(odd_missing)
    set(odd_found OFF)
endif()
odd_optional(NETWORKS "features of networks, training, auto-encoders" ${odd_found} "${odd_missing_words}")

# Every foreign library, found once, by the Debian package that brings it.
# Each room links only what its row in src/CMakeLists.txt names.
find_package(PkgConfig REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS C)
find_package(ZLIB REQUIRED)
find_package(MPI REQUIRED COMPONENTS C)
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
    message(FATAL_ERROR "HDF5 at ${HDF5_INCLUDE_DIRS} is the serial one; install libhdf5-openmpi-dev, libhdf5-mpich-dev "
            "or another whose h5pcc is found (HDF5_C_COMPILER_EXECUTABLE)")
endif()

# target pkg::NAME from a pkg-config module
function(odd_pkg name module)
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${module})
    add_library(pkg::${name} ALIAS PkgConfig::${name})
endfunction()
odd_pkg(yaml yaml-0.1)
odd_pkg(xxhash libxxhash)
odd_pkg(vips vips)
odd_pkg(jpeg libjpeg)
odd_pkg(png libpng)
odd_pkg(webp libwebp)
odd_pkg(openjp2 libopenjp2)
odd_pkg(jxl libjxl)
odd_pkg(archive libarchive)
odd_pkg(protobuf_c libprotobuf-c)

# libcsv comes without a pkg-config file.
find_path(ODDLOT_CSV_INCLUDE csv.h REQUIRED)
find_library(ODDLOT_CSV NAMES csv REQUIRED)
add_library(pkg::csv INTERFACE IMPORTED GLOBAL)
target_include_directories(pkg::csv INTERFACE ${ODDLOT_CSV_INCLUDE})
target_link_libraries(pkg::csv INTERFACE ${ODDLOT_CSV})

# oneDNN's own CMake file wants OpenCL headers. Its versions 2 and 3 have two APIs: nn/exec/dnnl_2.c, dnnl_3.c.
find_path(ODDLOT_DNNL_INCLUDE dnnl.h REQUIRED)
find_library(ODDLOT_DNNL NAMES dnnl REQUIRED)
file(STRINGS ${ODDLOT_DNNL_INCLUDE}/oneapi/dnnl/dnnl_version.h ODDLOT_DNNL_MAJOR REGEX "define DNNL_VERSION_MAJOR")
string(REGEX REPLACE "[^0-9]" "" ODDLOT_DNNL_MAJOR "${ODDLOT_DNNL_MAJOR}")
add_library(pkg::dnnl INTERFACE IMPORTED GLOBAL)
target_include_directories(pkg::dnnl INTERFACE ${ODDLOT_DNNL_INCLUDE})
target_link_libraries(pkg::dnnl INTERFACE ${ODDLOT_DNNL})

# The schema of ONNX files, and the compiler that makes C of it.
find_path(ODDLOT_ONNX_SCHEMA onnx.proto PATH_SUFFIXES onnx REQUIRED)
find_program(ODDLOT_PROTOC_C protoc-c REQUIRED)

# The HDF5 that we found, not the serial one that vips' pkg-config file drags in.
add_library(oddlot_hdf5 INTERFACE)
target_include_directories(oddlot_hdf5 BEFORE INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(oddlot_hdf5 INTERFACE ${HDF5_LIBRARIES})
target_compile_definitions(oddlot_hdf5 INTERFACE H5_USE_110_API) # which all versions since 1.10 have

# Generic BLAS and LAPACK names, so that Debian's alternatives (or LD_LIBRARY_PATH) choose which one
# runs; ScaLAPACK's own CMake file is broken in Debian 12. Debian has one for each MPI.
include(CheckSymbolExists)
set(CMAKE_REQUIRED_LIBRARIES MPI::MPI_C)
check_symbol_exists(OPEN_MPI mpi.h ODDLOT_OPEN_MPI)
unset(CMAKE_REQUIRED_LIBRARIES)
if(ODDLOT_OPEN_MPI)
    find_library(ODDLOT_SCALAPACK NAMES scalapack-openmpi scalapack REQUIRED)
else()
    find_library(ODDLOT_SCALAPACK NAMES scalapack-mpich scalapack REQUIRED)
endif()
find_library(ODDLOT_LAPACK NAMES lapack REQUIRED)
find_library(ODDLOT_BLAS NAMES blas REQUIRED)
add_library(oddlot_scalapack INTERFACE)
target_link_libraries(oddlot_scalapack INTERFACE ${ODDLOT_SCALAPACK} ${ODDLOT_LAPACK} ${ODDLOT_BLAS})

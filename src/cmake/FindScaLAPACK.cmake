# ScaLAPACK with its BLACS, for the MPI, LAPACK and BLAS that were found before. It is the first of:
#   SCALAPACK_LIBRARIES  as given
#   none at all          where the compiler brings it along, as Cray's wrappers do (LibSci)
#   Intel's              where BLA_VENDOR or the BLAS is Intel's
#   a library            of the names that Debian has for Open MPI and MPICH, or plainly scalapack; SCALAPACK_ROOT first
#   pkg-config's, then that of its CMake package
# Its routines must link, or it is not found. Result: the target ScaLAPACK::ScaLAPACK with LAPACK and BLAS, and
# ScaLAPACK_LIBRARIES.
include(CheckCSourceCompiles)
include(CMakePushCheckState)
include(FindPackageHandleStandardArgs)

# Do the routines that we call link with these libraries in front of LAPACK and BLAS?
function(scalapack_links libraries out)
    string(MAKE_C_IDENTIFIER "SCALAPACK_LINKS ${libraries} ${LAPACK_LIBRARIES}" answer)
    cmake_push_check_state(RESET)
    set(CMAKE_REQUIRED_QUIET ON)
    set(CMAKE_REQUIRED_LIBRARIES ${libraries} LAPACK::LAPACK BLAS::BLAS ${libraries} MPI::MPI_C m)
    check_c_source_compiles("
        void pdsyevd_(void), numroc_(void), descinit_(void), Cblacs_gridinit(void), Csys2blacs_handle(void);
        int main(void)
        {
            pdsyevd_(), numroc_(), descinit_(), Cblacs_gridinit(), Csys2blacs_handle();
            return 0;
        }" ${answer})
    cmake_pop_check_state()
    set(${out} ${${answer}} PARENT_SCOPE)
endfunction()

set(places ${SCALAPACK_ROOT} ${ScaLAPACK_ROOT} $ENV{SCALAPACK_ROOT})
if(BLA_VENDOR MATCHES "Intel" OR BLAS_LIBRARIES MATCHES "libmkl_" OR LAPACK_LIBRARIES MATCHES "libmkl_")
    # MKL's BLACS are one for each kind of MPI.
    set(intel ${places} $ENV{MKLROOT})
    foreach(library ${BLAS_LIBRARIES})
        get_filename_component(folder "${library}" DIRECTORY)
        list(APPEND intel ${folder})
    endforeach()
    find_library(SCALAPACK_MKL NAMES mkl_scalapack_lp64 HINTS ${intel} PATH_SUFFIXES lib lib/intel64)
    find_library(SCALAPACK_MKL_BLACS NAMES mkl_blacs_${ODDLOT_MPI_OF_INTEL}_lp64 HINTS ${intel}
                 PATH_SUFFIXES lib lib/intel64)
endif()
find_library(SCALAPACK_LIBRARY NAMES scalapack-${ODDLOT_MPI_OF_DEBIAN} scalapack NAMES_PER_DIR HINTS ${places}
             PATH_SUFFIXES lib lib64)
mark_as_advanced(SCALAPACK_MKL SCALAPACK_MKL_BLACS SCALAPACK_LIBRARY)

set(works FALSE)
if(SCALAPACK_LIBRARIES)
    scalapack_links("${SCALAPACK_LIBRARIES}" works)
else()
    set(SCALAPACK_LIBRARIES "")
    scalapack_links("" works)
    set(ways "${SCALAPACK_LIBRARY}")
    if(SCALAPACK_MKL AND SCALAPACK_MKL_BLACS AND NOT places)
        list(PREPEND ways "${SCALAPACK_MKL}|${SCALAPACK_MKL_BLACS}")
    endif()
    foreach(way ${ways})
        string(REPLACE "|" ";" way "${way}")
        if(NOT works AND way)
            scalapack_links("${way}" works)
            set(SCALAPACK_LIBRARIES "${way}")
        endif()
    endforeach()
    if(NOT works)
        pkg_search_module(SCALAPACK_PC QUIET IMPORTED_TARGET GLOBAL scalapack-${ODDLOT_MPI_OF_DEBIAN} scalapack)
        if(SCALAPACK_PC_FOUND)
            set(SCALAPACK_LIBRARIES PkgConfig::SCALAPACK_PC)
            scalapack_links("${SCALAPACK_LIBRARIES}" works)
        endif()
    endif()
    if(NOT works AND NOT SCALAPACK_LIBRARY) # a package that names files which are not there ends all (Debian 12)
        find_package(scalapack CONFIG QUIET)
        if(TARGET scalapack)
            set(SCALAPACK_LIBRARIES scalapack)
            scalapack_links("${SCALAPACK_LIBRARIES}" works)
        endif()
    endif()
endif()

set(ScaLAPACK_LIBRARIES ${SCALAPACK_LIBRARIES})
set(ScaLAPACK_WORKS ${works})
find_package_handle_standard_args(ScaLAPACK REQUIRED_VARS ScaLAPACK_WORKS)
if(ScaLAPACK_FOUND AND NOT TARGET ScaLAPACK::ScaLAPACK)
    add_library(ScaLAPACK::ScaLAPACK INTERFACE IMPORTED GLOBAL)
    set(again ${ScaLAPACK_LIBRARIES}) # static ones call each other in a circle
    list(FILTER again INCLUDE REGEX "[.]a$|mkl_blacs")
    target_link_libraries(ScaLAPACK::ScaLAPACK INTERFACE ${ScaLAPACK_LIBRARIES} LAPACK::LAPACK BLAS::BLAS ${again})
endif()

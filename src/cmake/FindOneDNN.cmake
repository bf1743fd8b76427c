# oneDNN with its C interface, version 2 or 3. Its own CMake package is passed over: that of Debian wants OpenCL's headers.
# It is looked for where DNNL_DIR says (the folder of that package, or the prefix), in DNNLROOT of the environment (as
# oneAPI sets it), below CMAKE_PREFIX_PATH and where libraries are.
# Result: the target OneDNN::OneDNN, OneDNN_VERSION, OneDNN_LIBRARY.
set(places ${OneDNN_ROOT} ${DNNL_ROOT} $ENV{DNNLROOT})
foreach(given ${DNNL_DIR} $ENV{DNNL_DIR})
    list(APPEND places ${given} ${given}/../../.. ${given}/../../../..)
endforeach()
find_path(OneDNN_INCLUDE oneapi/dnnl/dnnl.h HINTS ${places} PATH_SUFFIXES include)
find_library(OneDNN_LIBRARY NAMES dnnl HINTS ${places} PATH_SUFFIXES lib lib64 lib/x86_64-linux-gnu)
mark_as_advanced(OneDNN_INCLUDE OneDNN_LIBRARY)

unset(OneDNN_VERSION)
if(OneDNN_INCLUDE)
    file(STRINGS ${OneDNN_INCLUDE}/oneapi/dnnl/dnnl_version.h numbers REGEX "define DNNL_VERSION_(MAJOR|MINOR|PATCH)")
    string(REGEX REPLACE "[^0-9;]" "" numbers "${numbers}")
    list(JOIN numbers "." OneDNN_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OneDNN REQUIRED_VARS OneDNN_LIBRARY OneDNN_INCLUDE VERSION_VAR OneDNN_VERSION
                                  HANDLE_VERSION_RANGE)
if(OneDNN_FOUND AND NOT TARGET OneDNN::OneDNN)
    add_library(OneDNN::OneDNN INTERFACE IMPORTED GLOBAL)
    target_include_directories(OneDNN::OneDNN INTERFACE ${OneDNN_INCLUDE})
    target_link_libraries(OneDNN::OneDNN INTERFACE ${OneDNN_LIBRARY})
endif()

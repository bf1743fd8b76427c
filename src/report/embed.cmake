# Makes embedded.c of report.css and report.js:
#   cmake -D FOLDER=src/report -D OUT=embedded.c -P embed.cmake

include(${CMAKE_CURRENT_LIST_DIR}/../cmake/bytes_of.cmake)

# Hexadecimal digits as base64: three digits are two letters, the rest is filled up with '='.
function(base64_of hex result)
    set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    string(LENGTH "${hex}" digits)
    math(EXPR fill "(6 - ${digits} % 6) % 6")
    string(REPEAT "0" ${fill} zeros)
    string(REGEX MATCHALL "..." threes "${hex}${zeros}")
    foreach(three IN LISTS threes)
        math(EXPR first "0x${three} / 64")
        math(EXPR second "0x${three} % 64")
        string(SUBSTRING ${alphabet} ${first} 1 a)
        string(SUBSTRING ${alphabet} ${second} 1 b)
        string(APPEND text "${a}${b}")
    endforeach()
    math(EXPR padding "${fill} / 2")
    string(LENGTH "${text}" length)
    math(EXPR kept "${length} - ${padding}")
    string(SUBSTRING "${text}" 0 ${kept} text)
    string(REPEAT "=" ${padding} equals)
    set(${result} "${text}${equals}" PARENT_SCOPE)
endfunction()

bytes_of(${FOLDER}/report.css css)
bytes_of(${FOLDER}/report.js js)
file(SHA256 ${FOLDER}/report.js hex)
base64_of(${hex} digest)
file(WRITE ${OUT}
"/* Embedded: made by embed.cmake of report.css and report.js. */
#include \"report/embedded_internal.h\"

const char odd_embedded_css[] = {
${css}};
const char odd_embedded_js[] = {
${js}};
const char odd_embedded_js_digest[] = \"${digest}\";
")

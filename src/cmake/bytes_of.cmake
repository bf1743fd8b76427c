# The bytes of a file as the initializer of a char array, and a final 0.
function(bytes_of path result)
    file(READ ${path} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)"
           "\\1\n" bytes "${bytes}")
    set(${result} "${bytes}0" PARENT_SCOPE)
endfunction()

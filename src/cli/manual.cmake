# Manual pages and the completion of bash, as the program itself prints them:
#   cmake -D PROGRAM=oddlot -D OUT=FOLDER -P manual.cmake
function(print_to file)
    execute_process(COMMAND ${PROGRAM} help ${ARGN} OUTPUT_FILE ${file} RESULT_VARIABLE code)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "'${PROGRAM} help ${ARGN}' fails: ${code}")
    endif()
endfunction()

file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT}/man/man1 ${OUT}/man/man5 ${OUT}/bash-completion/completions)
print_to(${OUT}/man/man1/oddlot.1 --man)
print_to(${OUT}/man/man5/oddlot-job.5 --man job)
print_to(${OUT}/bash-completion/completions/oddlot --completion)
file(STRINGS ${OUT}/man/man1/oddlot.1 commands REGEX "^.fBoddlot.-[a-z]+.fR.1.$")
foreach(line ${commands})
    string(REGEX REPLACE "^.fBoddlot.-([a-z]+).*" "\\1" command "${line}")
    print_to(${OUT}/man/man1/oddlot-${command}.1 --man ${command})
endforeach()

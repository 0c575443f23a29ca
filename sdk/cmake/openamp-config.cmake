# find_package(openamp), with toolchain.cmake beside this file.

# openamp_firmware(NAME SOURCE...): NAME.elf, with -DPIE=ON a position-independent image
if(PIE)
    if(NOT OPENAMP_PIE_CFLAGS)
        message(FATAL_ERROR "BOARD=${BOARD} has no position-independent images")
    endif()
    foreach(part CFLAGS LINK DEPENDS)
        set(OPENAMP_${part} ${OPENAMP_PIE_${part}})
    endforeach()
endif()

function(openamp_firmware name)
    add_executable(${name} ${ARGN})
    set_target_properties(${name} PROPERTIES SUFFIX .elf LINK_DEPENDS "${OPENAMP_DEPENDS}")
    # As one string: CMake removes an option that it takes for a repetition.
    string(REPLACE ";" " " flags "${OPENAMP_CFLAGS}")
    target_compile_options(${name} PRIVATE "SHELL:${flags}")
    string(REPLACE ";" " " flags "${OPENAMP_LINK}")
    target_link_options(${name} PRIVATE "SHELL:${flags}")
endfunction()

# For MicroPython ports that build with CMake:
#
#   -DUSER_C_MODULES=/path/to/openamp/micropython.cmake -DOPENAMP_PORT=NAME
#
# NAME is a folder of ports/.  A port outside of this checkout (docs/PORTING.md) has no
# name here: its build adds its sources to OPENAMP_PORT_SRC before it includes this file,
# or links them itself.  -DOPENAMP_DEFINES=MICROPY_PY_OPENAMP_INSPECT=0 (a list, with semicolons)
# sets options of the binding.

# Read the lists that the builds with make include: lines "NAME := a b c", and comments.
function(openamp_read_lists file)
    file(READ ${file} text)
    string(REGEX REPLACE "#[^\n]*" "" text "${text}")
    string(REGEX REPLACE "\\\\\n" " " text "${text}")
    string(REGEX MATCHALL "[A-Z_]+ :=[^\n]*" lists "${text}")
    foreach(list ${lists})
        string(REGEX MATCH "^([A-Z_]+) :=(.*)" _ "${list}")
        set(name ${CMAKE_MATCH_1})
        separate_arguments(values UNIX_COMMAND "${CMAKE_MATCH_2}")
        set(${name} ${values} PARENT_SCOPE)
    endforeach()
endfunction()

set(OPENAMP_TOP ${CMAKE_CURRENT_LIST_DIR})
openamp_read_lists(${OPENAMP_TOP}/core/core.mk)
openamp_read_lists(${OPENAMP_TOP}/micropython/sources.mk)
list(TRANSFORM AMP_MODULE PREPEND micropython/)
set(OPENAMP_SRC ${AMP_CORE_COMMON} ${AMP_CORE_HOST} ${AMP_BUS_COMMON} ${AMP_BUS_HOST}
    ${AMP_BUS_PORT_HOST} ${AMP_MODULE})
if(OPENAMP_PORT)
    openamp_read_lists(${OPENAMP_TOP}/ports/${OPENAMP_PORT}/sources.mk)
    list(TRANSFORM AMP_PORT_HOST PREPEND ports/${OPENAMP_PORT}/)
    list(APPEND OPENAMP_SRC ${AMP_PORT_HOST})
endif()
list(TRANSFORM OPENAMP_SRC PREPEND ${OPENAMP_TOP}/)

add_library(usermod_openamp INTERFACE)
target_sources(usermod_openamp INTERFACE ${OPENAMP_SRC} ${OPENAMP_PORT_SRC})
target_include_directories(usermod_openamp INTERFACE ${OPENAMP_TOP} ${OPENAMP_TOP}/include)
target_compile_definitions(usermod_openamp INTERFACE AMP_CONFIG_DEVICE=0 ${AMP_PORT_DEFINES}
    ${OPENAMP_DEFINES})
# What MicroPython generates of the sources depends on them as well.
list(APPEND MICROPY_CPP_DEF_EXTRA ${OPENAMP_DEFINES})
target_link_libraries(usermod INTERFACE usermod_openamp)
if(OPENAMP_PORT)
    include(${OPENAMP_TOP}/ports/${OPENAMP_PORT}/module.cmake OPTIONAL)
endif()

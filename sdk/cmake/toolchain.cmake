# The toolchain of CMake for firmware outside of this checkout: the compiler of the other core.
#
#   cmake -B build/emu -DCMAKE_TOOLCHAIN_FILE=/path/of/openamp/sdk/cmake/toolchain.cmake -DBOARD=emu
#
# A project then calls find_package(openamp) and openamp_firmware(NAME SOURCE...).

if(NOT BOARD)
    set(BOARD sim)
endif()
# CMake reads this file again each time it tries the compiler, and then needs BOARD, too.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES BOARD)

execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/../prepare ${BOARD}
    OUTPUT_VARIABLE OPENAMP_SDK OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE OPENAMP_FAILED)
if(OPENAMP_FAILED)
    message(FATAL_ERROR "no sdk for BOARD=${BOARD}")
endif()
include(${OPENAMP_SDK}/openamp.cmake)

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER ${OPENAMP_CC})
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(openamp_DIR ${CMAKE_CURRENT_LIST_DIR})

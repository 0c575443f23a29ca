# For MicroPython ports that build with CMake:
#
#   -DUSER_C_MODULES=/path/to/openamp/micropython.cmake
#
# The port of the machine comes from elsewhere (docs/PORTING.md): its sources
# are added to OPENAMP_PORT_SRC before this file is read, or linked otherwise.

add_library(usermod_openamp INTERFACE)
file(GLOB OPENAMP_CORE_SRC ${CMAKE_CURRENT_LIST_DIR}/core/*.c)
target_sources(usermod_openamp INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/micropython/callback.c
    ${CMAKE_CURRENT_LIST_DIR}/micropython/endpoint.c
    ${CMAKE_CURRENT_LIST_DIR}/micropython/image.c
    ${CMAKE_CURRENT_LIST_DIR}/micropython/message.c
    ${CMAKE_CURRENT_LIST_DIR}/micropython/modopenamp.c
    ${CMAKE_CURRENT_LIST_DIR}/micropython/remote.c
    ${CMAKE_CURRENT_LIST_DIR}/micropython/remoteproc.c
    ${CMAKE_CURRENT_LIST_DIR}/ports/common/bus_host.c
    ${OPENAMP_CORE_SRC}
    ${OPENAMP_PORT_SRC})
target_include_directories(usermod_openamp INTERFACE
    ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/include)
target_compile_definitions(usermod_openamp INTERFACE AMP_CONFIG_DEVICE=0)
target_link_libraries(usermod INTERFACE usermod_openamp)

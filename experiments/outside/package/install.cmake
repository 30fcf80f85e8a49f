# `cmake --install`: the program, and what a plugin outside of this tree is built with. After find_package(bcdbench):
#   bcdbench::bcdbench    headers and flags for a plugin (a MODULE library); it links with nothing, its symbols are the program's
#   bcdbench::algorithms  the static library, for an executable of one's own: a plugin's unit tests
#   bcdbench::program     the program, for commands and tests
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/bcdbench)
set_target_properties(bcd_interface PROPERTIES EXPORT_NAME bcdbench)
set_target_properties(bcd_algorithms PROPERTIES EXPORT_NAME algorithms)
set_target_properties(bcdbench_program PROPERTIES EXPORT_NAME program)
install(TARGETS bcd_interface bcd_algorithms bcdbench_program EXPORT bcdbench)
install(EXPORT bcdbench NAMESPACE bcdbench:: DESTINATION ${package})
install(DIRECTORY algorithms/core DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/bcdbench/algorithms FILES_MATCHING PATTERN "*.hpp")
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/bcdbench-config.cmake.in ${CMAKE_BINARY_DIR}/package/bcdbench-config.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/bcdbench-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/package/bcdbench-config.cmake ${CMAKE_BINARY_DIR}/package/bcdbench-config-version.cmake
        DESTINATION ${package})

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

# What the program writes about itself: completion for three shells, and the manual page.
set(written ${CMAKE_BINARY_DIR}/package)
add_custom_command(TARGET bcdbench_program POST_BUILD VERBATIM
  COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:bcdbench_program> -DFOLDER=${written} -P ${CMAKE_CURRENT_LIST_DIR}/pages.cmake)
install(FILES ${written}/bcdbench.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME bcdbench)
install(FILES ${written}/bcdbench.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _bcdbench)
install(FILES ${written}/bcdbench.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${written}/bcdbench.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# The documentation as it lies in the sources, so that its links between pages and to pictures hold.
file(GLOB documents RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS *.md plots/gallery/*.png)
foreach(folder algorithms datasets experiments plots results tests)
  file(GLOB_RECURSE more RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS ${folder}/*.md)
  list(APPEND documents ${more})
endforeach()
list(FILTER documents EXCLUDE REGEX /templates/)
foreach(document IN LISTS documents)
  get_filename_component(folder ${document} DIRECTORY)
  install(FILES ${document} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/bcdbench/${folder})
endforeach()
install(FILES results/readers/bcdbench.py results/readers/bcdbench.R DESTINATION ${CMAKE_INSTALL_DATADIR}/bcdbench)
install(DIRECTORY results/archive DESTINATION ${CMAKE_INSTALL_DATADIR}/bcdbench)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/bcdbench RENAME copyright)

# `cpack`: a Debian package and a tarball. The preset `package` builds for x86-64-v3.
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_VENDOR "The bcdbench authors")
set(CPACK_PACKAGE_CONTACT "The bcdbench authors")
set(CPACK_PACKAGE_FILE_NAME bcdbench-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # needs dpkg-dev
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, g++, libeigen3-dev")  # for plugins
include(CPack)

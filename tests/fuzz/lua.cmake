if(TARGET moonroom-lua)
  mr_fuzz_target(value mr_lua)
  mr_fuzz_target(host mr_lua)
  target_link_options(fuzz_host PRIVATE
    -Wl,--wrap=_exit,--wrap=read,--wrap=write,--wrap=poll)
endif()
if(TARGET mr_script)
  mr_fuzz_target(manifest mr_script)
endif()

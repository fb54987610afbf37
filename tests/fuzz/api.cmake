mr_fuzz_target(rpc mr_api)

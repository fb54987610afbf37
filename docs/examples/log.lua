--: log.debug
log.debug("seen only with --verbose")

--: log.info
log.info("started with", 3, "settings")

--: log.warn
log.warn("the leaderboard is empty")

--: log.error
log.error("no answer at all")

-- running: writes to the log as fast as it can, and has to wait
chat.on("block", function()
  while true do
    log.error(("flood "):rep(100))
  end
end)

-- no_memory: one string of a gigabyte
chat.on("block", function()
  local _ = ("x"):rep(1 << 30)
end)

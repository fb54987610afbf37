-- timeout: one C function that copies nothing for ever
chat.on("block", function()
  local _ = (""):rep(1 << 62)
end)

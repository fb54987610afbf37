-- no_memory: every letter becomes a million
chat.on("block", function()
  local _ = ("x"):rep(1000):gsub("x", ("y"):rep(1000000))
end)

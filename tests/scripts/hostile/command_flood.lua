-- timeout: adds commands without end
chat.on("block", function()
  local n = 0
  while true do
    n = n + 1
    pcall(command, { name = "flood" .. n, run = function() end })
  end
end)

-- timeout: listens without end
chat.on("block", function()
  while true do
    pcall(chat.on, "block", function() end)
  end
end)

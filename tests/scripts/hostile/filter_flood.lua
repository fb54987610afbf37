-- timeout: filters without end
script { needs = { "read" } }
chat.on("block", function()
  while true do
    pcall(chat.filter, "incoming", function() end)
  end
end)

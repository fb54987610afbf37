-- timeout: a comparison that never ends
chat.on("block", function()
  table.sort({ 3, 2, 1 }, function()
    while true do
    end
  end)
end)

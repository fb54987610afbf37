-- timeout: formats as wide as they may be, again and again
chat.on("block", function()
  while true do
    string.format("%99.99f%99.99f", 1e308, -1e308)
  end
end)

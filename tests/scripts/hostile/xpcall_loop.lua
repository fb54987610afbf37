-- timeout: the handler of an error loops
chat.on("block", function()
  xpcall(error, function()
    while true do
    end
  end)
end)

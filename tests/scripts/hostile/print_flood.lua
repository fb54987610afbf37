-- running: prints as fast as it can, and has to wait
chat.on("block", function()
  while true do
    print("flood")
  end
end)

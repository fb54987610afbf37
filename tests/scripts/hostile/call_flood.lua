-- timeout: calls as fast as it can
chat.on("block", function()
  while true do
    chat.me()
  end
end)

-- timeout: the plainest loop
chat.on("block", function()
  while true do
  end
end)

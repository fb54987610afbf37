-- timeout: asked to go, it does not
script.on_unload(function()
  while true do
  end
end)
chat.on("block", function()
  while true do
  end
end)

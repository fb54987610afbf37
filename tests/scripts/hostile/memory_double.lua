-- no_memory: doubling
chat.on("block", function()
  local text = "x"
  while true do
    text = text .. text
  end
end)

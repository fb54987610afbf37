-- no_memory: errors about errors, each longer than the one before
chat.on("block", function()
  local text = "x"
  while true do
    local _, why = pcall(error, text .. text)
    text = why
  end
end)

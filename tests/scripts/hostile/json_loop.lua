-- timeout: turns text into values and back for ever
chat.on("block", function()
  local text = "[" .. ("[1],"):rep(10000) .. "1]"
  while true do
    json.encode(json.decode(text))
  end
end)

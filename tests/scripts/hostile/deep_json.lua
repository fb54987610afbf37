-- refused: values nested deeper than a line may be, and in a circle
chat.on("block", function()
  local deep = {}
  for _ = 1, 100000 do
    deep = { deep }
  end
  local circle = {}
  circle.circle = circle
  for _, value in ipairs { deep, circle } do
    local ok = pcall(chat.emit, script.name .. ".x", { value = value })
    if ok then
      print("ESCAPED by depth")
    end
    pcall(json.encode, value)
  end
  pcall(json.decode, ("["):rep(100000))
  print("tried everything")
end)

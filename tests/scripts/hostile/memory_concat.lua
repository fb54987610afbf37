-- no_memory: a text out of many at once
chat.on("block", function()
  local part = ("x"):rep(1000000)
  local list = {}
  for i = 1, 100 do
    list[i] = part
  end
  local _ = table.concat(list)
end)

-- timeout: every insertion moves all the others
chat.on("block", function()
  local list = {}
  for i = 1, 300000 do
    list[i] = i
  end
  while true do
    table.insert(list, 1, table.remove(list))
  end
end)

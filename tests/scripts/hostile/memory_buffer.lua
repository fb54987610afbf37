-- no_memory: inside a C function
chat.on("block", function()
  local list = {} -- luacheck: ignore
  for i = 1, 100000 do
    list[i] = ("x"):rep(1000)
  end
  table.concat(list)
end)

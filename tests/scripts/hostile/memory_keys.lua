-- no_memory: one table, ever new keys
chat.on("block", function()
  local map, n = {}, 0 -- luacheck: ignore
  while true do
    n = n + 1
    map[n * 0.5] = n
  end
end)

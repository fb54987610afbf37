-- no_memory: a table that only grows
chat.on("block", function()
  local list = {} -- luacheck: ignore
  while true do
    list[#list + 1] = {}
  end
end)

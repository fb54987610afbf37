-- no_memory: coroutines that are kept
chat.on("block", function()
  local list = {} -- luacheck: ignore
  while true do
    list[#list + 1] = coroutine.create(print)
  end
end)

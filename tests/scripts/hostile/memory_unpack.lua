-- no_memory: as many values as there is room for on the stack, in coroutines that keep them
chat.on("block", function()
  local list = {} -- luacheck: ignore
  local many = {}
  for i = 1, 200 do
    many[i] = i
  end
  while true do
    local co = coroutine.create(function(...)
      coroutine.yield(...)
    end)
    coroutine.resume(co, table.unpack(many))
    list[#list + 1] = co
  end
end)

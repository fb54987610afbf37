-- no_memory: chance out of C, as much at once as it gives
chat.on("block", function()
  local list = {} -- luacheck: ignore
  while true do
    list[#list + 1] = crypto.random_string(65536)
  end
end)

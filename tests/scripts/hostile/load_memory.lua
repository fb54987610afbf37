-- no_memory: uses up its memory while it is loaded
script {}
local list = {} -- luacheck: ignore
while true do
  list[#list + 1] = { list }
end

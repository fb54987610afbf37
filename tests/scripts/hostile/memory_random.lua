-- no_memory: keeps chance that C has made, a megabyte at a time
chat.on("block", function()
  local list = {} -- luacheck: ignore
  while true do
    list[#list + 1] = crypto.random_string(4096):rep(256)
  end
end)

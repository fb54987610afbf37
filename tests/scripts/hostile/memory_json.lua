-- no_memory: one value that is written out and read until nothing more fits
chat.on("block", function()
  local list = {} -- luacheck: ignore
  local text = "[" .. ("[],"):rep(20000) .. "1]"
  while true do
    list[#list + 1] = json.decode(text)
  end
end)

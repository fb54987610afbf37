-- refused: bytecode, as a text, in pieces, by another name of the mode, and by dump
chat.on("block", function()
  local function piece()
    local done = false
    return function()
      if not done then
        done = true
        return "\27Lua"
      end
    end
  end
  for _, mode in ipairs { "b", "bt", "t", "tb", "" } do
    for _, chunk in ipairs { "\27Lua", "\27LuaT\0\25\147\r\n\26\n" } do
      local ok, f = pcall(load, chunk, "x", mode)
      if ok and f then
        print("ESCAPED by bytecode " .. mode)
      end
    end
    local ok, f = pcall(load, piece(), "x", mode)
    if ok and f then
      print("ESCAPED by pieces " .. mode)
    end
  end
  if string.dump or (("").dump) then
    print("ESCAPED by dump")
  end
  print("tried everything")
end)

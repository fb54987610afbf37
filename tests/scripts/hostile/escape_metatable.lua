-- refused: the metatables that all values of a kind share
chat.on("block", function()
  if getmetatable("") then
    print("ESCAPED by the metatable of strings")
  end
  for _, value in ipairs { "", 1, true, print } do
    if pcall(setmetatable, value, {}) then
      print("ESCAPED by setmetatable of a " .. type(value))
    end
  end
  local upper = string.upper
  string.upper = function() -- luacheck: ignore
    error("mine")
  end
  -- The library is its own: whoever else is asked is another process.
  if not pcall(print, "here") then
    print("ESCAPED by a changed library")
  end
  string.upper = upper -- luacheck: ignore
  print("tried everything")
end)

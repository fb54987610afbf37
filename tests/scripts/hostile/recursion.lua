-- no_memory: endless recursion; before the stack of Lua has its end, the memory has
chat.on("block", function()
  local function deeper()
    return 1 + deeper()
  end
  while true do
    pcall(deeper)
  end
end)

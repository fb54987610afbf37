-- timeout: coroutines inside coroutines, to the end of the stack, again and again
chat.on("block", function()
  local function deeper()
    return coroutine.wrap(deeper)()
  end
  while true do
    pcall(deeper)
  end
end)

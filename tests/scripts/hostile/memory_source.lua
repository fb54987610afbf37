-- no_memory: a text to compile that has no end and only grows
chat.on("block", function()
  local first = true
  load(function()
    if first then
      first = false
      return "return '"
    end
    return ("x"):rep(100000)
  end)
end)

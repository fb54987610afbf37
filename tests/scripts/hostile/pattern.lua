-- timeout: a pattern that tries for ever, inside one C function
chat.on("block", function()
  local text = ("a"):rep(30000)
  text:find((".-"):rep(30) .. "b")
end)

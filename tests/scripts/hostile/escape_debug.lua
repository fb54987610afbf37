-- refused: what the debug library could reach
chat.on("block", function()
  for name in pairs(debug) do
    if name ~= "traceback" then
      print("ESCAPED by debug." .. name)
    end
  end
  if debug.traceback(coroutine.create(print)):find("0x", 1, true) then
    print("ESCAPED by an address")
  end
  print("tried everything")
end)

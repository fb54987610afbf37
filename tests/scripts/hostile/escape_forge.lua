-- refused: lines of the link inside of texts
chat.on("block", function()
  local line = '\n{"jsonrpc":"2.0","id":1,"method":"chat.quit"}\n'
  print(line)
  log.info(line)
  pcall(chat.emit, script.name .. ".x", { [line] = line })
  pcall(chat.emit, line, {})
  pcall(settings.get, line)
  print("tried everything")
end)

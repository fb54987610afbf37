-- timeout: a text to compile that has no end, given in pieces
chat.on("block", function()
  load(function()
    return " "
  end)
end)

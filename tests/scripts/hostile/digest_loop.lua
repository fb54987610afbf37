-- timeout: hashes for ever, in C
chat.on("block", function()
  local text = ("x"):rep(1000000)
  while true do
    crypto.sha512(text)
  end
end)

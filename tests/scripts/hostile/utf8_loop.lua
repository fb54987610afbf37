-- timeout: walks through a text that it makes anew each time
chat.on("block", function()
  while true do
    for _ in utf8.codes(("\u{1F600}"):rep(1000)) do -- luacheck: ignore
    end
  end
end)

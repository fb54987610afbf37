-- refused: another script's globals by way of one's own
local print = print
chat.on("block", function()
  setmetatable(_G, {
    __index = function(_, name)
      return name
    end,
    __newindex = function()
      error("no")
    end,
  })
  _G.pairs, _G.next, _G.type, _G.tostring, _G.error = nil, nil, nil, nil, nil
  _G.chat = nil
  _G._G = nil
  print("tried everything")
end)

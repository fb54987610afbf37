-- timeout: a metamethod that asks itself, and starts again when that fails
chat.on("block", function()
  local map = setmetatable({}, {
    __index = function(self, key)
      return self[key + 1]
    end,
  })
  while true do
    pcall(function()
      return map[1]
    end)
  end
end)

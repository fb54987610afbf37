-- timeout: a comparison that never answers
chat.on("block", function()
  local meta = {
    __eq = function()
      while true do
      end
    end,
  }
  return setmetatable({}, meta) == setmetatable({}, meta)
end)

-- timeout: a finalizer that never returns, where no hook runs
chat.on("block", function()
  setmetatable({}, {
    __gc = function()
      while true do
      end
    end,
  })
  while true do
    local _ = {}
  end
end)

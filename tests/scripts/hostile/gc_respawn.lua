-- timeout: every finalizer makes the next object that has one
chat.on("block", function()
  local function again()
    setmetatable({}, { __gc = again })
  end
  again()
  while true do
    local _ = {}
  end
end)

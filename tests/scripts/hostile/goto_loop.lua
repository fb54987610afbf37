-- timeout: a loop without a loop
chat.on("block", function()
  ::again::
  goto again
end)

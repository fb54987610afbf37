--: handle:remove
local count = 0
local handle
handle = timer.every("10ms", function()
  count = count + 1
  if count == 3 then
    handle:remove()
    print(count) --> 3
  end
end)

--: handle:disable
local clock = timer.every("10ms", function()
  print("never")
end)
clock:disable()

--: handle:enable
local bell = timer.after("10ms", function()
  print("once more") --> once more
end)
bell:disable()
bell:enable()

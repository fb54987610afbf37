--: timer.after
timer.after("50ms", function()
  print("the tea is ready") --> the tea is ready
end)

--: timer.every
local left = 2
local clock
clock = timer.every("20ms", function()
  print(left) --> 2
  left = left - 1
  if left == 0 then
    clock:remove()
  end
end)

--: timer.at
local daily = timer.at("09:00", function()
  chat.say("good morning")
end)
print(os.date("%H:%M", daily.due)) --> 09:00

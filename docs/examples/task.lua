--: task.spawn
task.spawn(function(name)
  task.sleep("10ms")
  print("hello " .. name) --> hello bob
end, "bob")

--: task.sleep
task.sleep("20ms")
print("awake") --> awake

--: task.all
local results = task.all {
  function()
    task.sleep("20ms")
    return "slow"
  end,
  function()
    return "fast"
  end,
}
print(results[1], results[2]) --> slow fast

--: task.race
local first = task.race {
  function()
    task.sleep("1m")
    return "slow"
  end,
  function()
    task.sleep("10ms")
    return "fast"
  end,
}
print(first) --> fast
local none, err = task.race({
  function()
    task.sleep("1m")
  end,
}, { timeout = "10ms" })
print(none, err.code) --> nil timeout

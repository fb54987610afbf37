script { needs = { "mine" } }

--: mine.job
local job = mine.job()
print(#job.prev_hash, job.order) --> 128 s_prev

--: mine.verify
print(mine.verify(("x"):rep(86))) --> false

--: mine.submit
local sent, err = mine.submit(("x"):rep(86))
print(sent, err.code) --> nil unverified

--: mine.stats
print(mine.stats().running) --> false

--: mine.strategies
for _, one in ipairs(mine.strategies()) do
  if one.name == "classic" then
    print(one.name) --> classic
  end
end

--: mine.start
command {
  name = "dig",
  run = function()
    local name, err = mine.start("classic")
    print(name or err.message) --> classic
  end,
}

--: mine.pause
command {
  name = "nap",
  run = function()
    print(mine.pause(), mine.stats().paused) --> true true
  end,
}

--: mine.resume
command {
  name = "dig-on",
  run = function()
    print(mine.resume(), mine.stats().running) --> true true
  end,
}

--: mine.stop
command {
  name = "rest",
  run = function()
    print(mine.stop()) --> true
  end,
}

--: mine.search
local found, err = mine.search { prefix = "me:", threads = 1, seconds = 0.1 }
print(found and found.s or err.code) --> timeout

--: mine.engine
local engine = mine.engine()
print(#engine.history <= 60, engine.rate >= 0) --> true true

--: mine.machine
local machine = mine.machine()
print(machine.others <= 1, type(machine.battery)) --> true boolean

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

--: mine.stop
command {
  name = "rest",
  run = function()
    print(mine.stop()) --> true
  end,
}

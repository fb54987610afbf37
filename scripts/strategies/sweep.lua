-- sweep: lets the engine search, which is some hundred times as fast as Lua.
--
-- mine.search() hands the work to moonroom's own miner, a process beside this one, and waits. It knows
-- when a new block makes the old search worthless, and goes on with that one by itself.

function mine(client)
  while true do
    -- A table chooses more: { alphabet = "01", prefix = "me:", threads = 1, seconds = 60 }. What is not
    -- named is the engine's choice: /set miner.threads and /set miner.kernel.
    local found, err = mine.search {}

    if found then
      -- Checked once more before it is sent.
      client:submit(found.s)
    elseif err.code == "canceled" then
      return -- another strategy's search has taken its place, or this one is to end
    else
      print("The engine says: " .. tostring(err))
      task.sleep(5)
    end
  end
end

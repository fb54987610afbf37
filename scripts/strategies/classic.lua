-- classic: the loop of the first miner there was, one try after the other. Slow, easy to change.
--
-- A block is a text S of 86 characters. SHA-512 of S together with the hash of the block before it
-- must begin with as many zeros as the room asks for. Nobody knows a better way than trying.

-- moonroom calls mine() in a process of its own, which may run for ever; /mine stop ends it.
function mine(client)
  while true do
    -- 86 random characters, new for every try.
    local s = crypto.random_string(86)

    -- Looks at the newest hash each time, in the order that this room uses (S first, or last).
    if mine.verify(s) then
      -- Worth 5 coins, if nobody was faster.
      client:submit(s)
    end
  end
end

-- race: several names race each other, and each block shows in its S who has won.
--
-- All texts are equally good, so no name is luckier than another one. Watch long enough and believe it.

local NAMES = { "hare", "tortoise", "snail" }

-- Seconds until it is the next one's turn.
local TURN = 2

local wins = {}

local function show()
  local rows = {}
  for i, name in ipairs(NAMES) do
    rows[i] = { name, wins[name] or 0 }
  end
  ui.bars(rows)
end

function mine(client)
  while true do
    for _, name in ipairs(NAMES) do
      local found, err = mine.search { prefix = name .. ":", seconds = TURN }
      if not found and err.code == "canceled" then
        return
      end
      if found and client:submit(found.s) then
        wins[name] = (wins[name] or 0) + 1
        show()
      end
    end
  end
end

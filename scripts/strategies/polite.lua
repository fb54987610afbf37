-- polite: searches as sweep does, but leaves the machine to others when they want it.
--
-- The engine runs behind everything else anyway. This one also spares the battery, and the fan.

-- From here on others are busy: a share of the whole machine, 0 to 1.
local MUCH = 0.3

-- Seconds of searching between two looks, and of rest when it is somebody else's turn.
local TURN, REST = 5, 10

-- Between these hours it rests as well; the same number twice means never. Try 22 and 7.
local FROM, UNTIL = 0, 0

local function is_night()
  local hour = tonumber(os.date("%H"))
  if FROM > UNTIL then
    return hour >= FROM or hour < UNTIL
  end
  return hour >= FROM and hour < UNTIL
end

local function others_first()
  local machine = mine.machine()
  return is_night() or machine and (machine.battery or machine.others > MUCH)
end

function mine(client)
  while true do
    if others_first() then
      task.sleep(REST)
    end
    -- After TURN seconds without a block the answer is nil, and it looks again.
    local found, err = mine.search { seconds = TURN }
    if found then
      client:submit(found.s)
    elseif err.code == "canceled" then
      return
    end
  end
end

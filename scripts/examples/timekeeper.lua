-- /meeting 10m Budget, 5m Summer party: calls the points of a meeting, and tells when their time is nearly over.
--
-- Shows: parsing what was typed, one timer at a time, and work that goes on when the script is reloaded.
script {
  name = "timekeeper",
  version = "1.0.0",
  api = "1.0",
  help = "Keeps the time of a meeting.",
  needs = { "send" },
  settings = { warn = { type = "integer", default = 60, min = 0, max = 600, help = "Seconds before the end." } },
}

local state = script.state -- of the open meeting: points; at, ends and warned of the present one
local alarm -- the handle of the only timer

local function next_point() -- calls it; its seconds, or nil when there is none
  state.at = state.at + 1
  local point = state.points[state.at]
  if not point then
    state.points = nil
    chat.say("That was the last point. Thank you, everybody!")
    return nil
  end
  state.ends, state.warned = os.time() + point.seconds, point.seconds <= settings.get("warn")
  chat.say(("%s: until %s."):format(point.what, os.date("%H:%M", state.ends)))
  return point.seconds
end

-- Does what is due, and sleeps until something is.
local function tick()
  local left = state.points and state.ends - os.time()
  if left and left <= 0 then
    left = next_point()
  end
  if alarm then
    alarm:remove()
  end
  if left then
    if not state.warned and left <= settings.get("warn") then
      state.warned = true
      chat.say(("%s: %d seconds left."):format(state.points[state.at].what, left))
    end
    alarm = timer.after(state.warned and left or left - settings.get("warn"), tick)
  end
end

local function read(text)
  local points = {}
  for part in text:gmatch("[^,]+") do
    local minutes, what = part:match("^%s*([1-9]%d?%d?)m%s+(%S.-)%s*$")
    if not minutes then
      return nil
    end
    points[#points + 1] = { what = what, seconds = minutes * 60 }
  end
  return #points > 0 and points
end

command {
  name = "meeting",
  args = "<agenda:text>",
  help = "Begin a meeting: /meeting 10m Budget, 5m Summer party.",
  long = "/meeting next goes on before the time is over, /meeting stop ends it.",
  run = function(args)
    local points = read(args.agenda)
    if args.agenda == "stop" then
      state.points = nil
    elseif args.agenda == "next" and state.points then
      state.ends = 0
    elseif points then
      state.points, state.at, state.ends = points, 0, 0
    else
      return ui.print("An agenda is like 10m Budget, 5m Summer party.", { style = "error" })
    end
    tick()
  end,
}

timer.after(0, tick) -- after a reload state is filled by then, and the meeting goes on

-- /color: colours by name. They are settings; this is a shorter way to them.
local tell = require("tell")

local function show(name)
  local value, err = settings.get(name)
  if value == nil then
    return tell.fail(err)
  end
  tell.done("%s is %s.", name, value == true and "on" or value == false and "off" or value)
end

command {
  name = "color",
  args = "[what:on|off|auto|whisper|error|self|highlight|server|names] [colour:text]",
  help = "Turn colours on or off, or choose one: /color whisper blue.",
  run = function(args)
    local what = args.what
    if not what then
      for _, setting in ipairs(settings.list()) do
        if setting.name:match("^color") then
          show(setting.name)
        end
      end
      return
    end
    local name, value = "color." .. what, args.colour
    if what == "on" or what == "off" or what == "auto" then
      name, value = "color", what
    end
    if not value then
      return show(name)
    end
    local set, err = settings.set(name, value)
    tell.outcome(set ~= nil, err, "%s is now %s.", name, value)
  end,
}

-- /say: to the whole room, from whatever chat.
local tell = require("tell")

command {
  name = "say",
  args = "<text:text>",
  help = "Say something to the whole room, from any chat.",
  run = function(args)
    local ok, err = chat.say(args.text)
    if not ok then
      tell.fail(err)
    end
  end,
}

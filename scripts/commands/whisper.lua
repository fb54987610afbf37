-- /w: a message for one person, without leaving the chat you are in.
local tell = require("tell")

command {
  name = "w",
  aliases = { "whisper", "msg" },
  args = "<user:user> <text:text>",
  help = "Whisper to somebody.",
  run = function(args)
    local ok, err = chat.whisper(args.user, args.text)
    if not ok then
      tell.fail(err)
    end -- The room's echo shows that it was sent.
  end,
}

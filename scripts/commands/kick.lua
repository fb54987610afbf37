-- /kick: for admins.
local tell = require("tell")

command {
  name = "kick",
  args = "<user:user>",
  help = "Throw somebody out of the room; for admins.",
  run = function(args)
    local ok, err = admin.kick(args.user)
    if not ok then
      tell.fail(err)
    end -- The room says how it went.
  end,
}

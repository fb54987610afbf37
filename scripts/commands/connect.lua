-- /connect: go to another room.
local tell = require("tell")

command {
  name = "connect",
  args = "<address:word>",
  help = "Go to a room: host, host:port, or with legacy:// in front.",
  run = function(args)
    if chat.me() then
      client.logout()
    end
    local ok, err = client.connect(args.address)
    if not ok then
      tell.fail(err)
    end -- The login tells the rest.
  end,
}

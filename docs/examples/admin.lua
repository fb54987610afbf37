script { needs = { "admin" } }

--: admin.kick
command {
  name = "out",
  args = "<user:user>",
  run = function(args)
    local kicked, err = admin.kick(args.user)
    print(kicked and "asked the room" or err.message) --> asked the room
  end,
}

script { needs = { "client" } }

--: command
command {
  name = "greet",
  args = "<user:user> [times:int=1]",
  help = "Greet somebody.",
  aliases = { "hello" },
  run = function(args, chat_name)
    print(args.user, args.times, chat_name) --> bob 3 Lobby
  end,
}

--: command.list
for _, one in ipairs(command.list()) do
  if one.name == "w" then
    print(one.owner, one.usage) --> commands /w <user> <text>
  end
end

--: command.run
local ran, err = command.run("/nosuchcommand")
print(ran, err.code) --> nil not_found

script { needs = { "client" } }

--: client.connect
local home = chat.room().address
command {
  name = "back",
  run = function()
    local chosen, err = client.connect(home)
    print(chosen and "on the way" or err.message) --> on the way
  end,
}

--: client.login
command {
  name = "again",
  run = function()
    local me, err = client.login("robin", ui.input("Password: ", { secret = true }))
    print(me and me.name or err.message) --> robin
  end,
}

--: client.register
command {
  name = "newcomer",
  args = "<name:word>",
  run = function(args)
    local password = ui.input("A new password: ", { secret = true })
    local me, err = client.register(args.name, password)
    print(me and me.registered or err.message) --> true
  end,
}

--: client.remember
command {
  name = "keep-me",
  run = function()
    print(client.remember("login")) --> true
  end,
}

--: client.logout
command {
  name = "leave",
  run = function()
    print(client.logout()) --> true
  end,
}

--: client.terms
print(#client.terms() > 100) --> true

--: client.version
print(client.version():match("^%d+%.%d+")) --> 0.…

--: client.scripts
for _, one in ipairs(client.scripts()) do
  if one.name == "commands" then
    print(one.name, one.state) --> commands running
  end
end

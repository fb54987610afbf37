script {
  needs = { "client" },
  settings = { loud = { type = "boolean", default = false, help = "Whether to shout." } },
}

--: settings.get
print(settings.get("loud")) --> false
print(settings.get("idle.seconds") > 0) --> true

--: settings.set
print(settings.set("idle.seconds", 300)) --> 300

--: settings.list
for _, one in ipairs(settings.list()) do
  if one.name == "settings.loud" then
    print(one.type, one.help) --> boolean Whether to shout.
  end
end

--: settings.on_change
settings.on_change("loud", function(value)
  print("now " .. tostring(value)) --> now true
end)
settings.set("loud", true)

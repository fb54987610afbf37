-- Greets whoever comes in.
script {
  name = "greeter",
  version = "1.0.0",
  api = "1.0",
  help = "Greets whoever comes in.",
  needs = { "send" },
  settings = { word = { type = "string", default = "Hello", help = "What to greet with." } },
}

chat.on("server_message", function(event)
  local name = event.text:match("^(%S+) is in%. ?$")
  if name and name ~= chat.me() then
    chat.say(("%s, %s!"):format(settings.get("word"), name))
  end
end)

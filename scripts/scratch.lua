-- scratch: where /lua evaluates what you type, when you name no script.
--
-- It may do what you may, and does nothing by itself. A copy in your scripts folder can bring along what
-- you want to have at hand there.
script {
  name = "scratch",
  version = "1.0.0",
  api = "1.0",
  help = "Where /lua evaluates what you type.",
  needs = {
    "send", "whisper", "read:whisper", "raw", "account", "shop", "admin", "mine", "store", "client", "read",
    "notify", "bind", "filter:input", "filter:outgoing", "filter:display",
  },
}

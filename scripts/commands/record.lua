-- /record start NAME, /record stop: what happens in between, in a file that a test can replay.
local tell = require("tell")

command {
  name = "record",
  args = "<what:start|stop> [name:word]",
  help = "Record what happens, for a test of a script.",
  long = "What the room sends, what you type and what is sent is written down, without your passwords. In a test "
    .. "room:replay(FILE) plays it.",
  run = function(args)
    if args.what == "stop" then
      local done, err = record.stop()
      return tell.outcome(done, err, "%s of this session are in %s.", done and tell.count(done.lines, "line"),
        done and done.path)
    end
    if not args.name then
      return tell.fail("Give the recording a name: /record start NAME.")
    end
    local path, err = record.start(args.name)
    tell.outcome(path, err, "Recording to %s. /record stop ends it.", path)
  end,
}

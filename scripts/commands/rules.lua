-- Rules, for people who do not program: /on, /every, /alias, /bind, /highlight, /ignore, and /rules to see them.
local rulebook = require("rulebook")
local tell = require("tell")

local function add(line)
  if rulebook.add(line) then
    local list = rulebook.list()
    tell.done("Rule %d: %s", #list, list[#list])
  end
end

local function show()
  local rows = {}
  for i, text in ipairs(rulebook.list()) do
    rows[i] = { tostring(i), text }
  end
  if #rows > 0 then
    return ui.table(rows)
  end
  tell.done("There are no rules yet. /help on, /help every, /help alias and /help bind tell how to make one.")
end

command {
  name = "rules",
  args = "[what:list|remove|reload=list] [number:int]",
  help = "Show your rules, remove one, read the file again.",
  long = "The rules are kept in rules.txt, in the folder files/commands of moonroom's data folder "
    .. "(~/.local/share/moonroom). You may edit it; /rules reload reads it again.",
  run = function(args)
    if args.what == "remove" then
      if not args.number then
        return tell.fail("Which one? /rules remove NUMBER")
      end
      local text = rulebook.remove(args.number)
      if text then
        tell.done("Removed: %s", text)
      end
    elseif args.what == "reload" then
      local ok, err = rulebook.open()
      if not ok then
        return tell.fail(err)
      end
      local count = #rulebook.list()
      tell.done("%s in force.", count == 1 and "1 rule is" or count .. " rules are")
    else
      show()
    end
  end,
}

command {
  name = "on",
  args = "<event:event> <rule:text>",
  help = 'React: /on message "ping" do /say pong',
  long = "After the event may follow a text in quotes that the message has to be (* stands for anything), and "
    .. "`from NAME`. What is done is a command, or a text that is said where the message was. $from, $text and $* "
    .. "stand for who said it, what was said, and what the first * stood for. A rule acts at most five times in "
    .. "half a minute.",
  run = function(args)
    add("on " .. args._rest)
  end,
}

command {
  name = "every",
  args = "<time:word> <rule:text>",
  help = "Do it again and again: /every 10m do /w bob hi",
  run = function(args)
    add("every " .. args._rest)
  end,
}

command {
  name = "alias",
  args = "<name:word> <line:text>",
  help = "Make a command: /alias brb /me is away",
  long = "What is typed behind it takes the place of $*, or follows at the end.",
  run = function(args)
    add("alias " .. args._rest)
  end,
}

command {
  name = "bind",
  args = "<key:word> <line:text>",
  help = "Let a key run a command: /bind F5 /active",
  run = function(args)
    add("bind " .. args._rest)
  end,
}

-- Rules of one word, in plain words.
local words = {
  ignore = {
    arg = "name:user",
    help = "Hide what somebody says; or show who is hidden.",
    unhelp = "Let somebody be heard again.",
    done = "%s is ignored from now on. /unignore %s ends it.",
    undone = "%s can be heard again.",
    never = "You do not ignore %s.",
    none = "You ignore nobody.",
    some = "You ignore %s.",
  },
  highlight = {
    arg = "word:word",
    help = "Make lines with a word stand out; or show them.",
    unhelp = "Let a word be like any other again.",
    done = "Lines with %s stand out from now on. /unhighlight %s ends it.",
    undone = "%s is a word like any other.",
    never = "%s is none of your words.",
    none = "You have no words yet.",
    some = "Your words: %s.",
  },
}

local function show_words(kind, say)
  local list = rulebook.list(kind)
  table.sort(list)
  if #list == 0 then
    tell.done(say.none)
  else
    tell.done(say.some, table.concat(list, ", "))
  end
end

for kind, say in pairs(words) do
  local name = say.arg:match("^%a+")
  command {
    name = kind,
    args = "[" .. say.arg .. "]",
    help = say.help,
    run = function(args)
      local word = args[name]
      if not word then
        show_words(kind, say)
      elseif rulebook.add(kind .. " " .. word) then
        tell.done(say.done, word, word)
      end
    end,
  }
  command {
    name = "un" .. kind,
    args = "<" .. say.arg .. ">",
    help = say.unhelp,
    run = function(args)
      local number = rulebook.find(kind, args[name])
      if not number then
        tell.fail(say.never, args[name])
      elseif rulebook.remove(number) then
        tell.done(say.undone, args[name])
      end
    end,
  }
end

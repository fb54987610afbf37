-- What the core does for a script outside its wall: programs, the web, files. Bytes that are no text travel as hex.
local _, env, P = ...

local crypto, json = env.crypto, env.json
local hex, unhex = crypto.hex, crypto.unhex
local find, gsub, sub = string.find, string.gsub, string.sub
local concat, max, next, type = table.concat, math.max, next, type
local utf8_len = utf8.len

local PART = 120000 -- bytes that fs.read gives at once

-- Puts a string into params under a name, or under that name with _hex; so much of what JSON escapes is longer than
-- its hex.
local function put(params, name, text)
  local _, escapes = gsub(text, '[%c"\\]', "")
  if utf8_len(text) and not find(text, "\0", 1, true) and escapes * 5 <= #text then
    params[name] = text
  else
    params[name .. "_hex"] = hex(text)
  end
end

-- The reverse, in an answer.
local function take(answer, name)
  local digits = answer[name .. "_hex"]
  if digits then
    answer[name], answer[name .. "_hex"] = unhex(digits), nil
  end
  return answer
end

-- A copy of the options, each of the kind that is allowed.
local function options(opts, allowed, name)
  P.check(opts or {}, "table", name)
  local params = {}
  for key, value in next, opts or {} do
    if not allowed[key] then
      P.raise(name .. ": there is no option called " .. tostring(key))
    end
    params[key] = value
  end
  if params.timeout then
    params.timeout = P.seconds(params.timeout, name)
  end
  return params
end

--- Runs a program to its end, without a shell, and waits for it. The first word is its name, which is looked for on
--- PATH, or its absolute path, as the permission names it. It has nothing to read, a session of its own, and runs in
--- the script's own folder where that is permitted. When its time is over, the script goes or the permission is
--- taken, it is killed with all that it has started. `code` is its exit code, or `signal` what ended it; one that
--- prints more than 64 KiB is ended, and `truncated` is true.
---@param argv string[] the program and its arguments
---@param opts? { timeout?: time } 10 s unless said otherwise, at most 10 minutes
---@return { code?: integer, signal?: integer, out: string, err: string, truncated: boolean }
---@raise an option that does not exist
function env.process.run(argv, opts)
  P.check(argv, "table", "process.run")
  local params = options(opts, { timeout = true }, "process.run")
  params.argv = json.array(argv)
  local answer, err = P.call("process.run", params)
  if not answer then
    return nil, err
  end
  return take(take(answer, "out"), "err")
end

local function fetch(method, allowed, url, opts)
  P.check(url, "string", method)
  local params = options(opts, allowed, method)
  params.url = url
  if params.json ~= nil then
    params.body = json.encode(params.json)
    params.headers = params.headers or { ["content-type"] = "application/json" }
    params.json = nil
  end
  if params.body ~= nil then
    local body = params.body
    P.check(body, "string", method .. ": body")
    params.body = nil
    put(params, "body", body)
  end
  local answer, err = P.methods[method](params)
  return answer and take(answer, "body"), err
end

--- Fetches an address and waits for the answer. It is https; http only works for 127.0.0.1, [::1] and localhost. The
--- certificate is verified. Redirects are followed to hosts that are permitted. Any `status` is an answer, 404 too;
--- `headers` have their names in small letters; a `body` of more than 120,000 bytes is an error.
---@param url string
---@param opts? { timeout?: time, headers?: table } 10 s unless said otherwise, at most 2 minutes
---@return { status: integer, url: string, headers: table, body: string }
---@raise an option that does not exist
function env.http.get(url, opts)
  return fetch("http.get", { timeout = true, headers = true }, url, opts)
end

--- Sends something to an address and waits for the answer; else as http.get. `body` goes as text/plain, unless a header
--- `content-type` says otherwise; what `json` holds goes as application/json.
---@param url string
---@param opts? { body?: string, json?: any, timeout?: time, headers?: table }
---@return { status: integer, url: string, headers: table, body: string }
---@raise an option that does not exist
function env.http.post(url, opts)
  return fetch("http.post", { timeout = true, headers = true, body = true, json = true }, url, opts)
end

--- All of a file in the script's own folder.
---@param name string letters, digits, dot, underscore and minus
---@return string
function env.fs.read(name)
  P.check(name, "string", "fs.read")
  local parts, offset = {}, 0
  while true do
    local answer, err = P.methods["fs.read"](name, offset)
    if not answer then
      return nil, err
    end
    parts[#parts + 1] = take(answer, "text").text
    offset = offset + #answer.text
    if #answer.text < PART then
      return concat(parts)
    end
  end
end

-- What does not fit a line goes part by part.
local function write(method, name, text)
  if type(text) == "number" then
    text = text .. ""
  end
  P.check(name, "string", method)
  P.check(text, "string", method)
  local step, ok, err = method, nil, nil
  for at = 1, max(#text, 1), PART do
    local params = { name = name }
    put(params, "text", sub(text, at, at + PART - 1))
    ok, err = P.methods[step](params)
    if not ok then
      break
    end
    step = "fs.append"
  end
  return ok, err
end

--- Adds to the end of a file in the script's own folder, which is made if it is not there. A file may have 4 MiB, all
--- files of a script together 16 MiB.
---@param name string
---@param text string
---@return true
function env.fs.append(name, text)
  return write("fs.append", name, text)
end

--- Writes a file in the script's own folder: after a crash there is the old one or the new one. That holds for up to
--- 120,000 bytes; more goes part by part.
---@param name string
---@param text string
---@return true
function env.fs.write(name, text)
  return write("fs.write", name, text)
end

---@meta
-- Made by docs/make_tables.py: what lua-language-server knows of moonroom.

---Seconds, or a text such as "500ms", "5s", "10m", "1h", "2d".
---@alias time number|string

---A token from ui.input{ secret = true }: only moonroom can use it.
---@alias secret string

---What stands beside nil when something expected went wrong.
---@class failure
---@field code string a short name to compare with
---@field message string a sentence to show

---What every registration returns.
---@class handle
local handle = {}

---Adds a /command. `args` is a specification such as "<user:user> [n:int=1]": usage, parsing and Tab follow from it. `run` gets the arguments by name, and the chat in which the line was typed.
---@class commandlib
---@overload fun(spec: { name: string, args?: string, help?: string, long?: string, aliases?: string[], run: fun(args: table, chat: string) }): handle
command = {}

---The manifest: what the script is called and what it needs. It is data, and read before anything else of the script runs; it has to be the first statement. `name` is the file's unless said otherwise, `needs` lists permissions. `settings` are `{ NAME = { type =, default =, min =, max =, choices =, help = } }`; a type is "boolean", "integer", "string" or "choice".
---@class scriptlib
---@overload fun(manifest: { name?: string, version?: string, api?: string, help?: string, needs?: string[], settings?: table }): nil
script = {}

account = {}

admin = {}

chat = {}

client = {}

complete = {}

crypto = {}

fs = {}

http = {}

json = {}

log = {}

mine = mine or {}

plugin = {}

process = {}

re = {}

record = {}

settings = {}

shop = {}

store = {}

task = {}

timer = {}

ui = {}

wallet = {}

---Change the password; waits for the room's answer.
---
---Needs the permission `account`.
---@param old secret
---@param new secret
---@return true?
---@return failure? err denied, offline, invalid, refused, timeout, busy
function account.change_password(old, new) end

---Delete the account for good.
---
---Needs the permission `account`.
---@param password secret
---@return true?
---@return failure? err denied, offline, invalid, refused, timeout, busy
function account.delete(password) end

---Throw a user out (admins only).
---
---Needs the permission `admin`.
---@param user string
---@return true?
---@return failure? err denied, offline, invalid, busy
function admin.kick(user) end

---Tells every listener of an event of the script's own.
---@param name string begins with the script's name and a dot
---@param data? table
---@return true
function chat.emit(name, data) end

---Sees what is on its way before anybody else. `fn` returns nil or true to keep it, false to drop it, or a table with the fields that are to be others. Lower priorities come first; what a `required` filter does not answer is held back.
---@param kind "incoming"|"outgoing"|"input"|"display"|"notify"
---@param opts? { priority?: integer, required?: boolean }
---@param fn fun(item: table): boolean|table|nil
---@return handle
---@overload fun(kind: "incoming", fn: fun(item: filter.incoming): boolean|table|nil): handle
---@overload fun(kind: "outgoing", fn: fun(item: filter.outgoing): boolean|table|nil): handle
---@overload fun(kind: "input", fn: fun(item: filter.input): boolean|table|nil): handle
---@overload fun(kind: "display", fn: fun(item: filter.display): boolean|table|nil): handle
---@overload fun(kind: "notify", fn: fun(item: filter.notify): boolean|table|nil): handle
function chat.filter(kind, opts, fn) end

---Our own name; nil when offline.
---@return string?
function chat.me() end

---Calls `fn` with the event's table whenever the event happens. The handler may wait; what it returns does not matter.
---@param event string one of the events, or another script's, "NAME.event"
---@param opts? table nothing so far; may be left out
---@param fn fun(event: table)
---@return handle
---@overload fun(event: "connect", fn: fun(event: event.connect)): handle
---@overload fun(event: "disconnect", fn: fun(event: event.disconnect)): handle
---@overload fun(event: "login", fn: fun(event: event.login)): handle
---@overload fun(event: "login_failed", fn: fun(event: event.login_failed)): handle
---@overload fun(event: "message", fn: fun(event: event.message)): handle
---@overload fun(event: "whisper", fn: fun(event: event.whisper)): handle
---@overload fun(event: "note", fn: fun(event: event.note)): handle
---@overload fun(event: "unsent", fn: fun(event: event.unsent)): handle
---@overload fun(event: "server_message", fn: fun(event: event.server_message)): handle
---@overload fun(event: "error", fn: fun(event: event.error)): handle
---@overload fun(event: "kicked", fn: fun(event: event.kicked)): handle
---@overload fun(event: "balance", fn: fun(event: event.balance)): handle
---@overload fun(event: "cookies", fn: fun(event: event.cookies)): handle
---@overload fun(event: "block", fn: fun(event: event.block)): handle
---@overload fun(event: "leaderboard", fn: fun(event: event.leaderboard)): handle
---@overload fun(event: "ping", fn: fun(event: event.ping)): handle
---@overload fun(event: "users", fn: fun(event: event.users)): handle
---@overload fun(event: "mine.found", fn: fun(event: event.mine.found)): handle
---@overload fun(event: "mine.accepted", fn: fun(event: event.mine.accepted)): handle
---@overload fun(event: "mine.rejected", fn: fun(event: event.mine.rejected)): handle
---@overload fun(event: "mine.stale", fn: fun(event: event.mine.stale)): handle
---@overload fun(event: "mine.pause", fn: fun(event: event.mine.pause)): handle
---@overload fun(event: "chat_switched", fn: fun(event: event.chat_switched)): handle
---@overload fun(event: "idle", fn: fun(event: event.idle)): handle
---@overload fun(event: "active", fn: fun(event: event.active)): handle
---@overload fun(event: "resize", fn: fun(event: event.resize)): handle
---@overload fun(event: "setting", fn: fun(event: event.setting)): handle
---@overload fun(event: "script_loaded", fn: fun(event: event.script_loaded)): handle
---@overload fun(event: "script_ended", fn: fun(event: event.script_ended)): handle
---@overload fun(event: "events.lost", fn: fun(event: event.events.lost)): handle
---@overload fun(event: "quit", fn: fun(event: event.quit)): handle
function chat.on(event, opts, fn) end

---The same for the next time only.
---@param event string
---@param opts? table
---@param fn fun(event: table)
---@return handle
---@overload fun(event: "connect", fn: fun(event: event.connect)): handle
---@overload fun(event: "disconnect", fn: fun(event: event.disconnect)): handle
---@overload fun(event: "login", fn: fun(event: event.login)): handle
---@overload fun(event: "login_failed", fn: fun(event: event.login_failed)): handle
---@overload fun(event: "message", fn: fun(event: event.message)): handle
---@overload fun(event: "whisper", fn: fun(event: event.whisper)): handle
---@overload fun(event: "note", fn: fun(event: event.note)): handle
---@overload fun(event: "unsent", fn: fun(event: event.unsent)): handle
---@overload fun(event: "server_message", fn: fun(event: event.server_message)): handle
---@overload fun(event: "error", fn: fun(event: event.error)): handle
---@overload fun(event: "kicked", fn: fun(event: event.kicked)): handle
---@overload fun(event: "balance", fn: fun(event: event.balance)): handle
---@overload fun(event: "cookies", fn: fun(event: event.cookies)): handle
---@overload fun(event: "block", fn: fun(event: event.block)): handle
---@overload fun(event: "leaderboard", fn: fun(event: event.leaderboard)): handle
---@overload fun(event: "ping", fn: fun(event: event.ping)): handle
---@overload fun(event: "users", fn: fun(event: event.users)): handle
---@overload fun(event: "mine.found", fn: fun(event: event.mine.found)): handle
---@overload fun(event: "mine.accepted", fn: fun(event: event.mine.accepted)): handle
---@overload fun(event: "mine.rejected", fn: fun(event: event.mine.rejected)): handle
---@overload fun(event: "mine.stale", fn: fun(event: event.mine.stale)): handle
---@overload fun(event: "mine.pause", fn: fun(event: event.mine.pause)): handle
---@overload fun(event: "chat_switched", fn: fun(event: event.chat_switched)): handle
---@overload fun(event: "idle", fn: fun(event: event.idle)): handle
---@overload fun(event: "active", fn: fun(event: event.active)): handle
---@overload fun(event: "resize", fn: fun(event: event.resize)): handle
---@overload fun(event: "setting", fn: fun(event: event.setting)): handle
---@overload fun(event: "script_loaded", fn: fun(event: event.script_loaded)): handle
---@overload fun(event: "script_ended", fn: fun(event: event.script_ended)): handle
---@overload fun(event: "events.lost", fn: fun(event: event.events.lost)): handle
---@overload fun(event: "quit", fn: fun(event: event.quit)): handle
function chat.once(event, opts, fn) end

---End the client.
---
---Needs the permission `client`.
---@return true?
---@return failure? err denied
function chat.quit() end

---Send a line of the protocol as it is.
---
---Needs the permission `raw`.
---@param line string
---@return true?
---@return failure? err denied, offline, invalid, limit, busy
function chat.raw(line) end

---Asks the room and waits for the answer: "active" (names), "leaderboard" (a list of {name, coins}), "hash" (what to mine on), "ping" (milliseconds), "cost" of an item (coins).
---@param what "active"|"leaderboard"|"hash"|"ping"|"cost"
---@param arg? string the item, for "cost"
---@param opts? { timeout?: time } 10 seconds when nothing is said
---@return any answer nil and an error when there is none
---@return failure? err offline, timeout, refused, invalid, busy
function chat.request(what, arg, opts) end

---What is known of the room: name, address, local, peer, transport, state, peer_key_bits, balance, cookies, login_time, lines_in, lines_out.
---@return { name: string, address: string, local: string, peer: string, transport: string, state: string, peer_key_bits: integer, balance: integer, cookies: integer, login_time: integer, lines_in: integer, lines_out: integer }
function chat.room() end

---Say something to the whole room. A leading / and line breaks are refused.
---
---Needs the permission `send`.
---@param text string
---@return true?
---@return failure? err denied, offline, invalid, limit, busy
function chat.say(text) end

---Names seen in the room so far, sorted.
---@return string[]
function chat.users() end

---Waits for an event and returns its table. `match` is a table of fields that must be equal, or a function of the event that returns whether it is the one. `ask` is called once the wait has begun: what answers to what is said there cannot come too early.
---@param event string
---@param opts? { match?: table|fun(event: table): boolean?, timeout?: time, ask?: fun() }
---@return table? event nil and an error when it did not come
---@return failure? err timeout, reloaded, canceled
function chat.wait(event, opts) end

---Whisper to one user.
---
---Needs the permission `whisper`.
---@param user string
---@param text string
---@return true?
---@return failure? err denied, offline, invalid, limit, busy
function chat.whisper(user, text) end

---Choose a room and log in there with a remembered login, or ask for one.
---
---Needs the permission `client`.
---@param address string
---@return true?
---@return failure? err denied, state, invalid, not_found
function client.connect(address) end

---Log in; waits for the outcome. Without a password the remembered one.
---
---Needs the permission `client`.
---@param name? string
---@param password? secret
---@param address? string
---@return { name: string, registered: boolean, balance: integer, cookies: integer }?
---@return failure? err denied, state, invalid, not_found, bad_password, refused, closed, busy, canceled
function client.login(name, password, address) end

---Leave the room; waits until it is left.
---
---Needs the permission `client`.
---@return true?
---@return failure? err denied, offline
function client.logout() end

---Register an account and log in; waits for the outcome.
---
---Needs the permission `client`.
---@param name string
---@param password secret
---@param address? string
---@return { name: string, registered: boolean, balance: integer, cookies: integer }?
---@return failure? err denied, state, invalid, refused, closed, busy, canceled
function client.register(name, password, address) end

---What to remember of this login: no, name or login.
---
---Needs the permission `client`.
---@param what string
---@return true?
---@return failure? err denied, state, invalid, io
function client.remember(what) end

---The same as script.list: every script.
---@return { name: string, state: string, path: string, version: string, help: string }[]
function client.scripts() end

---The Terms and Conditions.
---@return string
function client.terms() end

---moonroom's version.
---@return string
function client.version() end

---Every command: {name, usage, help, details, owner, aliases}.
---@return { name: string, usage: string, help: string, details?: string, owner: string, aliases: string[] }[]
function command.list() end

---Run a line as if it were typed at the prompt. /lua, and what changes scripts or their permissions by /script, no script can run.
---
---Needs the permission `client`.
---@param line string
---@return true?
---@return failure? err denied, not_found, invalid
function command.run(line) end

---Offers words for Tab where a command has an argument of this kind, `<card:card>`, or of one of the usual kinds such as `user`. `fn` returns a list of words; those that fit are picked by moonroom. What comes later than 100 ms is not looked at. `word` is what was typed so far and `previous` the argument before it; both are "" unless the command is the script's own, or it may filter the input.
---@param kind string letters, digits, - and _
---@param fn fun(word: string, previous: string): string[]?
---@return handle
function complete.provider(kind, fn) end

---Bytes as base64.
---@param bytes string
---@return string
function crypto.base64(bytes) end

---Bytes as hex digits, two for each.
---@param bytes string
---@return string
function crypto.hex(bytes) end

---HMAC-SHA-512 as 128 hex digits.
---@param key string
---@param bytes string
---@return string
function crypto.hmac(key, bytes) end

---n random bytes.
---@param n integer 0 to 65536
---@return string
function crypto.random_bytes(n) end

---n random characters of A-Z a-z 0-9 - _.
---@param n integer 0 to 65536
---@return string
function crypto.random_string(n) end

---SHA-512 as 128 hex digits.
---@param bytes string
---@return string
function crypto.sha512(bytes) end

---Base64 as bytes.
---@param text string
---@return string? bytes nil and a sentence when this is no base64
function crypto.unbase64(text) end

---Hex digits as bytes.
---@param digits string
---@return string? bytes nil and a sentence when these are no hex digits
function crypto.unhex(digits) end

---Adds to the end of a file in the script's own folder, which is made if it is not there. A file may have 4 MiB, all files of a script together 16 MiB.
---
---Needs the permission `fs:data`.
---@param name string
---@param text string
---@return true?
---@return failure? err denied, invalid, limit, io
function fs.append(name, text) end

---The files of the script's own folder.
---
---Needs the permission `fs:data`.
---@return { name: string, size: integer }[]?
---@return failure? err denied, io
function fs.list() end

---All of a file in the script's own folder.
---
---Needs the permission `fs:data`.
---@param name string letters, digits, dot, underscore and minus
---@return string?
---@return failure? err denied, not_found, invalid, io
function fs.read(name) end

---Remove a file of the script's own folder.
---
---Needs the permission `fs:data`.
---@param name string
---@return true?
---@return failure? err denied, not_found
function fs.remove(name) end

---Writes a file in the script's own folder: after a crash there is the old one or the new one. That holds for up to 120,000 bytes; more goes part by part.
---
---Needs the permission `fs:data`.
---@param name string
---@param text string
---@return true?
---@return failure? err denied, invalid, limit, io
function fs.write(name, text) end

---Lets it rest: the handler is not called until `enable`.
function handle:disable() end

---Wakes what was disabled.
function handle:enable() end

---Ends what was registered, for good.
function handle:remove() end

---Fetches an address and waits for the answer. It is https; http only works for 127.0.0.1, [::1] and localhost. The certificate is verified. Redirects are followed to hosts that are permitted. Any `status` is an answer, 404 too; `headers` have their names in small letters; a `body` of more than 120,000 bytes is an error.
---
---Needs the permission `http:HOST`.
---@param url string
---@param opts? { timeout?: time, headers?: table } 10 s unless said otherwise, at most 2 minutes
---@return { status: integer, url: string, headers: table, body: string }?
---@return failure? err denied, invalid, not_found, refused, timeout, limit, unverified, closed, protocol, busy, unsupported
function http.get(url, opts) end

---Sends something to an address and waits for the answer; else as http.get. `body` goes as text/plain, unless a header `content-type` says otherwise; what `json` holds goes as application/json.
---
---Needs the permission `http:HOST`.
---@param url string
---@param opts? { body?: string, json?: any, timeout?: time, headers?: table }
---@return { status: integer, url: string, headers: table, body: string }?
---@return failure? err denied, invalid, not_found, refused, timeout, limit, unverified, closed, protocol, busy, unsupported
function http.post(url, opts) end

---Marks a table, or a new one, to be written as an array even when it is empty; returns it.
---@param list? table
---@return table
function json.array(list) end

---JSON as a value; null is json.null.
---@param text string
---@return any value nil and a sentence when it is no JSON
function json.decode(text) end

---A value as JSON. An empty table is `{}` unless it was made by json.array.
---@param value any
---@return string
function json.encode(value) end

---JSON's null inside of tables, where nil would leave a hole.
---@type lightuserdata
json.null = nil

---Writes a line to moonroom's log, with blanks between the values. The log keeps what the option --log-level asks for.
---@param ... any
function log.debug(...) end

---Writes a line to moonroom's log, with blanks between the values. The log keeps what the option --log-level asks for.
---@param ... any
function log.error(...) end

---Writes a line to moonroom's log, with blanks between the values. The log keeps what the option --log-level asks for.
---@param ... any
function log.info(...) end

---Writes a line to moonroom's log, with blanks between the values. The log keeps what the option --log-level asks for.
---@param ... any
function log.warn(...) end

---How the engine's search goes: attempts so far and of each thread, rate in attempts a second now, over 1 and 15 minutes and each second of the last minute, seconds that a block takes on average (expected), the chance so far, 0 to 1, the best digest.
---
---Needs the permission `mine`.
---
---Comes with the plugin miner.
---@return { searching: boolean, kernel: string, attempts: integer, threads: integer[], rate: number, rate_1m: number, rate_15m: number, history: number[], zeros: integer, expected: number, chance: number, best: string }?
---@return failure? err denied
function mine.engine() end

---What to mine on: {prev_hash, zeros, order, serial}; nil when offline.
---
---Needs the permission `mine`.
---@return { prev_hash: string, zeros: integer, order: string, serial: integer }?
---@return failure? err denied
function mine.job() end

---How much of the machine others used in the last second of a search, 0 to 1, and whether it runs on battery.
---
---Needs the permission `mine`.
---
---Comes with the plugin miner.
---@return { others: number, battery: boolean }?
---@return failure? err denied
function mine.machine() end

---Let the strategy and the engine rest where they are; what they have counted stays.
---
---Needs the permission `mine`.
---@return true?
---@return failure? err denied, state
function mine.pause() end

---Go on where mine.pause has stopped.
---
---Needs the permission `mine`.
---@return true?
---@return failure? err denied, state
function mine.resume() end

---Let the engine search for a solution of the present block, and of the next ones until one is found: {s, digest}. alphabet and prefix are what S is made of, threads as many as there are processors, seconds how long it tries (for ever).
---
---Needs the permission `mine`.
---
---Comes with the plugin miner.
---@param alphabet? string
---@param prefix? string
---@param threads? integer
---@param seconds? number
---@return { s: string, digest: string }?
---@return failure? err denied, timeout, canceled, not_found, invalid, io
function mine.search(alphabet, prefix, threads, seconds) end

---Start mining with a strategy; the answer is its name.
---
---Needs the permission `mine`.
---@param strategy? string
---@return string?
---@return failure? err denied, state, invalid, not_found
function mine.start(strategy) end

---How mining goes: blocks found, accepted, rejected, stale and unverified; running, paused and strategy; attempts so far, rate in attempts a second, and seconds since its start.
---
---Needs the permission `mine`.
---@return { found: integer, accepted: integer, rejected: integer, stale: integer, unverified: integer, running: boolean, paused: boolean, strategy: string, attempts: integer, rate: number, seconds: number }?
---@return failure? err denied
function mine.stats() end

---Stop mining.
---
---Needs the permission `mine`.
---@return true?
---@return failure? err denied, state
function mine.stop() end

---The strategies there are: {name, path, help}.
---@return { name: string, path: string, help: string }[]
function mine.strategies() end

---Send a solution. It is verified first, and the pace is limited.
---
---Needs the permission `mine`.
---@param s string
---@return true?
---@return failure? err denied, offline, invalid, unverified, busy
function mine.submit(s) end

---Whether s solves the present job.
---
---Needs the permission `mine`.
---@param s string
---@return boolean?
---@return failure? err denied, offline
function mine.verify(s) end

---Every native plugin that is loaded: {name, version, abi, path, methods, events, filters}.
---@return { name: string, version: string, abi: integer, path: string, methods: string[], events: string[], filters: string[] }[]
function plugin.list() end

---Shows values under the script's name, with tabs between them.
---@param ... any
function print(...) end

---Runs a program to its end, without a shell, and waits for it. The first word is its name, which is looked for on PATH, or its absolute path, as the permission names it. It has nothing to read, a session of its own, and runs in the script's own folder where that is permitted. When its time is over, the script goes or the permission is taken, it is killed with all that it has started. `code` is its exit code, or `signal` what ended it; one that prints more than 64 KiB is ended, and `truncated` is true.
---
---Needs the permission `process:NAME`.
---@param argv string[] the program and its arguments
---@param opts? { timeout?: time } 10 s unless said otherwise, at most 10 minutes
---@return { code?: integer, signal?: integer, out: string, err: string, truncated: boolean }?
---@return failure? err denied, invalid, not_found, timeout, busy, unsupported
function process.run(argv, opts) end

---The same with the places: first and last byte, then the groups.
---@param pattern string
---@param text string
---@param init? integer
---@return integer? first nil when nothing matches
---@return integer last
---@return string|false ...
function re.find(pattern, text, init) end

---Goes through all matches, from left to right, each behind the one before.
---@param pattern string
---@param text string
---@return fun(): string|false|nil
function re.gmatch(pattern, text) end

---Replaces all matches. `with` is a text, put in as it is, or a function of the groups that returns one, or nil to leave the match alone.
---@param pattern string
---@param text string
---@param with string|fun(...: string|false): string?
---@return string text
---@return integer count how many were replaced
function re.gsub(pattern, text, with) end

---Finds the first place where a regular expression matches and returns its groups, or all that matched when it has none. However wild the pattern, the time grows only with the length of the text, so patterns of strangers are safe. Syntax: `. [a-z] [^a-z] \d \w \s \D \W \S \b \B ^ $ ( ) (?: ) a|b * + ? {2,5}`, lazy forms such as `*?`, and `(?i)` at the beginning. A group that took no part is `false`. There are no back references.
---@param pattern string of at most 1,024 bytes; in [[ ]] no \ need be doubled
---@param text string
---@param init? integer where to begin, as in string.match
---@return string|false|nil ... nil when nothing matches
function re.match(pattern, text, init) end

---Write down what the room sends, what is typed and what is sent, for room:replay() of a test; the answer is the file. Secrets are left out.
---
---Needs the permission `client`.
---@param name string
---@return string?
---@return failure? err denied, state, invalid, exists, io
function record.start(name) end

---End the recording.
---
---Needs the permission `client`.
---@return { path: string, lines: integer }?
---@return failure? err denied, state
function record.stop() end

---Runs a module once and returns what it returned: from the script's own folder, from scripts/lib, or from lib of the user's scripts folder.
---@param name string "name" or "folder.name", without .lua
---@return any
function require(name) end

---What one script has registered, and how it fares. handlers is a list of {what, calls, ms, slowest_ms, errors}, one for each registration; a script is not told its own.
---@param name string
---@return table?
---@return failure? err not_found
function script.info(name) end

---Ask the user whether a script that keeps the machine busy is to go on, as Ctrl-C does; false when there is none.
---
---Needs the permission `client`.
---@return boolean?
---@return failure? err denied
function script.interrupt() end

---Every script: {name, state, path, version, help}.
---@return { name: string, state: string, path: string, version: string, help: string }[]
function script.list() end

---Load a script by name or path.
---
---Needs the permission `client`.
---@param name string
---@return string?
---@return failure? err denied, not_found, exists, invalid
function script.load(name) end

---Calls `fn` after a reload with what on_save gave.
---@param fn fun(state: any)
function script.on_restore(fn) end

---What `fn` returns is kept over a reload. Without it the table `script.state` is.
---@param fn fun(): any
function script.on_save(fn) end

---Calls `fn` at the end: when the script is unloaded or reloaded, and when moonroom ends. It has half a second.
---@param fn fun()
function script.on_unload(fn) end

---Load a script anew.
---
---Needs the permission `client`.
---@param name string
---@return true?
---@return failure? err denied, not_found, busy, invalid
function script.reload(name) end

---A table that is kept over a reload.
---@type table
script.state = nil

---Unload a script.
---
---Needs the permission `client`.
---@param name string
---@return true?
---@return failure? err denied, not_found
function script.unload(name) end

---The value of a setting; a script's own ones go by their short names.
---@param name string
---@return any
---@return failure? err not_found
function settings.get(name) end

---Every setting: {name, type, value, default, unit, help, choices}.
---@return { name: string, type: string, value: any, default: any, unit: string, help: string, choices: string }[]
function settings.list() end

---Calls `fn` with the new value whenever a setting was changed: one of the script's own, or any by its full name.
---@param name string
---@param fn fun(value: any)
---@return handle
function settings.on_change(name, fn) end

---Change a setting: a script its own ones, all others with the permission client.
---@param name string
---@param value any
---@return any
---@return failure? err not_found, invalid, io
function settings.set(name, value) end

---Buy; the answer has coins and cookies as far as told.
---
---Needs the permission `shop`.
---@param item string
---@param n? integer
---@return { coins?: integer, cookies?: integer }?
---@return failure? err denied, offline, timeout, refused, invalid, busy
function shop.buy(item, n) end

---What an item costs.
---@param item string
---@return integer?
---@return failure? err offline, timeout, refused, invalid, busy
function shop.cost(item) end

---A value of the script's own store.
---
---Needs the permission `store`.
---@param key string
---@return any
---@return failure? err denied, io
function store.get(key) end

---The keys of the script's own store.
---
---Needs the permission `store`.
---@return string[]?
---@return failure? err denied, io
function store.keys() end

---Keep a value in the script's own store, on disk; nil removes it.
---
---Needs the permission `store`.
---@param key string
---@param value? any
---@return true?
---@return failure? err denied, limit, io
function store.set(key, value) end

---Runs all functions at the same time and waits for all. Returns the first result of each in a list.
---@param list (fun(): any)[]
---@param opts? { timeout?: time } for ever, when nothing is said
---@return any[]? results nil and an error when one of them raised one, or when the time is over; they go on then
---@return failure? err timeout, internal, reloaded, canceled
function task.all(list, opts) end

---Runs all functions at the same time and waits for the first to end; returns what that returned. The others go on.
---@param list (fun(): any)[]
---@param opts? { timeout?: time } for ever, when nothing is said
---@return any ... nil and an error when the first to end raised one, or when the time is over
---@return failure? err timeout, internal, reloaded, canceled
function task.race(list, opts) end

---Lets so much time pass; everything else of the script goes on meanwhile.
---@param time time
---@return true? nil and an error when the script ends meanwhile
---@return failure? err reloaded, canceled
function task.sleep(time) end

---Runs `fn(...)` beside what goes on. The handle has only `remove`, which ends it where it waits.
---@param fn fun(...)
---@param ... any
---@return handle
function task.spawn(fn, ...) end

---Calls `fn` once, after so long.
---@param delay time
---@param fn fun()
---@param opts? { name?: string }
---@return handle
function timer.after(delay, fn, opts) end

---Calls `fn` every day when the clock on the wall shows this time, the next time first. It keeps to the clock: over summer time, when the clock is set, and after a sleep of the machine (a minute late at most). A time that spring skips comes an hour later, one that comes twice in autumn counts once. `due` of the handle says when it is next, in seconds since 1970.
---@param clock string "09:00", from "00:00" to "23:59", local time
---@param fn fun()
---@return handle
function timer.at(clock, fn) end

---Calls `fn` again and again.
---@param period time 10 ms or more
---@param fn fun()
---@param opts? { name?: string }
---@return handle
function timer.every(period, fn, opts) end

---Show rows {label, number} as bars.
---@param rows any[]
---@return true?
---@return failure? err invalid, limit
function ui.bars(rows) end

---Calls `fn` when a key is pressed at the prompt: "Ctrl-T", "Alt-x", "Ctrl-Alt-X" or "F5". Enter, Tab, Escape, Backspace, Ctrl-C, Ctrl-D, Ctrl-Z and the keys that switch chats stay what they are. The event has `keys` and `chat`.
---
---Needs the permission `bind`.
---@param keys string
---@param fn fun(event: { keys: string, chat: string })
---@return handle?
---@return failure? err denied, exists
function ui.bind(keys, fn) end

---One of the open chats: `name`, `kind` ("lobby", "private" or "notes"), `unread`, `current`, and the functions `chat:print(text, style?)`, whose lines are kept in that chat, `chat:open()` and `chat:close()`.
---@param name string
---@return table? chat nil and an error when no such chat is open
---@return failure? err not_found
function ui.chat(name) end

---The open chats: {index, name, kind, unread, current}.
---@return { index: integer, name: string, kind: string, unread: integer, current: boolean }[]
function ui.chats() end

---Clear the screen.
---
---Needs the permission `client`.
---@return true?
---@return failure? err denied, unsupported
function ui.clear() end

---Close a private chat; the current one when no name is given.
---
---Needs the permission `client`.
---@param name? string
---@return true?
---@return failure? err denied, not_found, invalid
function ui.close(name) end

---Ask the user yes or no. With more, another question follows. timeout is in seconds; for ever, when nothing is said.
---@param question string
---@param default? boolean
---@param more? boolean
---@param timeout? number
---@return boolean?
---@return failure? err canceled, timeout, unsupported, limit
function ui.confirm(question, default, more, timeout) end

---The chat shown now: {name, kind}; kind is lobby, private or notes.
---@return { index: integer, name: string, kind: string, unread: integer, current: boolean }
function ui.current() end

---Open a file in the user's editor, and wait for its end. For the user alone: /script edit.
---
---Needs the permission `client`.
---@param path string
---@return true?
---@return failure? err denied, busy, unsupported, not_found
function ui.edit(path) end

---The last typed lines.
---
---Needs the permission `client`.
---@param n? integer
---@return string[]?
---@return failure? err denied
function ui.history(n) end

---Ask the user for a line. A secret comes as an opaque token that only the core can use. With more, another question follows. timeout is in seconds; for ever, when nothing is said.
---@param question string
---@param secret? boolean
---@param default? string
---@param more? boolean
---@param timeout? number
---@return string?
---@return failure? err canceled, timeout, unsupported, limit
function ui.input(question, secret, default, more, timeout) end

---Write a note to oneself.
---
---Needs the permission `client`.
---@param text string
---@return true?
---@return failure? err denied, invalid, offline, io
function ui.note(text) end

---Show a line that stands out, and ring the bell.
---
---Needs the permission `notify`.
---@param text string
---@param title? string
---@return true?
---@return failure? err denied, limit
function ui.notify(text, title) end

---Open a private chat and switch to it; "" is the lobby, our own name the notes.
---
---Needs the permission `client`.
---@param name string
---@return true?
---@return failure? err denied, invalid, limit
function ui.open(name) end

---Show lines under the script's name. Style: plain, info, error, title. In text **bold** and __underline__ are markup.
---@param text string
---@param chat? string
---@param style? string
---@return true?
---@return failure? err not_found, invalid, limit
function ui.print(text, chat, style) end

---Whether two secrets that were typed are the same text.
---@param one secret
---@param other secret
---@return boolean?
---@return failure? err invalid
function ui.same(one, other) end

---Lines of the chat logs of this room that hold a word: {chat, line}.
---
---Needs the permission `client`.
---@param word string
---@param n? integer
---@return { chat: string, line: string }[]?
---@return failure? err denied, invalid
function ui.search(word, n) end

---Show numbers as one line of small blocks, the lowest as the lowest.
---@param values any[]
---@param label? string
---@return true?
---@return failure? err invalid, limit
function ui.sparkline(values, label) end

---Show rows of cells, aligned.
---@param rows any[]
---@param header? any[]
---@return true?
---@return failure? err invalid, limit
function ui.table(rows, header) end

---Our coins and cookies as far as told: {coins, cookies}.
---@return { coins: integer, cookies: integer }?
---@return failure? err offline
function wallet.balance() end

---Pay somebody (rooms of moonroom only).
---
---Needs the permission `shop`.
---@param user string
---@param coins integer
---@return true?
---@return failure? err denied, offline, unsupported, invalid, busy
function wallet.pay(user, coins) end

script { needs = { "http:127.0.0.1" } }

--: http.get
local answer, err = http.get("http://127.0.0.1:1/weather", { timeout = "30s", headers = { accept = "text/plain" } })
print(answer and answer.status or err.code) --> refused

--: http.post
local answer, err = http.post("http://127.0.0.1:1/scores", { json = { bob = 3 }, timeout = "30s" })
print(answer and answer.body or err.code) --> refused

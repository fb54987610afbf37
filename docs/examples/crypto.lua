--: crypto.sha512
print(crypto.sha512("abc"):sub(1, 16)) --> ddaf35a193617aba

--: crypto.hmac
print(crypto.hmac("Jefe", "what do ya want for nothing?"):sub(1, 16)) --> 164b7a7bfcf819e2

--: crypto.random_string
print(#crypto.random_string(86)) --> 86

--: crypto.random_bytes
local key = crypto.random_bytes(32)
print(#key, key == crypto.random_bytes(32)) --> 32 false

--: crypto.hex
print(crypto.hex("moon")) --> 6d6f6f6e

--: crypto.unhex
print(crypto.unhex("6d6f6f6e")) --> moon

--: crypto.base64
print(crypto.base64("moonroom")) --> bW9vbnJvb20=

--: crypto.unbase64
print(crypto.unbase64("bW9vbnJvb20=")) --> moonroom

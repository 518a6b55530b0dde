-- Store.dueTimers in one part. Reads only.
-- KEYS  the part
-- ARGV  now, limit
-- Gives for each timer: conversation and id with a space between, due at, what it is.
local found = {}
local due = call('ZRANGEBYSCORE', shard .. ':timers', '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #due, 2 do
  local n = #found
  found[n + 1], found[n + 2], found[n + 3] =
    due[i], due[i + 1], call('HGET', shard .. ':timer', due[i])
end
return found

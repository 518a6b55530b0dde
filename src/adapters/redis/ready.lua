-- When the members of a set that are due came to be so. Reads only.
-- KEYS  the part
-- ARGV  sorted set, now, limit
-- Gives the times, the longest due first.
local found = {}
local due = call('ZRANGEBYSCORE', shard .. ARGV[1], '-inf', ARGV[2], 'WITHSCORES', 'LIMIT', 0, ARGV[3])
for i = 2, #due, 2 do found[i / 2] = due[i] end
return found

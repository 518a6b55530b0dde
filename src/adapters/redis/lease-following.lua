-- Store.leaseFollowing in one part.
-- KEYS  the part
-- ARGV  desk, now, leased until, limit
-- Gives for each: conversation, lease, and + with the place kept, or -. A
-- repeat leases what is due then.
local desk, now, leasedUntil, limit = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ready = shard .. ':following:' .. desk
local found = {}
for _, conversation in ipairs(call('ZRANGEBYSCORE', ready, '-inf', now, 'LIMIT', 0, limit)) do
  local key = shard .. ':f:' .. conversation
  local lease, _, _, place = followingOf(call('HGET', key, desk))
  call('HSET', key, desk, (lease + 1) .. ' 1 - ' .. place)
  call('ZADD', ready, leasedUntil, conversation)
  local n = #found
  found[n + 1], found[n + 2], found[n + 3] = conversation, lease + 1, place
end
return found

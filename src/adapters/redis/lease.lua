-- Store.lease in one part.
-- KEYS  the part
-- ARGV  channel, now, leased until, limit
-- Gives for each reply: id, conversation, seq, log entry, the conversation's properties, attempts,
-- uncertain (1 or 0), last receipt ('' for none). A repeat leases what is due then.
local channel, now, leasedUntil, limit = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ready = shard .. ':ready:' .. channel
local found = {}
for _, conversation in ipairs(call('ZRANGEBYSCORE', ready, '-inf', now, 'LIMIT', 0, limit)) do
  local seq, _, id = entryOf(call('LINDEX', shard .. ':o:' .. channel .. ':' .. conversation, 0))
  local attempts, uncertain, leased = triesOf(id)
  -- A lease that is followed by another has ended without a word.
  uncertain = uncertain or leased
  keepTries(id, attempts + 1, uncertain, true, channel, conversation)
  call('ZADD', ready, leasedUntil, conversation)
  local _, _, _, rest = headOf(call('GET', shard .. ':c:' .. conversation))
  local n = #found
  found[n + 1] = id
  found[n + 2] = conversation
  found[n + 3] = seq
  found[n + 4] = call('LINDEX', shard .. ':l:' .. conversation, seq - 1)
  found[n + 5] = rest
  found[n + 6] = attempts + 1
  found[n + 7] = uncertain and 1 or 0
  found[n + 8] = call('HGET', shard .. ':d:' .. conversation, 'receipt') or ''
end
return found

-- Gives back what a commit has leased whose answer was lost: nobody sends it.
-- A lease that another has followed is left alone, so a repeat changes nothing.
-- KEYS  the part
-- ARGV  channel, conversation, the message's id, until when it was leased
-- Gives nothing.
local channel, conversation, id, leasedUntil = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ready = shard .. ':ready:' .. channel
local attempts, _, leased = triesOf(id)
if not leased or attempts > 1 then return end
if tonumber(call('ZSCORE', ready, conversation)) ~= tonumber(leasedUntil) then return end
local _, at = entryOf(call('LINDEX', shard .. ':o:' .. channel .. ':' .. conversation, 0))
call('HDEL', shard .. ':tries', id)
call('ZADD', ready, at, conversation)

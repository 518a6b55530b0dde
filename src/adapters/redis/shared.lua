-- Put in front of every script. KEYS[1] names a part of the data by its hash
-- tag; every key of a script is that name and more, so that one script touches
-- one part only. `call` is as redis.call.
local shard = KEYS[1]
local call = redis.call

-- A conversation as it is stored, in lines: revision and the log's length;
-- where it stands (the field of `standings`); its other properties; snapshot.
local function headOf(stored)
  local revision, length, standing, rest =
    string.match(stored, '^(%d+) (%d+)\n([^\n]*)\n([^\n]*)\n')
  return tonumber(revision), tonumber(length), standing, rest
end

-- What is known of tries to send a message: how many, whether one may have
-- come through, whether it is leased now, and whose it is.
local function triesOf(id)
  local stored = call('HGET', shard .. ':tries', id)
  if not stored then return 0, false, false end
  local attempts, uncertain, leased, channel, conversation =
    string.match(stored, '^(%d+) (%d) (%d) (%S+) (%S+)$')
  return tonumber(attempts), uncertain == '1', leased == '1', channel, conversation
end

local function keepTries(id, attempts, uncertain, leased, channel, conversation)
  call('HSET', shard .. ':tries', id, attempts .. ' ' .. (uncertain and 1 or 0) .. ' '
    .. (leased and 1 or 0) .. ' ' .. channel .. ' ' .. conversation)
end

-- An entry of a lane: the message's place in the log, when it was committed, its id.
local function entryOf(stored)
  return string.match(stored, '^(%d+) (%d+) (.*)$')
end

-- A desk's following of a conversation, in `f:<conversation>` by desk: the
-- lease's number, whether it is leased, since when there is something new (-),
-- and behind + the place that was kept.
local function followingOf(stored)
  local lease, leased, changed, place = string.match(stored, '^(%d+) (%d) (%S+) (.*)$')
  return tonumber(lease), leased == '1', changed, place
end

-- Something was committed or settled. Gives 1 where a desk follows, else 0.
local function followingsChanged(conversation, at)
  local all = call('HGETALL', shard .. ':f:' .. conversation)
  for i = 1, #all, 2 do
    local lease, leased, _, place = followingOf(all[i + 1])
    if leased then
      call('HSET', shard .. ':f:' .. conversation, all[i], lease .. ' 1 ' .. at .. ' ' .. place)
    else
      -- One that waits already keeps its time.
      call('ZADD', shard .. ':following:' .. all[i], 'NX', at, conversation)
    end
  end
  return #all > 0 and 1 or 0
end

-- The oldest that a conversation holds says when all of them are ready.
local function readyHeld(conversation)
  local key = call('LINDEX', shard .. ':hl:' .. conversation, 0)
  if not key then
    call('ZREM', shard .. ':held', conversation)
    return
  end
  local ready = string.match(call('HGET', shard .. ':hb:' .. conversation, key), '^(%d+) ')
  call('ZADD', shard .. ':held', ready, conversation)
end

local function release(key)
  local conversation = call('HGET', shard .. ':hk', key)
  if not conversation then return end
  call('HDEL', shard .. ':hk', key)
  call('HDEL', shard .. ':hb:' .. conversation, key)
  call('LREM', shard .. ':hl:' .. conversation, 1, key)
  readyHeld(conversation)
end

-- When the first of a sorted set is due; nil where none is.
local function firstOf(set)
  return call('ZRANGE', shard .. set, 0, 0, 'WITHSCORES')[2]
end

-- Reads ARGV in order.
local place = 0
local function take()
  place = place + 1
  return ARGV[place]
end
local function takeNumber()
  return tonumber(take())
end

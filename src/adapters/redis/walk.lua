-- Goes along an order of the cases and picks those of a filter, a part at a
-- time, so that no search holds Redis up. Reads only.
-- KEYS  the desk's part
-- ARGV  sorted set, up or down, begin behind ('' for the beginning), how long
--       the number's prefix is, how many to find, how many to look at, whether
--       an owner is asked for (1 or 0), stage, owner, language, topic ('' for
--       any), and words
-- Gives where it has come to ('' at the end), how many were found, and for
-- each: its place, number and conversation.
local set, direction, behind = take(), take(), take()
local prefix, most, look = takeNumber(), takeNumber(), takeNumber()
local hasOwner, stage, owner, language, topic = take() == '1', take(), take(), take(), take()
local words = {}
for i = place + 1, #ARGV do words[#words + 1] = ARGV[i] end

local members
if direction == 'up' then
  members = call('ZRANGEBYLEX', shard .. set, behind == '' and '-' or '(' .. behind, '+', 'LIMIT', 0, look)
else
  members = call('ZREVRANGEBYLEX', shard .. set, behind == '' and '+' or '(' .. behind, '-', 'LIMIT', 0, look)
end
local found, count, last = {}, 0, #members == look and members[#members] or ''
local numbers = {}
for i, member in ipairs(members) do numbers[i] = string.sub(member, prefix + 1) end
local rows = #numbers > 0 and call('HMGET', shard .. ':cases', unpack(numbers)) or {}
for i, row in ipairs(rows) do
  local conversation, _, rowStage, rowOwner, rowLanguage, rowTopic, _, _, _, search =
    string.match(row, ('([^\n]*)\n'):rep(9) .. '(.*)$')
  local fits = (stage == '' or stage == rowStage) and (not hasOwner or owner == rowOwner)
    and (language == '' or language == rowLanguage) and (topic == '' or topic == rowTopic)
  for _, word in ipairs(words) do fits = fits and string.find(search, word, 1, true) end
  if fits then
    count = count + 1
    local n = #found
    found[n + 1], found[n + 2], found[n + 3] = members[i], numbers[i], conversation
    if count == most then
      last = members[i]
      break
    end
  end
end
return {last, count, unpack(found)}

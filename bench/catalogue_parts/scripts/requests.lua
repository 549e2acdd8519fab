-- Sends the lines of a file, "KIND PATH" each: wrk's threads take turns at them.
--
--   wrk ... --script requests.lua URL -- FILE THREADS [timed]
--
-- "timed" measures each answer in microseconds; it needs one connection per thread, which then has one request
-- under way at any time. In the end come lines for the program that reads them:
--   requests N, seconds S, errors E (sockets, timeouts and statuses from 400), lines N (of the busiest thread,
--   in the file's), took KIND MICROSECONDS
local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long seconds; long nanoseconds; } moment;
  int clock_gettime(int clock, moment *now);
]])
local CLOCK_MONOTONIC = 1
local moment = ffi.new("moment")

local threads = {}

local function now()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, moment)
  return tonumber(moment.seconds) * 1e6 + tonumber(moment.nanoseconds) / 1e3
end

local function timed_response()
  times[#times + 1] = now() - began
  kinds[#kinds + 1] = kind
end

function setup(thread)
  thread:set("number", #threads)
  threads[#threads + 1] = thread
end

function init(args)
  prepared, named, times, kinds, sent = {}, {}, {}, {}, 0
  local position = 0
  for line in io.lines(args[1]) do
    if position % tonumber(args[2]) == number then
      local its_kind, path = line:match("^(%S+) (%S+)$")
      prepared[#prepared + 1] = wrk.format("GET", path)
      named[#named + 1] = its_kind
    end
    position = position + 1
  end
  assert(#prepared > 0, "There are fewer lines than threads.")
  if args[3] == "timed" then
    response = timed_response
  end
end

function request()
  local place = sent % #prepared + 1
  sent = sent + 1
  kind, began = named[place], now()
  return prepared[place]
end

function done(summary, latency, requests)
  local errors, busiest = summary.errors, 0
  for _, thread in ipairs(threads) do
    busiest = math.max(busiest, thread:get("sent"))
    local its_kinds = thread:get("kinds")
    for place, microseconds in ipairs(thread:get("times")) do
      print(string.format("took %s %d", its_kinds[place], microseconds))
    end
  end
  print(string.format("requests %d", summary.requests))
  print(string.format("seconds %f", summary.duration / 1e6))
  print(string.format("errors %d", errors.connect + errors.read + errors.write + errors.status + errors.timeout))
  print(string.format("lines %d", busiest * #threads))
end

-- Reports a run in one line. With PACE, each connection waits that many milliseconds on average before each request, so
-- that the load stays well below what any proxy can do; the latency counts from the sending.
local pace = tonumber(os.getenv("PACE") or "")
-- In microseconds; in the experiment with a slow replica, only its replies take as long.
local late = 5000

if pace then
  function delay()
    return math.random(1, 2 * pace - 1)
  end
end

-- How many of a million replies were late.
local function late_per_million(latency)
  local all, over = 0, 0
  for index = 1, #latency do
    local value, count = latency(index)
    all = all + count
    if value >= late then over = over + count end
  end
  return all > 0 and over * 1e6 / all or 0
end

function done(summary, latency, _)
  local errors = summary.errors
  print(string.format(
    "measured requests=%d microseconds=%d p50=%d p99=%d late=%d status=%d socket=%d",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), late_per_million(latency),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end

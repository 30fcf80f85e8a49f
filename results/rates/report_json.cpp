#include "algorithms/core/parameters.hpp"
#include "results/rates/laboratory.hpp"

namespace bcd::rates {

namespace {

using nlohmann::json;

/// JSON has no infinities and no NaN: null.
json number(double x) { return std::isfinite(x) ? json(x) : json(); }
json both(const Interval& i) { return {number(i.low), number(i.high)}; }
json both(const Estimate& e) { return {{"value", number(e.value)}, {"interval", both(e.interval)}}; }

json both(const Rate& rate) {
  json j = {
      {"verdict", name(rate.kind)},
      {"lambda", both(rate.lambda)},
      {"power", both(rate.power)},
      {"eta", both(rate.eta)},
      {"window",
       {{"top", number(rate.window.top)}, {"bottom", number(rate.window.bottom)}, {"decades", number(rate.window.decades())}}}};
  if (!rate.reason.empty()) j["reason"] = rate.reason;
  return j;
}

json both(const Decrease& d, double first_k) {
  return {{"j", d.j},
          {"exponent", number(d.exponent)},
          {"constant", number(d.constant)},
          {"at", first_k + static_cast<double>(d.worst)},
          {"drift", both(d.drift)},
          {"state", name(d.state)},
          {"resolved", d.resolved},
          {"rises", d.rises}};
}

json both(const Consistency& c) { return {{"verdict", c.verdict}, {"reason", c.reason}}; }

}  // namespace

json to_json(const Report& r) {
  json a1 = json::array();
  for (const Decrease& d : r.a1) a1.push_back(both(d, r.first_k));
  const RootRate of_f = root_rate(r.rate), of_x = root_rate(r.length.steps);
  return {
      {"first", r.first_k},
      {"last", r.last_k},
      {"from", r.options.from},
      {"alpha", r.options.alpha},
      {"limit", {{"middle", number(r.limit.middle)}, {"interval", both(r.limit.interval)}, {"origin", r.limit.origin}}},
      {"rate", both(r.rate)},
      {"theta",
       {{"estimate", both(r.exponent.theta)},
        {"by_limit", both(r.exponent.by_limit)},
        {"period", r.exponent.period},
        {"reason", r.exponent.reason}}},
      {"a1", a1},
      {"a2", both(r.a2, r.first_k)},
      {"length",
       {{"state", name(r.length.state)},
        {"sum", number(r.length.sum)},
        {"tail", number(r.length.tail)},
        {"steps", both(r.length.steps)},
        {"reason", r.length.reason}}},
      {"root_rate", {{"f", {{"name", of_f.name}, {"R1", both(of_f.R1)}}}, {"X", {{"name", of_x.name}, {"R1", both(of_x.R1)}}}}},
      {"theorem41", both(r.theorem41)},
      {"theorem42", both(r.theorem42)}};
}

}  // namespace bcd::rates

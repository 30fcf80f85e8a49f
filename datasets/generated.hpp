// Sources that are computed: there is no file to find, fetch or verify.
#pragma once

#include "datasets/options.hpp"
#include "datasets/source.hpp"

namespace bcd {

template <class Options>
Source generated_source(const std::string& name, const std::string& title, Source::Loader<float> load_f32,
                        Source::Loader<double> load_f64) {
  Source s;
  s.info.name = name;
  s.info.title = title;
  s.info.licence = "none needed (generated)";
  s.info.embedded = true;
  s.info.options = describe_options<Options>();
  s.load_f32 = std::move(load_f32);
  s.load_f64 = std::move(load_f64);
  s.location = [] { return std::optional<std::string>("generated"); };
  s.verify = [name] { return std::vector<std::string>{name + ": generated, there is no file to verify"}; };
  return s;
}

}  // namespace bcd

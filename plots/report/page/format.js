// Numbers as a reader wants them.

const kSuperscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function powerOfTen(exponent) {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (d) => kSuperscripts[d]);
  return "10" + (exponent < 0 ? "⁻" : "") + digits;
}

/// At most `digits` significant digits; powers of ten for what is very large or small.
function formatNumber(x, digits = 4) {
  if (x === null || x === undefined) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e5) return String(Number(x.toPrecision(digits))).replace("-", "−");
  const exponent = Math.floor(Math.log10(size) + 1e-12);
  const factor = Number((x / 10 ** exponent).toPrecision(Math.max(1, digits - 1)));
  const sign = factor < 0 ? "−" : "";
  return sign + (Math.abs(factor) === 1 ? "" : Math.abs(factor) + "·") + powerOfTen(exponent);
}

/// 1 to 9 times every power of ten between the ends of a logarithmic axis; where these are few, steps of a linear one.
function logSplits(min, max) {
  const decades = Math.log10(max / min);
  const splits = [];
  if (decades < 0.7) {
    const power = 10 ** Math.floor(Math.log10((max - min) / 4));
    const step = power * [1, 2, 5, 10].find((factor) => (max - min) / (factor * power) <= 6);
    for (let k = Math.ceil(min / step); k * step <= max; ++k) splits.push(Number((k * step).toPrecision(12)));
    return splits;
  }
  const factors = decades > 8 ? [1] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  for (let exponent = Math.floor(Math.log10(min)); exponent <= Math.log10(max); ++exponent)
    for (const factor of factors) {
      const v = Number((factor * 10 ** exponent).toPrecision(12));
      if (v >= min && v <= max) splits.push(v);
    }
  return splits;
}

/// The names at the splits of a logarithmic axis: every so many powers of ten; where there are few 2 and 5 times these, or all.
function logTicks(splits) {
  const decades = splits.length ? Math.log10(splits[splits.length - 1] / splits[0]) : 0;
  const step = Math.max(1, Math.ceil(decades / 6));
  const powers = splits.filter((v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9).length;
  return splits.map((v) => {
    if (decades < 0.7) return formatNumber(v);
    const exponent = Math.floor(Math.log10(v) + 1e-9);
    const lead = Math.round(v / 10 ** exponent);
    if (lead === 1) return exponent % step !== 0 ? "" : Math.abs(exponent) < 3 ? formatNumber(v) : powerOfTen(exponent);
    return (decades < 1.6 || powers < 2) && (lead === 2 || lead === 5) ? formatNumber(v) : "";
  });
}

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

/// The names of a logarithmic axis: powers of ten, and where there are few of them 2 and 5 times these.
function logTicks(splits) {
  const values = splits.filter((v) => v !== null && v > 0);
  const decades = values.length ? Math.log10(values[values.length - 1] / values[0]) : 0;
  const step = Math.max(1, Math.ceil(decades / 6));
  return splits.map((v) => {
    if (v === null || v <= 0) return "";
    const exponent = Math.floor(Math.log10(v) + 1e-9);
    const lead = Math.round(v / 10 ** exponent);
    if (lead === 1) return exponent % step === 0 ? (Math.abs(exponent) < 3 ? formatNumber(v) : powerOfTen(exponent)) : "";
    return decades < 1.6 && (lead === 2 || lead === 5) ? formatNumber(v) : "";
  });
}

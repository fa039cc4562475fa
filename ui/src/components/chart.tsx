/** A step line of values, the last one marked. The sentence in `label` has the numbers. */
export const Sparkline = ({ values, label }: { values: readonly number[]; label: string }) => {
  const width = 240;
  const height = 40;
  const most = Math.max(1, ...values);
  const step = values.length < 2 ? width - 8 : (width - 8) / (values.length - 1);
  const y = (value: number) => Math.round((height - 6 - (value / most) * (height - 12)) * 10) / 10;
  const x = (index: number) => Math.round((2 + index * step) * 10) / 10;
  const path = values
    .map((value, index) => (index === 0 ? `M${x(0)} ${y(value)}` : `H${x(index)}V${y(value)}`))
    .join('');
  const end = values.length - 1;
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} preserveAspectRatio="none">
      <path class="hair" d={`M0 ${height - 2}H${width}`} />
      <path class="trip" d={path} />
      <circle class="dot" cx={x(end)} cy={y(values[end] ?? 0)} r="3" />
    </svg>
  );
};

/** A bar up to a limit: a tick stands at the limit, beyond it the bar is amber. The numbers stand beside it. */
export const Meter = ({ value, limit, scale }: { value: number; limit: number; scale: number }) => {
  const width = 104;
  const at = (n: number) => Math.round((Math.min(n, scale) / scale) * width * 10) / 10;
  return (
    <svg class="chart meter" viewBox={`0 0 ${width} 16`} aria-hidden="true">
      <path class="hair" d={`M0 14H${width}`} />
      <rect class={value > limit ? 'warn-fill' : 'bar'} x="0" y="5" width={at(value)} height="6" />
      <path class="axis" d={`M${at(limit)} 3V13`} />
    </svg>
  );
};

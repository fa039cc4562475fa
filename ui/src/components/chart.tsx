/**
 * A step line of one value a day, as many places as days; the last value is marked. A day without a value (undefined) is a gap:
 * no line goes through it. The sentence in `label` has the numbers.
 */
export const DayLine = ({
  values,
  most,
  label,
  wide,
}: {
  values: readonly (number | undefined)[];
  /** The top of the scale, which begins at 0. */
  most: number;
  label: string;
  wide?: boolean;
}) => {
  const width = wide ? 480 : 240;
  const height = wide ? 96 : 40;
  const step = (width - 8) / Math.max(1, values.length);
  const round = (n: number): number => Math.round(n * 10) / 10;
  const x = (at: number): number => round(2 + at * step);
  const y = (value: number): number => round(height - 6 - (value / Math.max(1, most)) * (height - 12));
  const path = values
    .map((value, at) =>
      value === undefined ? '' : `${values[at - 1] === undefined ? `M${x(at)} ` : 'V'}${y(value)}H${x(at + 1)}`,
    )
    .join('');
  const end = values.findLastIndex((value) => value !== undefined);
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path class="hair" d={`M0 ${height - 2}H${width}`} />
      <path class="trip" d={path} />
      {end < 0 ? null : <circle class="dot" cx={x(end + 1)} cy={y(values[end] ?? 0)} r="3" />}
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
